package dev.objectdb.zeo;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * Reads frames: {@code length(4, unsigned, big-endian) payload(length)}. Blocks, so a frame may
 * arrive in any pieces. Source: {@code SizedMessageProtocol} in ZEO {@code asyncio/smp.py}.
 *
 * <p>Long frames of all links share one room, and one that finds none waits in its socket: two
 * clients that each send a long record at the same moment would else be more than a server has
 * memory for. A frame gives its room back when the next is asked for. Used by one thread, but for
 * {@link #isStalled}.
 */
final class FrameReader implements AutoCloseable {
  /** Bytes of the length before each payload. */
  static final int HEADER_BYTES = 4;

  /**
   * Up to here memory is taken as announced, without asking for room; above it, as the bytes really
   * come.
   */
  static final int SHORT_BYTES = 1 << 20;

  /** So many times as much as has come; copying the last quarter costs little beside the whole. */
  private static final int GROWTH = 4;

  /** The least that a client has to send of a long frame, whose room others may wait for. */
  private static final long BYTES_PER_SECOND_MIN = 1 << 18;

  /** Besides, for whatever may hold up a network. */
  private static final long STALL_NANOS = Duration.ofSeconds(30).toNanos();

  private static final int BUFFER_BYTES = 1 << 14;

  private final DataInputStream in;
  private final ByteBudget room;
  private final LongSupplier nanoTime;

  /** When the long frame that is being read has to be there; 0 while there is none. */
  private final AtomicLong due = new AtomicLong();

  private int held;

  /**
   * @param room for the long frames of all links
   * @param nanoTime a clock for durations
   */
  FrameReader(InputStream in, ByteBudget room, LongSupplier nanoTime) {
    this.in = new DataInputStream(new BufferedInputStream(in, BUFFER_BYTES));
    this.room = room;
    this.nanoTime = nanoTime;
  }

  /**
   * Reads one frame. The one before is of no use any more.
   *
   * @return its payload, or empty when the other side has ended between two frames
   * @throws ProtocolException if the frame announces more than {@code bytesMax}; nothing of it is
   *     read
   * @throws EOFException if the other side ended within a frame
   */
  Optional<byte[]> read(int bytesMax) throws IOException {
    close();
    int first = in.read();
    if (first < 0) {
      return Optional.empty();
    }
    int rest = (in.readUnsignedByte() << 16) | in.readUnsignedShort();
    int length = (first << 24) | rest; // negative from 2 GiB on
    if (length < 0 || length > bytesMax) {
      throw new ProtocolException("frame over the limit of " + bytesMax + " bytes");
    }
    return Optional.of(length <= SHORT_BYTES ? readShort(length) : readLong(length));
  }

  private byte[] readShort(int length) throws IOException {
    byte[] payload = new byte[length];
    in.readFully(payload);
    return payload;
  }

  private byte[] readLong(int length) throws IOException {
    if (!room.take(length)) {
      throw new EOFException("nobody reads long frames any more");
    }
    held = length;
    long seconds = length / BYTES_PER_SECOND_MIN;
    due.set(nanoTime.getAsLong() + STALL_NANOS + Duration.ofSeconds(seconds).toNanos());
    byte[] payload = readShort(SHORT_BYTES);
    while (payload.length < length) {
      int come = payload.length;
      payload = Arrays.copyOf(payload, come >= length / GROWTH ? length : GROWTH * come);
      in.readFully(payload, come, payload.length - come);
    }
    due.set(0);
    return payload;
  }

  /** Tells whether a long frame does not come, while others may wait for its room. Any thread. */
  boolean isStalled() {
    long until = due.get();
    return until != 0 && nanoTime.getAsLong() - until > 0;
  }

  /** Gives back what the last frame holds. */
  @Override
  public void close() {
    due.set(0);
    if (held > 0) {
      room.giveBack(held);
      held = 0;
    }
  }
}
