package dev.objectdb.codec.json;

import dev.objectdb.codec.pickle.Opcode;
import dev.objectdb.codec.pickle.PickleValue.Global;
import dev.objectdb.codec.pickle.PickleValue.Int;
import dev.objectdb.codec.pickle.PickleValue.ObjectValue;
import dev.objectdb.codec.pickle.PickleValue.Tuple;
import java.util.Set;

/** {@code datetime.timedelta(days, seconds, microseconds)}: {@code {"@td": [1, 2, 3]}}. */
final class TimedeltaType implements KnownType, Marker {
  static final Global TIMEDELTA = new Global("datetime", "timedelta");

  @Override
  public Set<Global> callables() {
    return Set.of(TIMEDELTA);
  }

  @Override
  public boolean write(ObjectValue object, JsonStateWriter writer) {
    if (!isTimedelta(object)) {
      return false;
    }
    writer.out().openMarker("@td");
    writer.array(((Tuple) object.args()).items());
    writer.out().close('}');
    return true;
  }

  static boolean isTimedelta(ObjectValue object) {
    return object.callable().equals(TIMEDELTA)
        && KnownTypes.isCall(object, 3, 3)
        && ((Tuple) object.args()).items().stream().allMatch(Int.class::isInstance);
  }

  @Override
  public boolean read(Json value, JsonStateReader reader) {
    if (!(value instanceof Json.Array parts)
        || parts.size() != 3
        || !parts.items().stream().allMatch(Json.Int.class::isInstance)) {
      return false;
    }
    reader.global(TIMEDELTA);
    parts.items().forEach(reader::value);
    reader.out().op(Opcode.TUPLE3).op(Opcode.REDUCE);
    return true;
  }
}
