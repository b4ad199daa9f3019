package dev.objectdb.codec.json;

import dev.objectdb.codec.pickle.Opcode;
import dev.objectdb.codec.pickle.PickleValue.Global;
import dev.objectdb.codec.pickle.PickleValue.ObjectValue;
import dev.objectdb.codec.pickle.PickleValue.Slice;
import java.util.Set;

/** {@code datetime.date} of 4 bytes: {@code {"@date": "2025-06-15"}}. */
final class DateType implements KnownType, Marker {
  private static final Global DATE = new Global("datetime", "date");
  private static final int BYTES = 4;
  private static final int TEXT_MIN = 10;

  @Override
  public Set<Global> callables() {
    return Set.of(DATE);
  }

  @Override
  public boolean write(ObjectValue object, JsonStateWriter writer) {
    Slice packed = Calendar.packed(object, BYTES, 1);
    if (packed == null) {
      return false;
    }
    writer.out().openMarker("@date").put('"');
    Calendar.writeDate(packed, writer);
    writer.out().put('"').close('}');
    return true;
  }

  @Override
  public boolean read(Json value, JsonStateReader reader) {
    if (!(value instanceof Json.Text(String text)) || text.length() < TEXT_MIN) {
      return false;
    }
    byte[] packed = new byte[BYTES];
    Calendar.packDate(text, packed, reader);
    reader.global(DATE).out().binary(packed, 0, BYTES).op(Opcode.TUPLE1).op(Opcode.REDUCE);
    return true;
  }
}
