package dev.objectdb.codec.json;

import dev.objectdb.codec.pickle.PickleValue;
import dev.objectdb.codec.pickle.PickleValue.ObjectValue;
import dev.objectdb.codec.pickle.PickleValue.Slice;
import dev.objectdb.codec.pickle.PickleValue.Tuple;
import java.time.YearMonth;
import org.jspecify.annotations.Nullable;

/**
 * The packed bytes of dates and times and their ISO text.
 *
 * <pre>
 *   date  year2 month day                     YYYY-MM-DD
 *   time  hour minute second microsecond3     HH:MM:SS[.ffffff]
 * </pre>
 *
 * <p>Whatever the bytes are they are spelled; what is not in the calendar does not come back. The
 * highest bit of month or hour is Python's {@code fold}. Source: {@code _pydatetime.py}.
 */
final class Calendar {
  private static final int MICROS_PER_SECOND = 1_000_000;
  private static final int MICRO_DIGITS = 6;

  private Calendar() {}

  /** The packed bytes that an object is called with, if that is what it is. */
  static @Nullable Slice packed(ObjectValue object, int length, int maxArgs) {
    if (!KnownTypes.isCall(object, 1, maxArgs)) {
      return null;
    }
    PickleValue first = ((Tuple) object.args()).get(0);
    return (first instanceof PickleValue.Binary || first instanceof PickleValue.ByteString)
            && ((Slice) first).length() == length
        ? (Slice) first
        : null;
  }

  static void writeDate(Slice packed, JsonStateWriter writer) {
    int year = at(packed, 0) << 8 | at(packed, 1);
    int month = at(packed, 2);
    int day = at(packed, 3);
    writer.inexactUnless(
        packed instanceof PickleValue.Binary
            && year >= 1
            && year <= 9999
            && month >= 1
            && month <= 12
            && day >= 1
            && day <= YearMonth.of(year, month).lengthOfMonth());
    JsonOutput out = writer.out();
    padded(year, 4, out).put('-');
    padded(month, 2, out).put('-');
    padded(day, 2, out);
  }

  static void writeTime(Slice packed, int from, JsonStateWriter writer) {
    int hour = at(packed, from);
    int minute = at(packed, from + 1);
    int second = at(packed, from + 2);
    int micros = at(packed, from + 3) << 16 | at(packed, from + 4) << 8 | at(packed, from + 5);
    writer.inexactUnless(
        packed instanceof PickleValue.Binary
            && hour < 24
            && minute < 60
            && second < 60
            && micros < MICROS_PER_SECOND);
    JsonOutput out = writer.out();
    padded(hour, 2, out).put(':');
    padded(minute, 2, out).put(':');
    padded(second, 2, out);
    if (micros != 0) {
      padded(micros, MICRO_DIGITS, out.put('.'));
    }
  }

  private static int at(Slice packed, int index) {
    return packed.array()[packed.from() + index] & 0xff;
  }

  static JsonOutput padded(int number, int digits, JsonOutput out) {
    String text = Integer.toString(number);
    for (int i = text.length(); i < digits; i++) {
      out.put('0');
    }
    return out.put(text);
  }

  /** Packs the date that a text begins with. */
  static void packDate(String text, byte[] packed, JsonStateReader reader) {
    int year = number(text, 0, 4, reader);
    packed[0] = (byte) (year >> 8);
    packed[1] = (byte) year;
    packed[2] = (byte) number(text, 5, 7, reader);
    packed[3] = (byte) number(text, 8, 10, reader);
  }

  /** Packs a time; returns the index after it. */
  static int packTime(String text, int at, byte[] packed, int to, JsonStateReader reader) {
    packed[to] = (byte) number(text, at, at + 2, reader);
    packed[to + 1] = (byte) number(text, at + 3, at + 5, reader);
    packed[to + 2] = (byte) number(text, at + 6, at + 8, reader);
    int end = at + 8;
    int micros = 0;
    if (end < text.length() && text.charAt(end) == '.') {
      int from = ++end;
      while (end < text.length() && Character.digit(text.charAt(end), 10) >= 0) {
        end++;
      }
      int given = Math.min(end - from, MICRO_DIGITS);
      micros = given == 0 ? 0 : number(text, from, from + given, reader);
      for (int i = given; i < MICRO_DIGITS; i++) {
        micros *= 10;
      }
    }
    packed[to + 3] = (byte) (micros >> 16);
    packed[to + 4] = (byte) (micros >> 8);
    packed[to + 5] = (byte) micros;
    return end;
  }

  static int number(String text, int from, int to, JsonStateReader reader) {
    if (to > text.length()) {
      throw reader.broken("date or time");
    }
    int number = 0;
    for (int at = from; at < to; at++) {
      char c = text.charAt(at);
      if (c < '0' || c > '9') {
        throw reader.broken("date or time");
      }
      number = number * 10 + c - '0';
    }
    return number;
  }
}
