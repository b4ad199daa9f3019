package dev.objectdb.zeo;

import dev.objectdb.storage.HistoryMode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.SequencedMap;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * The tests of ZEO and ZODB that do not pass, from {@code suite-exceptions.txt}, which says what
 * its lines mean. A test is an exception only as long as it fails, and in the way that is written.
 */
final class SuiteExceptions {
  private static final String FILE = "suite-exceptions.txt";

  /** The same tests, over a slow storage and over TLS. */
  private static final Pattern AGAIN = Pattern.compile("^FileStorage(LoadDelayed|SSL)Tests\\.");

  private final List<Line> lines = new ArrayList<>();

  /**
   * One test that does not pass.
   *
   * @param where history mode, client and number of servers; each that is named must be the one
   * @param says part of the failure
   */
  private record Line(String reason, String name, Set<String> where, String says) {
    boolean names(String test) {
      return name.equals(AGAIN.matcher(test).replaceFirst("FileStorageTests."));
    }
  }

  private SuiteExceptions() {}

  /** Those of one client and one history mode, with so many servers behind an address. */
  static SuiteExceptions of(String client, HistoryMode mode, int pods) throws IOException {
    SuiteExceptions exceptions = new SuiteExceptions();
    String servers = pods == 1 ? "one-server" : "two-servers";
    Set<String> here = Set.of(client, mode.name().toLowerCase(Locale.ROOT), servers);
    String reason = "";
    for (String text : text().lines().toList()) {
      if (text.startsWith("== ")) {
        reason = text.substring(3);
      } else if (!text.isBlank() && !text.startsWith("#")) {
        Line line = line(reason, text);
        if (here.containsAll(line.where())) {
          exceptions.lines.add(line);
        }
      }
    }
    return exceptions;
  }

  private static String text() throws IOException {
    try (InputStream in = SuiteExceptions.class.getResourceAsStream(FILE)) {
      return new String(Objects.requireNonNull(in, FILE).readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private static Line line(String reason, String text) {
    int colon = text.indexOf(" : ");
    List<String> words = Arrays.asList(text.substring(0, colon).split(" "));
    return new Line(
        reason,
        words.getFirst(),
        Set.copyOf(words.subList(1, words.size())),
        text.substring(colon + 3));
  }

  /** What is not as it is written: tests that fail and should not, or the other way round. */
  List<String> deviations(SortedMap<String, SuiteRun.Outcome> outcomes) {
    List<String> deviations = new ArrayList<>();
    outcomes.forEach(
        (name, outcome) -> {
          List<Line> excused = lines.stream().filter(line -> line.names(name)).toList();
          if (outcome.passed()) {
            excused.forEach(line -> deviations.add(name + " passes, and need be no exception"));
          } else if (excused.stream().noneMatch(line -> outcome.detail().contains(line.says()))) {
            deviations.add("%s %s: %s".formatted(name, outcome.outcome(), outcome.detail()));
          }
        });
    for (Line line : lines) {
      if (outcomes.keySet().stream().noneMatch(line::names)) {
        deviations.add(line.name() + " is an exception, but no test");
      }
    }
    return deviations;
  }

  /** The exceptions that were met, by reason. */
  SequencedMap<String, List<String>> met(SortedMap<String, SuiteRun.Outcome> outcomes) {
    SequencedMap<String, List<String>> met = new TreeMap<>();
    for (Line line : lines) {
      outcomes.forEach(
          (name, outcome) -> {
            if (line.names(name) && !outcome.passed()) {
              met.computeIfAbsent(line.reason(), reason -> new ArrayList<>()).add(name);
            }
          });
    }
    return met;
  }
}
