package dev.objectdb.codec.json;

import dev.objectdb.codec.pickle.Opcode;
import java.math.BigInteger;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** All markers that stand alone in an object, by their key. */
final class Markers {
  private static final Map<String, Marker> BY_KEY =
      Map.ofEntries(
          Map.entry("@t", Markers::tuple),
          Map.entry("@b", Markers::bytes),
          Map.entry("@bi", Markers::bigInt),
          Map.entry("@d", Markers::dict),
          Map.entry("@ns", Markers::textWithNul),
          Map.entry("@pkl", Markers::pickle),
          Map.entry("@cls", InstanceReader::readClass),
          Map.entry("@reduce", InstanceReader::readReduce),
          Map.entry("@inst", InstanceReader::readBuilt),
          Map.entry("@ref", ReferenceReader::read),
          Map.entry("@set", new SetType("set", "@set")),
          Map.entry("@fset", new SetType("frozenset", "@fset")),
          Map.entry("@dt", new DateTimeType()),
          Map.entry("@date", new DateType()),
          Map.entry("@time", new TimeType()),
          Map.entry("@td", new TimedeltaType()),
          Map.entry("@dec", new DecimalType()),
          Map.entry("@uuid", new UuidType()));

  /** Longer digits take more than linear time to convert, and were never written. */
  private static final int DIGITS_MAX = 10_001;

  private Markers() {}

  static @Nullable Marker of(String key) {
    return BY_KEY.get(key);
  }

  private static boolean tuple(Json value, JsonStateReader reader) {
    if (value instanceof Json.Array items) {
      reader.tuple(items);
      return true;
    }
    return false;
  }

  private static boolean bytes(Json value, JsonStateReader reader) {
    if (value instanceof Json.Text(String digits)) {
      byte[] bytes = reader.base64(digits, "@b");
      reader.out().binary(bytes, 0, bytes.length);
      return true;
    }
    return false;
  }

  private static boolean bigInt(Json value, JsonStateReader reader) {
    if (!(value instanceof Json.Text(String digits))) {
      return false;
    }
    if (digits.length() > DIGITS_MAX) {
      throw reader.broken("@bi");
    }
    try {
      reader.out().longInteger(new BigInteger(digits));
    } catch (NumberFormatException e) {
      throw reader.broken("@bi");
    }
    return true;
  }

  private static boolean dict(Json value, JsonStateReader reader) {
    if (value instanceof Json.Array pairs) {
      reader.out().op(Opcode.EMPTY_DICT);
      reader.put(pairs);
      return true;
    }
    return false;
  }

  private static boolean textWithNul(Json value, JsonStateReader reader) {
    if (value instanceof Json.Text(String digits)) {
      reader.base64Text(digits, "@ns");
      return true;
    }
    return false;
  }

  /** What an older codec did not understand: a part of a pickle, taken as it is. */
  private static boolean pickle(Json value, JsonStateReader reader) {
    if (value instanceof Json.Text(String digits)) {
      reader.out().raw(reader.base64(digits, "@pkl"));
      return true;
    }
    return false;
  }
}
