package dev.objectdb.operator.database.manifest;

import java.time.Duration;

/** Durations as the schema lets them through: a whole number and one of ms, s, m and h. */
public final class Durations {
  private Durations() {}

  /** Reads a duration. */
  public static Duration parse(String text) {
    return text.endsWith("ms")
        ? Duration.ofMillis(Long.parseLong(text.substring(0, text.length() - 2)))
        : Duration.parse("PT" + text);
  }

  /** Returns whole seconds, rounded up. */
  static int seconds(String text) {
    return Math.toIntExact(parse(text).plusMillis(999).toSeconds());
  }
}
