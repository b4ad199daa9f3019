package dev.objectdb.storage;

import dev.objectdb.object.Bytes;
import dev.objectdb.object.Tid;

/**
 * One revision of one object: the record that was the object's state from {@code tid} up to, but
 * not including, {@code next}.
 *
 * @param next the tid of the following revision, or {@link Tid#MAX} while there is none
 * @param asOf the feed position up to which an open end is known to be open
 */
public record Loaded(Bytes data, Tid tid, Tid next, Tid asOf) {
  public Loaded {
    if (!tid.isBefore(next)) {
      throw new IllegalArgumentException("empty interval: [%s, %s)".formatted(tid, next));
    }
  }

  /** Tells whether no later revision was known when this was read. */
  public boolean isCurrent() {
    return next.equals(Tid.MAX);
  }
}
