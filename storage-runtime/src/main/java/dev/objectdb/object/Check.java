package dev.objectdb.object;

import org.jspecify.annotations.Nullable;

/** Checks of our own logic, always on: a failure is a bug here, never bad input. */
public final class Check {
  private Check() {}

  /**
   * Fails with an {@link IllegalStateException} unless the invariant holds.
   *
   * @param message what must be so, as a sentence without values, so that failures group in a log
   */
  public static void invariant(boolean holds, String message) {
    if (!holds) {
      throw new IllegalStateException("invariant broken: " + message);
    }
  }

  /**
   * Returns the value, or fails with an {@link IllegalStateException} if there is none.
   *
   * @param message what must be so, as a sentence without values
   */
  public static <T> T present(@Nullable T value, String message) {
    if (value == null) {
      throw new IllegalStateException("invariant broken: " + message);
    }
    return value;
  }
}
