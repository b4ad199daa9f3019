package dev.objectdb.codec.json;

import dev.objectdb.codec.pickle.PickleValue;
import dev.objectdb.object.Bytes;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * A JSON document being written, as UTF-8. Escapes what the reference codec escapes and nothing
 * else. Keeps the limits on depth and size by ending the walk.
 */
final class JsonOutput {
  private static final byte[] HEX = ascii("0123456789abcdef");
  private static final byte[] BASE64 =
      ascii("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/");
  private static final byte[] REPLACEMENT = "\ufffd".getBytes(StandardCharsets.UTF_8);

  private final int depthMax;
  private final int bytesMax;
  private byte[] buffer;
  private int size;
  private int depth;
  private boolean replaced;

  JsonOutput(int firstCapacity, int depthMax, int bytesMax) {
    this.buffer = new byte[Math.max(16, firstCapacity)];
    this.depthMax = depthMax;
    this.bytesMax = bytesMax;
  }

  /** Whether a lone surrogate, which JSON cannot hold, was replaced. */
  boolean hasReplaced() {
    return replaced;
  }

  Bytes toBytes() {
    return Bytes.copyOf(buffer, 0, size);
  }

  /** Begins an object or array. */
  JsonOutput open(char bracket) {
    if (++depth > depthMax) {
      throw new Unstorable("nested too deeply");
    }
    return put(bracket);
  }

  /** Ends an object or array. */
  JsonOutput close(char bracket) {
    depth--;
    return put(bracket);
  }

  JsonOutput put(char ascii) {
    room(1);
    buffer[size++] = (byte) ascii;
    return this;
  }

  /** Writes text that is ASCII and needs no escapes: numbers, literals, keys of ours. */
  @SuppressWarnings("deprecation") // the one way to copy ASCII without a detour
  JsonOutput put(String ascii) {
    int length = ascii.length();
    room(length);
    ascii.getBytes(0, length, buffer, size);
    size += length;
    return this;
  }

  /** Writes a comma unless this is the first of a row. */
  JsonOutput separate(boolean first) {
    return first ? this : put(',');
  }

  /** Begins an object with one of our own keys. */
  JsonOutput openMarker(String marker) {
    return open('{').key(marker);
  }

  /** Writes one of our own keys. */
  JsonOutput key(String ascii) {
    return put('"').put(ascii).put('"').put(':');
  }

  /**
   * Writes a string, unless there is U+0000 in it, which PostgreSQL has no form for: then nothing
   * is written.
   */
  boolean tryString(PickleValue.Text text) {
    int start = size;
    put('"');
    byte[] source = text.array();
    int plain = text.from();
    for (int at = plain; at < text.to(); at++) {
      byte b = source[at];
      if (isPlain(source, at)) {
        continue;
      }
      if (b == 0) {
        size = start;
        return false;
      }
      copy(source, plain, at);
      if (b == (byte) 0xed) {
        copy(REPLACEMENT, 0, REPLACEMENT.length);
        replaced = true;
        at += 2;
      } else {
        escape((char) b);
      }
      plain = at + 1;
    }
    copy(source, plain, text.to());
    put('"');
    return true;
  }

  private static boolean isPlain(byte[] source, int at) {
    byte b = source[at];
    if (b >= ' ') {
      return b != '"' && b != '\\';
    }
    return b < 0 && (b != (byte) 0xed || (source[at + 1] & 0xff) < 0xa0);
  }

  private void escape(char c) {
    put('\\');
    switch (c) {
      case '"', '\\' -> put(c);
      case '\n' -> put('n');
      case '\r' -> put('r');
      case '\t' -> put('t');
      default -> put("u00").put((char) HEX[c >> 4]).put((char) HEX[c & 0xf]);
    }
  }

  /** Writes a string that has no other form: with U+0000 in it the document is none. */
  JsonOutput string(PickleValue.Text text) {
    if (!tryString(text)) {
      throw new Unstorable("U+0000 where text must be");
    }
    return this;
  }

  JsonOutput string(String text) {
    return string(PickleValue.of(text));
  }

  /** Writes base64 of the standard alphabet, padded, without quotes. */
  JsonOutput base64(PickleValue.Slice bytes) {
    room((bytes.length() + 2L) / 3 * 4);
    byte[] source = bytes.array();
    int at = bytes.from();
    for (; bytes.to() - at >= 3; at += 3) {
      int bits = (source[at] & 0xff) << 16 | (source[at + 1] & 0xff) << 8 | (source[at + 2] & 0xff);
      base64(bits, 4);
    }
    switch (bytes.to() - at) {
      case 1 -> base64((source[at] & 0xff) << 16, 2);
      case 2 -> base64((source[at] & 0xff) << 16 | (source[at + 1] & 0xff) << 8, 3);
      default -> {}
    }
    return this;
  }

  private void base64(int bits, int digits) {
    for (int i = 0; i < 4; i++) {
      buffer[size++] = i < digits ? BASE64[bits >> (18 - 6 * i) & 0x3f] : (byte) '=';
    }
  }

  private void copy(byte[] source, int from, int to) {
    room(to - from);
    System.arraycopy(source, from, buffer, size, to - from);
    size += to - from;
  }

  private void room(long length) {
    if (length > bytesMax - size) {
      throw new Unstorable("too large");
    }
    if (length > buffer.length - size) {
      long wanted = Math.max(size + length, 2L * buffer.length);
      buffer = Arrays.copyOf(buffer, (int) Math.min(wanted, bytesMax));
    }
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
