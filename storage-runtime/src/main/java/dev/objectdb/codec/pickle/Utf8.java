package dev.objectdb.codec.pickle;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/**
 * UTF-8 as Python's {@code surrogatepass} has it: a lone surrogate is the three bytes its number
 * would have. Java's own coders replace it.
 */
final class Utf8 {
  private Utf8() {}

  /** Whether the bytes are UTF-8, lone surrogates allowed. */
  static boolean isWellFormed(byte[] array, int from, int to) {
    int at = from;
    while (at < to) {
      if (array[at] >= 0) {
        at++;
        continue;
      }
      int length = sequenceLength(array[at] & 0xff);
      if (length == 0 || length > to - at || !continues(array, at, length)) {
        return false;
      }
      at += length;
    }
    return true;
  }

  private static int sequenceLength(int lead) {
    if (lead >= 0xc2 && lead <= 0xdf) {
      return 2;
    }
    if ((lead & 0xf0) == 0xe0) {
      return 3;
    }
    return lead >= 0xf0 && lead <= 0xf4 ? 4 : 0;
  }

  private static boolean continues(byte[] array, int at, int length) {
    for (int i = 1; i < length; i++) {
      if ((array[at + i] & 0xc0) != 0x80) {
        return false;
      }
    }
    int second = array[at + 1] & 0xff;
    return switch (array[at] & 0xff) {
      case 0xe0 -> second >= 0xa0; // else it were shorter
      case 0xf0 -> second >= 0x90;
      case 0xf4 -> second <= 0x8f; // else over U+10FFFF
      default -> true;
    };
  }

  static boolean hasSurrogates(byte[] array, int from, int to) {
    return firstSurrogate(array, from, to) < to;
  }

  /** Decodes well-formed bytes. */
  static String decode(byte[] array, int from, int to) {
    int surrogate = firstSurrogate(array, from, to);
    if (surrogate == to) {
      return new String(array, from, to - from, StandardCharsets.UTF_8);
    }
    StringBuilder text = new StringBuilder(to - from);
    int plain = from;
    while (surrogate < to) {
      text.append(new String(array, plain, surrogate - plain, StandardCharsets.UTF_8));
      int high = array[surrogate + 1] & 0x3f;
      int low = array[surrogate + 2] & 0x3f;
      text.append((char) (0xd000 | (high << 6) | low));
      plain = surrogate + 3;
      surrogate = firstSurrogate(array, plain, to);
    }
    return text.append(new String(array, plain, to - plain, StandardCharsets.UTF_8)).toString();
  }

  private static int firstSurrogate(byte[] array, int from, int to) {
    for (int at = from; at < to; at++) {
      if (array[at] == (byte) 0xed && (array[at + 1] & 0xff) >= 0xa0) {
        return at;
      }
    }
    return to;
  }

  /** Encodes one code point; a surrogate is one as well. */
  static void encode(int codePoint, ByteArrayOutputStream out) {
    if (codePoint < 0x80) {
      out.write(codePoint);
      return;
    }
    int continued = codePoint < 0x800 ? 1 : codePoint < 0x10000 ? 2 : 3;
    int lead = (0xf00 >> (continued + 1)) & 0xff;
    out.write(lead | (codePoint >> (6 * continued)));
    for (int i = continued - 1; i >= 0; i--) {
      out.write(0x80 | ((codePoint >> (6 * i)) & 0x3f));
    }
  }

  /** Encodes any string. */
  static byte[] encode(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (isLone(text, i)) {
        return encodeWithSurrogates(text);
      }
    }
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static boolean isLone(String text, int index) {
    char c = text.charAt(index);
    if (Character.isHighSurrogate(c)) {
      return index + 1 == text.length() || !Character.isLowSurrogate(text.charAt(index + 1));
    }
    return Character.isLowSurrogate(c)
        && (index == 0 || !Character.isHighSurrogate(text.charAt(index - 1)));
  }

  private static byte[] encodeWithSurrogates(String text) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(text.length() * 3);
    int plain = 0;
    for (int i = 0; i < text.length(); i++) {
      if (isLone(text, i)) {
        out.writeBytes(text.substring(plain, i).getBytes(StandardCharsets.UTF_8));
        encode(text.charAt(i), out);
        plain = i + 1;
      }
    }
    out.writeBytes(text.substring(plain).getBytes(StandardCharsets.UTF_8));
    return out.toByteArray();
  }
}
