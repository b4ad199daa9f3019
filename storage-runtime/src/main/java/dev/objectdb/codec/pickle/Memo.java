package dev.objectdb.codec.pickle;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The numbered slots of a pickle. Picklers number them from 0 up, so they lie in an array; a pickle
 * that leaves large gaps pays with a map instead of making us allocate them.
 */
final class Memo {
  private static final int FIRST_CAPACITY = 16;

  private final int entriesMax;
  private @Nullable PickleValue[] dense = new @Nullable PickleValue[FIRST_CAPACITY];
  private @Nullable Map<Long, PickleValue> sparse;

  /** Number of PUTs so far; also the slot that MEMOIZE fills in pickles without gaps. */
  private int entries;

  Memo(int entriesMax) {
    this.entriesMax = entriesMax;
  }

  int entries() {
    return entries;
  }

  void put(long index, PickleValue value, int offset) {
    if (get(index) == null && ++entries > entriesMax) {
      throw new CodecException("too many memo entries", offset);
    }
    if (index < dense.length) {
      dense[(int) index] = value;
    } else if (index < 2L * dense.length && index <= 4L * entries) {
      dense = Arrays.copyOf(dense, dense.length * 2);
      dense[(int) index] = value;
    } else {
      sparse = sparse == null ? new HashMap<>() : sparse;
      sparse.put(index, value);
    }
  }

  @Nullable PickleValue get(long index) {
    PickleValue found = index < dense.length ? dense[(int) index] : null;
    return found == null && sparse != null ? sparse.get(index) : found;
  }
}
