package dev.objectdb.storage.pg;

import dev.objectdb.object.Bytes;
import dev.objectdb.object.Tid;

/** What the database knows of one object below some tid. */
sealed interface Revision {
  /**
   * The record that was the object's state from {@code tid} up to, but not including, {@code next}.
   *
   * @param next the tid of the following revision; {@link Tid#MAX} while there is none
   */
  record Found(Bytes data, Tid tid, Tid next) implements Revision {
    boolean isOpen() {
      return next.equals(Tid.MAX);
    }

    /** Tells whether this was the newest revision below that tid. */
    boolean covers(Tid before) {
      return tid.isBefore(before) && !before.isAfter(next);
    }
  }

  /**
   * The object exists, or did later, but what it was below that tid is not known (any more).
   *
   * @param later a tid at or above the one asked for at which it existed or ended
   */
  record Hidden(Tid later) implements Revision {}

  /** The object does not exist, or did not at that point. */
  record Gone() implements Revision {}
}
