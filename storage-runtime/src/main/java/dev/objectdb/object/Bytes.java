package dev.objectdb.object;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * An immutable sequence of bytes with value equality: a record, an oid on the wire, a user name.
 *
 * <p>{@link #wrap} and {@link #array} share the array instead of copying it, because records pass
 * through several hands on their way from a socket to SQL; whoever shares an array never writes to
 * it again.
 */
public final class Bytes {
  public static final Bytes EMPTY = new Bytes(new byte[0]);

  private final byte[] array;

  private Bytes(byte[] array) {
    this.array = array;
  }

  /** Takes ownership of the array: the caller must not change it afterwards. */
  public static Bytes wrap(byte[] array) {
    return array.length == 0 ? EMPTY : new Bytes(array);
  }

  public static Bytes copyOf(byte[] array, int from, int to) {
    return wrap(Arrays.copyOfRange(array, from, to));
  }

  public static Bytes ofUtf8(String text) {
    return wrap(text.getBytes(StandardCharsets.UTF_8));
  }

  public static Bytes ofHex(String hex) {
    return wrap(HexFormat.of().parseHex(hex));
  }

  /** Returns the 8 bytes of the value, big-endian. */
  public static Bytes ofLong(long value) {
    return new Bytes(ByteBuffer.allocate(Long.BYTES).putLong(value).array());
  }

  /**
   * Reads 8 bytes, big-endian.
   *
   * @throws IllegalArgumentException if there are not exactly 8
   */
  public long toLong() {
    if (array.length != Long.BYTES) {
      throw new IllegalArgumentException("8 bytes expected, got " + array.length);
    }
    return ByteBuffer.wrap(array).getLong();
  }

  public int length() {
    return array.length;
  }

  public boolean isEmpty() {
    return array.length == 0;
  }

  public byte get(int index) {
    return array[index];
  }

  /** Returns the array itself, shared and never to be written to. */
  public byte[] array() {
    return array;
  }

  public void writeTo(OutputStream out) throws IOException {
    out.write(array);
  }

  public String toHex() {
    return HexFormat.of().formatHex(array);
  }

  /** Decodes UTF-8; what is not UTF-8 becomes the replacement character, so only for people. */
  public String toUtf8() {
    return new String(array, StandardCharsets.UTF_8);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Bytes bytes && Arrays.equals(array, bytes.array);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(array);
  }

  /** Names the length only: records never reach a log. */
  @Override
  public String toString() {
    return array.length + " bytes";
  }
}
