package dev.objectdb.object;

/**
 * Identity of one persistent object. Wire: 8 bytes, unsigned, big-endian. SQL: {@code BIGINT}.
 *
 * <p>An oid above 63 bits has no SQL form, so it is refused here and nowhere else. Source: {@code
 * p64}/{@code u64} in ZODB {@code utils.py}.
 */
public record Oid(long value) implements Comparable<Oid> {
  /** The root object of every database; never handed out by an allocator. */
  public static final Oid ROOT = new Oid(0);

  /** Length of the wire form in bytes. */
  public static final int WIRE_BYTES = 8;

  public Oid {
    if (value < 0) {
      throw new IllegalArgumentException("oid over 63 bits: 0x%016x".formatted(value));
    }
  }

  /**
   * Reads the wire form.
   *
   * @throws IllegalArgumentException if the bytes are not 8 long, or name an oid above 63 bits
   */
  public static Oid of(Bytes wire) {
    return new Oid(wire.toLong());
  }

  /** Returns the 8-byte wire form. */
  public Bytes toBytes() {
    return Bytes.ofLong(value);
  }

  @Override
  public int compareTo(Oid other) {
    return Long.compare(value, other.value);
  }

  @Override
  public String toString() {
    return "0x%016x".formatted(value);
  }
}
