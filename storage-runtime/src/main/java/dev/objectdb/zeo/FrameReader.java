package dev.objectdb.zeo;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;

/**
 * Reads frames: {@code length(4, unsigned, big-endian) payload(length)}. Blocks, so a frame may
 * arrive in any pieces. Source: {@code SizedMessageProtocol} in ZEO {@code asyncio/smp.py}.
 */
final class FrameReader {
  /** Bytes of the length before each payload. */
  static final int HEADER_BYTES = 4;

  /** Up to here memory is taken as announced; above it, as the bytes really come. */
  private static final int TRUSTED_BYTES = 1 << 20;

  private static final int BUFFER_BYTES = 1 << 14;

  private final DataInputStream in;

  FrameReader(InputStream in) {
    this.in = new DataInputStream(new BufferedInputStream(in, BUFFER_BYTES));
  }

  /**
   * Reads one frame.
   *
   * @return its payload, or empty when the other side has ended between two frames
   * @throws ProtocolException if the frame announces more than {@code bytesMax}; nothing of it is
   *     read
   * @throws EOFException if the other side ended within a frame
   */
  Optional<byte[]> read(int bytesMax) throws IOException {
    int first = in.read();
    if (first < 0) {
      return Optional.empty();
    }
    int rest = (in.readUnsignedByte() << 16) | in.readUnsignedShort();
    int length = (first << 24) | rest; // negative from 2 GiB on
    if (length < 0 || length > bytesMax) {
      throw new ProtocolException("frame over the limit");
    }
    byte[] payload;
    if (length <= TRUSTED_BYTES) {
      payload = new byte[length];
      in.readFully(payload);
    } else {
      payload = in.readNBytes(length);
      if (payload.length < length) {
        throw new EOFException("the stream ended within a frame");
      }
    }
    return Optional.of(payload);
  }
}
