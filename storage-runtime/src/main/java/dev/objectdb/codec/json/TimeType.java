package dev.objectdb.codec.json;

import dev.objectdb.codec.pickle.PickleValue.Global;
import dev.objectdb.codec.pickle.PickleValue.ObjectValue;
import dev.objectdb.codec.pickle.PickleValue.Slice;
import java.util.Set;

/**
 * {@code datetime.time} of 6 bytes: {@code {"@time": "12:30:45.000007+01:00"}}. With a named zone
 * it is {@code {"@time": .., "@tz": ..}}, which no reader takes for a time.
 */
final class TimeType implements KnownType, Marker {
  private static final Global TIME = new Global("datetime", "time");
  private static final int BYTES = 6;
  private static final int TEXT_MIN = 8;

  @Override
  public Set<Global> callables() {
    return Set.of(TIME);
  }

  @Override
  public boolean write(ObjectValue object, JsonStateWriter writer) {
    Slice packed = Calendar.packed(object, BYTES, 2);
    Zone zone = packed == null ? null : Zone.of(object);
    if (packed == null || zone == null) {
      return false;
    }
    writer.inexactUnless(!zone.isNamed());
    writer.out().openMarker("@time").put('"');
    Calendar.writeTime(packed, 0, writer);
    zone.write(writer);
    writer.out().close('}');
    return true;
  }

  @Override
  public boolean read(Json value, JsonStateReader reader) {
    if (!(value instanceof Json.Text(String text))) {
      return false;
    }
    if (text.length() < TEXT_MIN) {
      throw reader.broken("@time");
    }
    byte[] packed = new byte[BYTES];
    int end = Calendar.packTime(text, 0, packed, 0, reader);
    reader.global(TIME).out().binary(packed, 0, BYTES);
    Zone.finish(Zone.readOffset(text, end, reader), reader);
    return true;
  }
}
