package dev.objectdb.storage.pg;

import java.time.Duration;

/**
 * A point on the process's monotonic clock by which something has to be done.
 *
 * @param nanos as {@link System#nanoTime} counts them
 */
record Deadline(long nanos) {
  static Deadline after(Duration duration) {
    return new Deadline(System.nanoTime() + duration.toNanos());
  }

  /** Returns what is left, zero when it has passed. */
  Duration left() {
    return Duration.ofNanos(Math.max(0, nanos - System.nanoTime()));
  }
}
