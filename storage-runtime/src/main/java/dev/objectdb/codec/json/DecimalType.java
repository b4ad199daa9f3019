package dev.objectdb.codec.json;

import dev.objectdb.codec.pickle.Opcode;
import dev.objectdb.codec.pickle.PickleValue.Global;
import dev.objectdb.codec.pickle.PickleValue.ObjectValue;
import dev.objectdb.codec.pickle.PickleValue.Text;
import dev.objectdb.codec.pickle.PickleValue.Tuple;
import java.util.Set;

/** {@code decimal.Decimal('1.50')}: {@code {"@dec": "1.50"}}. */
final class DecimalType implements KnownType, Marker {
  private static final Global DECIMAL = new Global("decimal", "Decimal");

  @Override
  public Set<Global> callables() {
    return Set.of(DECIMAL);
  }

  @Override
  public boolean write(ObjectValue object, JsonStateWriter writer) {
    if (!KnownTypes.isCall(object, 1, 1)
        || !(((Tuple) object.args()).get(0) instanceof Text digits)) {
      return false;
    }
    writer.out().openMarker("@dec").string(digits).close('}');
    return true;
  }

  @Override
  public boolean read(Json value, JsonStateReader reader) {
    if (!(value instanceof Json.Text(String digits))) {
      return false;
    }
    reader.global(DECIMAL).out().text(digits).op(Opcode.TUPLE1).op(Opcode.REDUCE);
    return true;
  }
}
