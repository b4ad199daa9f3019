package dev.objectdb.server;

import java.time.Duration;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The notation of amounts in resources and configuration, a subset of what Kubernetes itself reads.
 *
 * <pre>
 *   quantity = digits ["Ki" | "Mi" | "Gi" | "Ti"]         bytes, by powers of 1,024
 *   duration = (digits unit)+, unit = "h" | "m" | "s" | "ms", each once and in this order
 * </pre>
 *
 * <p>Both are unsigned. What does not fit the grammar, or not into 63 bits, is empty.
 */
public final class Units {
  private static final Pattern QUANTITY = Pattern.compile("([0-9]{1,18})(Ki|Mi|Gi|Ti)?");
  private static final Pattern DURATION =
      Pattern.compile(
          "(?!$)(?:([0-9]{1,9})h)?(?:([0-9]{1,9})m)?(?:([0-9]{1,9})s)?(?:([0-9]{1,9})ms)?");

  private Units() {}

  /** Reads a quantity of bytes, as in {@code 256Mi}. */
  public static Optional<Long> bytes(String text) {
    Matcher matcher = QUANTITY.matcher(text);
    if (!matcher.matches()) {
      return Optional.empty();
    }
    long factor =
        switch (matcher.group(2)) {
          case null -> 1L;
          case "Ki" -> 1L << 10;
          case "Mi" -> 1L << 20;
          case "Gi" -> 1L << 30;
          default -> 1L << 40;
        };
    try {
      return Optional.of(Math.multiplyExact(Long.parseLong(matcher.group(1)), factor));
    } catch (ArithmeticException e) {
      return Optional.empty();
    }
  }

  /** Reads a duration, as in {@code 10s} or {@code 1h30m}. */
  public static Optional<Duration> duration(String text) {
    Matcher matcher = DURATION.matcher(text);
    if (!matcher.matches()) {
      return Optional.empty();
    }
    return Optional.of(
        Duration.ofHours(number(matcher, 1))
            .plusMinutes(number(matcher, 2))
            .plusSeconds(number(matcher, 3))
            .plusMillis(number(matcher, 4)));
  }

  private static long number(Matcher matcher, int group) {
    String digits = matcher.group(group);
    return digits == null ? 0 : Long.parseLong(digits);
  }
}
