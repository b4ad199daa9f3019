package dev.objectdb.codec.pickle;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** A cursor over the bytes of a pickle. Every read that would pass the end says so. */
final class PickleInput {
  private static final VarHandle INT_LITTLE =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle LONG_LITTLE =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle LONG_BIG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

  private final byte[] array;
  private final int end;
  private int position;

  PickleInput(byte[] array, int from, int to) {
    this.array = array;
    this.position = from;
    this.end = to;
  }

  byte[] array() {
    return array;
  }

  int position() {
    return position;
  }

  /** Passes over that many bytes and returns the index of the first. */
  int skip(int length) {
    int from = position;
    if (length > end - from) {
      throw new CodecException("pickle ends too early", from);
    }
    position = from + length;
    return from;
  }

  int unsignedByte() {
    return array[skip(1)] & 0xff;
  }

  int unsignedShort() {
    int from = skip(2);
    return (array[from] & 0xff) | (array[from + 1] & 0xff) << 8;
  }

  int int32() {
    return (int) INT_LITTLE.get(array, skip(Integer.BYTES));
  }

  double float64() {
    return Double.longBitsToDouble((long) LONG_BIG.get(array, skip(Long.BYTES)));
  }

  /** A length of four bytes. What does not fit into an int cannot be there. */
  int length4() {
    return length(int32() & 0xffff_ffffL);
  }

  /** A length of eight bytes. */
  int length8() {
    return length((long) LONG_LITTLE.get(array, skip(Long.BYTES)));
  }

  private int length(long announced) {
    if (announced < 0 || announced > end - position) {
      throw new CodecException("pickle ends too early", position);
    }
    return (int) announced;
  }

  /** Passes over a line and its newline; returns the index of the newline. */
  int skipLine() {
    for (int at = position; at < end; at++) {
      if (array[at] == '\n') {
        position = at + 1;
        return at;
      }
    }
    throw new CodecException("pickle ends too early", position);
  }
}
