package dev.objectdb.codec.pickle;

import dev.objectdb.object.Bytes;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;

/** Bytes being written: small ones in a buffer that grows, long ones by reference. */
final class PickleOutput {
  /** From here on a reference is cheaper than a copy. */
  private static final int REFERENCE_BYTES_MIN = 8 * 1024;

  private static final int FIRST_CAPACITY = 256;

  /** What is finished, before the buffer's part from {@link #start} to {@link #size}. */
  private final List<PickleValue.Binary> parts = new ArrayList<>();

  private byte[] buffer = new byte[FIRST_CAPACITY];
  private int start;
  private int size;
  private int finished;

  int length() {
    return Math.addExact(finished, size - start);
  }

  void put(int value) {
    room(1);
    buffer[size++] = (byte) value;
  }

  void putIntLittle(int value) {
    room(Integer.BYTES);
    for (int shift = 0; shift < Integer.SIZE; shift += Byte.SIZE) {
      buffer[size++] = (byte) (value >> shift);
    }
  }

  void putLongBig(long value) {
    room(Long.BYTES);
    for (int shift = Long.SIZE - Byte.SIZE; shift >= 0; shift -= Byte.SIZE) {
      buffer[size++] = (byte) (value >> shift);
    }
  }

  void put(byte[] array, int from, int length) {
    if (length < REFERENCE_BYTES_MIN) {
      room(length);
      System.arraycopy(array, from, buffer, size, length);
      size += length;
      return;
    }
    finishBuffer();
    finish(new PickleValue.Binary(array, from, length));
  }

  private void finishBuffer() {
    if (size > start) {
      finish(new PickleValue.Binary(buffer, start, size - start));
      start = size;
    }
  }

  private void finish(PickleValue.Binary part) {
    parts.add(part);
    finished = Math.addExact(finished, part.length());
  }

  private void room(int length) {
    if (length > buffer.length - size) {
      int used = size - start;
      byte[] larger = new byte[Math.max(Math.addExact(used, length), 2 * Math.max(used, 128))];
      System.arraycopy(buffer, start, larger, 0, used);
      buffer = larger;
      start = 0;
      size = used;
    }
  }

  Bytes toBytes() {
    byte[] all = new byte[length()];
    int at = 0;
    for (PickleValue.Binary part : parts) {
      System.arraycopy(part.array(), part.from(), all, at, part.length());
      at += part.length();
    }
    System.arraycopy(buffer, start, all, at, size - start);
    return Bytes.wrap(all);
  }

  void writeTo(OutputStream stream) throws IOException {
    for (PickleValue.Binary part : parts) {
      stream.write(part.array(), part.from(), part.length());
    }
    stream.write(buffer, start, size - start);
  }
}
