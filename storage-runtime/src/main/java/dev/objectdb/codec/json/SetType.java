package dev.objectdb.codec.json;

import dev.objectdb.codec.pickle.Opcode;
import dev.objectdb.codec.pickle.PickleValue.Global;
import dev.objectdb.codec.pickle.PickleValue.ListValue;
import dev.objectdb.codec.pickle.PickleValue.ObjectValue;
import dev.objectdb.codec.pickle.PickleValue.Tuple;
import java.util.Set;

/** {@code set([..])} and {@code frozenset([..])}: {@code {"@set": [..]}}, {@code {"@fset": ..}}. */
final class SetType implements KnownType, Marker {
  private final String name;
  private final String marker;

  SetType(String name, String marker) {
    this.name = name;
    this.marker = marker;
  }

  @Override
  public Set<Global> callables() {
    return Set.of(new Global("builtins", name));
  }

  @Override
  public boolean write(ObjectValue object, JsonStateWriter writer) {
    if (!KnownTypes.isCall(object, 1, 1)
        || !(((Tuple) object.args()).get(0) instanceof ListValue items)) {
      return false;
    }
    writer.inexactUnless(!items.isAliased());
    if (name.equals("set")) {
      writer.identity();
    }
    writer.array(marker, items.items());
    return true;
  }

  @Override
  public boolean read(Json value, JsonStateReader reader) {
    if (!(value instanceof Json.Array items)) {
      return false;
    }
    reader.out().global("builtins", name);
    reader.list(items);
    reader.out().op(Opcode.TUPLE1).op(Opcode.REDUCE);
    return true;
  }
}
