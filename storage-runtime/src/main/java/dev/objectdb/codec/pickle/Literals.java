package dev.objectdb.codec.pickle;

import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The values that the text opcodes of protocol 0 spell out, and the long ints of all protocols.
 * What Python would not read either becomes null here.
 */
final class Literals {
  /**
   * Longer numbers are not converted: that takes more than linear time. The reference codec has the
   * same limit.
   */
  private static final int DIGITS_MAX = 10_000;

  /** Bytes that {@link #DIGITS_MAX} digits need. */
  private static final int LONG_BYTES_MAX = 4_153;

  private Literals() {}

  /** INT, which also spells the booleans: {@code 00} and {@code 01}. */
  static @Nullable PickleValue integerOrBool(byte[] array, int from, int to) {
    if (to - from == 2 && array[from] == '0' && (array[from + 1] & 0xfe) == '0') {
      return PickleValue.of(array[from + 1] == '1');
    }
    return integer(array, from, to);
  }

  /** An int in decimal, as INT and LONG have it; LONG may end in {@code L}. */
  static @Nullable PickleValue integer(byte[] array, int from, int to) {
    int end = to > from && array[to - 1] == 'L' ? to - 1 : to;
    if (end - from > DIGITS_MAX) {
      return null;
    }
    String text = new String(array, from, end - from, StandardCharsets.ISO_8859_1).strip();
    try {
      return integer(new BigInteger(text));
    } catch (NumberFormatException e) {
      return null;
    }
  }

  /** An int of LONG1 and LONG4: two's complement, little-endian; no bytes at all are zero. */
  static @Nullable PickleValue twosComplement(byte[] array, int from, int length) {
    if (length > LONG_BYTES_MAX) {
      return null;
    }
    if (length <= Long.BYTES) {
      long value = 0;
      for (int i = length - 1; i >= 0; i--) {
        value = value << 8 | (array[from + i] & 0xff);
      }
      int unused = Long.SIZE - 8 * length;
      return new PickleValue.Int(length == 0 ? 0 : value << unused >> unused);
    }
    byte[] bigEndian = new byte[length];
    for (int i = 0; i < length; i++) {
      bigEndian[i] = array[from + length - 1 - i];
    }
    return integer(new BigInteger(bigEndian));
  }

  static PickleValue integer(BigInteger value) {
    return value.bitLength() < Long.SIZE
        ? new PickleValue.Int(value.longValue())
        : new PickleValue.BigInt(value);
  }

  /** A float as Python's {@code repr} has it. */
  static @Nullable PickleValue real(byte[] array, int from, int to) {
    String text = new String(array, from, to - from, StandardCharsets.ISO_8859_1).strip();
    return switch (text.toLowerCase(Locale.ROOT)) {
      case "nan", "+nan", "-nan" -> new PickleValue.Real(Double.NaN);
      case "inf", "+inf", "infinity" -> new PickleValue.Real(Double.POSITIVE_INFINITY);
      case "-inf", "-infinity" -> new PickleValue.Real(Double.NEGATIVE_INFINITY);
      default -> decimalReal(text);
    };
  }

  private static @Nullable PickleValue decimalReal(String text) {
    for (int i = 0; i < text.length(); i++) {
      if ("0123456789+-.eE".indexOf(text.charAt(i)) < 0) {
        return null; // Java would also take 1f, 0x1p3
      }
    }
    try {
      return new PickleValue.Real(Double.parseDouble(text));
    } catch (NumberFormatException e) {
      return null;
    }
  }

  /**
   * UNICODE: Latin-1 with {@code \\uXXXX} and {@code \\UXXXXXXXX}, which Python calls raw. Two
   * escapes that make a pair of surrogates stay two characters, as they do in Python 3.
   */
  static PickleValue.@Nullable Text rawUnicode(byte[] array, int from, int to) {
    ByteArrayOutputStream text = new ByteArrayOutputStream(to - from);
    int at = from;
    while (at < to) {
      if (array[at] != '\\') {
        Utf8.encode(array[at++] & 0xff, text);
        continue;
      }
      int run = at;
      while (run < to && array[run] == '\\') {
        run++;
      }
      boolean escape = (run - at) % 2 == 1 && run < to && (array[run] == 'u' || array[run] == 'U');
      text.write(array, at, run - at - (escape ? 1 : 0));
      at = run;
      if (escape) {
        int digits = array[run] == 'u' ? 4 : 8;
        int codePoint = hex(array, run + 1, run + 1 + digits, to);
        if (!Character.isValidCodePoint(codePoint)) {
          return null;
        }
        Utf8.encode(codePoint, text);
        at = run + 1 + digits;
      }
    }
    return new PickleValue.Text(text.toByteArray(), 0, text.size());
  }

  /** STRING: the {@code repr} of a Python 2 string, quotes and escapes. */
  static PickleValue.@Nullable ByteString quoted(byte[] array, int from, int to) {
    int end = to;
    while (end > from && (array[end - 1] == ' ' || array[end - 1] == '\r')) {
      end--;
    }
    byte quote = end - from >= 2 ? array[from] : 0;
    if ((quote != '\'' && quote != '"') || array[end - 1] != quote) {
      return null;
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream(end - from);
    int at = from + 1;
    while (at < end - 1) {
      if (array[at] != '\\') {
        out.write(array[at++]);
        continue;
      }
      if (at + 1 >= end - 1) {
        return null;
      }
      at = unescape(array, at + 1, end - 1, out);
      if (at < 0) {
        return null;
      }
    }
    return new PickleValue.ByteString(out.toByteArray(), 0, out.size());
  }

  /** Writes what an escape stands for; returns the index after it, or -1 if it is broken. */
  private static int unescape(byte[] array, int at, int end, ByteArrayOutputStream out) {
    char c = (char) array[at];
    int simple = "abfnrtv\\'\"".indexOf(c);
    if (simple >= 0) {
      out.write("\u0007\b\f\n\r\t\u000b\\'\"".charAt(simple));
      return at + 1;
    }
    if (c == 'x') {
      int value = hex(array, at + 1, at + 3, end);
      out.write(value);
      return value < 0 ? -1 : at + 3;
    }
    if (c >= '0' && c <= '7') {
      int value = 0;
      int digit = at;
      while (digit < end && digit < at + 3 && array[digit] >= '0' && array[digit] <= '7') {
        value = value * 8 + array[digit++] - '0';
      }
      out.write(value);
      return digit;
    }
    out.write('\\');
    out.write(c);
    return at + 1;
  }

  /** The number that hexadecimal digits spell, or -1. */
  private static int hex(byte[] array, int from, int to, int end) {
    if (to > end) {
      return -1;
    }
    long value = 0;
    for (int at = from; at < to; at++) {
      int digit = Character.digit((char) array[at], 16);
      if (digit < 0) {
        return -1;
      }
      value = value << 4 | digit;
    }
    return value > Integer.MAX_VALUE ? -1 : (int) value;
  }
}
