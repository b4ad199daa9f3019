package dev.objectdb.codec.pickle;

import java.util.Arrays;

/** The stack of the pickle machine. Nothing below the last mark can be taken. */
final class PickleStack {
  private static final int FIRST_CAPACITY = 32;

  private PickleValue[] items = new PickleValue[FIRST_CAPACITY];
  private int size;
  private int[] marks = new int[FIRST_CAPACITY];
  private int markCount;
  private int pushes;

  void clear() {
    Arrays.fill(items, 0, size, PickleValue.None.NONE);
    size = 0;
    markCount = 0;
  }

  /** Number of values and marks that were ever pushed. */
  int pushes() {
    return pushes;
  }

  void push(PickleValue value) {
    pushes++;
    if (size == items.length) {
      items = Arrays.copyOf(items, size * 2);
    }
    items[size++] = value;
  }

  PickleValue peek(int offset) {
    if (size <= floor()) {
      throw new CodecException("pickle stack underflow", offset);
    }
    return items[size - 1];
  }

  PickleValue pop(int offset) {
    PickleValue top = peek(offset);
    size--;
    return top;
  }

  PickleValue[] pop(int count, int offset) {
    if (size - floor() < count) {
      throw new CodecException("pickle stack underflow", offset);
    }
    return take(size - count);
  }

  void mark() {
    pushes++;
    if (markCount == marks.length) {
      marks = Arrays.copyOf(marks, markCount * 2);
    }
    marks[markCount++] = size;
  }

  /** Whether the mark itself is on top. */
  boolean markIsOnTop() {
    return markCount > 0 && size == marks[markCount - 1];
  }

  PickleValue[] popToMark(int offset) {
    if (markCount == 0) {
      throw new CodecException("pickle mark missing", offset);
    }
    return take(marks[--markCount]);
  }

  private PickleValue[] take(int from) {
    PickleValue[] taken =
        from == size ? PickleValue.Tuple.NO_ITEMS : Arrays.copyOfRange(items, from, size);
    size = from;
    return taken;
  }

  private int floor() {
    return markCount == 0 ? 0 : marks[markCount - 1];
  }
}
