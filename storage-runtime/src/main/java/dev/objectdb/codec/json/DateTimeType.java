package dev.objectdb.codec.json;

import dev.objectdb.codec.pickle.PickleValue.Global;
import dev.objectdb.codec.pickle.PickleValue.ObjectValue;
import dev.objectdb.codec.pickle.PickleValue.Slice;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * {@code datetime.datetime} of 10 bytes: {@code {"@dt": "2025-06-15T12:30:45.123456+02:00"}}, with
 * a named zone {@code {"@dt": .., "@tz": ..}}.
 */
final class DateTimeType implements KnownType, Marker {
  private static final Global DATETIME = new Global("datetime", "datetime");
  private static final int BYTES = 10;
  private static final int DATE_BYTES = 4;
  private static final int TEXT_MIN = 19;

  /** Where the time begins in the text; before it may stand any character. */
  private static final int TIME_AT = 11;

  @Override
  public Set<Global> callables() {
    return Set.of(DATETIME);
  }

  @Override
  public boolean write(ObjectValue object, JsonStateWriter writer) {
    Slice packed = Calendar.packed(object, BYTES, 2);
    Zone zone = packed == null ? null : Zone.of(object);
    if (packed == null || zone == null) {
      return false;
    }
    writer.out().openMarker("@dt").put('"');
    Calendar.writeDate(packed, writer);
    writer.out().put('T');
    Calendar.writeTime(packed, DATE_BYTES, writer);
    zone.write(writer);
    writer.out().close('}');
    return true;
  }

  @Override
  public boolean read(Json value, JsonStateReader reader) {
    if (!(value instanceof Json.Text(String text))) {
      return false;
    }
    read(text, null, reader);
    return true;
  }

  /** Reads a datetime and what stands at {@code @tz} beside it. */
  static void read(String text, @Nullable Json named, JsonStateReader reader) {
    if (text.length() < TEXT_MIN) {
      throw reader.broken("@dt");
    }
    byte[] packed = new byte[BYTES];
    Calendar.packDate(text, packed, reader);
    int end = Calendar.packTime(text, TIME_AT, packed, DATE_BYTES, reader);
    reader.global(DATETIME).out().binary(packed, 0, BYTES);
    if (named == null) {
      Zone.finish(Zone.readOffset(text, end, reader), reader);
    } else {
      Zone.finish(Zone.readNamed(named, reader), reader);
    }
  }
}
