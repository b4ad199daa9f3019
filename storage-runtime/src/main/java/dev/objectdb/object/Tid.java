package dev.objectdb.object;

import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;

/**
 * Identity and place in time of one transaction; also the serial of each revision it wrote. Wire: 8
 * bytes, unsigned, big-endian. SQL: {@code BIGINT}.
 *
 * <p>High 32 bits: minutes since 1900 in a calendar of 31-day months, UTC. Low 32 bits: the
 * fraction of that minute, in units of 60 s / 2^32. Source: {@code TimeStamp} in the persistent
 * package.
 */
public record Tid(long value) implements Comparable<Tid> {
  /** "No revision": the base of a new object, the position of an empty database. */
  public static final Tid NONE = new Tid(0);

  /** After every transaction; the end of an interval that is still open. */
  public static final Tid MAX = new Tid(Long.MAX_VALUE);

  /** Length of the wire form in bytes. */
  public static final int WIRE_BYTES = 8;

  private static final long NANOS_PER_MINUTE = 60_000_000_000L;
  private static final int FIRST_YEAR = 1900;

  public Tid {
    if (value < 0) {
      throw new IllegalArgumentException("tid over 63 bits: 0x%016x".formatted(value));
    }
  }

  /**
   * Reads the wire form.
   *
   * @throws IllegalArgumentException if the bytes are not 8 long, or name a tid above 63 bits
   */
  public static Tid of(Bytes wire) {
    return new Tid(wire.toLong());
  }

  /** Returns the tid that stands for this instant, rounded down to the tid clock's 14 ns. */
  public static Tid at(Instant instant) {
    LocalDateTime utc = LocalDateTime.ofInstant(instant, ZoneOffset.UTC);
    long months = (utc.getYear() - FIRST_YEAR) * 12L + utc.getMonthValue() - 1;
    long minutes =
        ((months * 31 + utc.getDayOfMonth() - 1) * 24 + utc.getHour()) * 60 + utc.getMinute();
    long nanos = utc.getSecond() * 1_000_000_000L + utc.getNano();
    // nanos < 2^36, so the product would overflow 63 bits: split the multiplication by 2^32.
    long fraction = (((nanos << 27) / NANOS_PER_MINUTE) << 5) + fractionRest(nanos);
    return new Tid((minutes << 32) | fraction);
  }

  private static long fractionRest(long nanos) {
    return (((nanos << 27) % NANOS_PER_MINUTE) << 5) / NANOS_PER_MINUTE;
  }

  /** Returns the instant this tid stands for, to the nanosecond below. */
  public Instant toInstant() {
    long minutes = value >>> 32;
    long days = minutes / (24 * 60);
    long months = days / 31;
    long nanos = ((value & 0xffff_ffffL) * (NANOS_PER_MINUTE >> 5)) >>> 27;
    return LocalDateTime.of((int) (FIRST_YEAR + months / 12), 1, 1, 0, 0)
        .plusMonths(months % 12)
        .plusDays(days % 31)
        .plusMinutes(minutes % (24 * 60))
        .plusNanos(nanos)
        .toInstant(ZoneOffset.UTC);
  }

  /** Returns the 8-byte wire form. */
  public Bytes toBytes() {
    return Bytes.ofLong(value);
  }

  /** Returns the smallest tid above this one: reading "before" it sees this transaction. */
  public Tid next() {
    return new Tid(Math.addExact(value, 1));
  }

  public boolean isBefore(Tid other) {
    return value < other.value;
  }

  public boolean isAfter(Tid other) {
    return value > other.value;
  }

  @Override
  public int compareTo(Tid other) {
    return Long.compare(value, other.value);
  }

  @Override
  public String toString() {
    return "0x%016x".formatted(value);
  }
}
