package dev.objectdb.zeo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.objectdb.storage.HistoryMode;
import dev.objectdb.testing.PythonEnvironment;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The tests of ZEO and of ZODB's storages, unmodified, with stock clients of ZEO 5 and 6, against
 * servers of ours in the place of the stock one: the outer contract.
 *
 * <p>In two of the four runs, one of each client and each history mode, every address is that of
 * two servers over one database, which take the clients in turn, as pods behind a Service do.
 *
 * <p>Most of them wait most of the time, so all four runs go on at once. What takes long and adds
 * little is done by {@code -Dsuites=whole} only: the same tests over a storage with slow loads but
 * for those that look for races, over TLS but in one run, the heaviest race but once, and the full
 * ten seconds of hammering at a tree. No other test runs beside these: some of them give a
 * connection a second, of a machine that all four runs keep busy already.
 */
@Tag("alone")
class ZeoSuitesIT {
  private static final boolean WHOLE = System.getProperty("suites", "").equals("whole");

  private static final int WORKERS = 2;
  private static final String HAMMERING_SECONDS = WHOLE ? "10" : "2";

  private static final Pattern SLOW_LOADS = Pattern.compile("FileStorageLoadDelayedTests\\..*");
  private static final Pattern OVER_TLS = Pattern.compile("FileStorageSSLTests\\..*");
  private static final Pattern RACES = Pattern.compile(".*\\.(race_.*|\\dZODBThreads|MTStores)");
  private static final String HEAVIEST = "race_external_invalidate_vs_disconnect";

  /**
   * Looks for what another client wrote without asking for news, which come later from elsewhere.
   */
  private static final String IMPATIENT = ".checkCurrentSerialInTransaction";

  private static final ExecutorService THREADS = Executors.newVirtualThreadPerTaskExecutor();
  private static final Map<String, Future<SuiteRun>> RUNS = new HashMap<>();

  @BeforeAll
  static void startAllRuns() {
    for (String client : List.of("zeo6", "zeo5")) {
      for (HistoryMode mode : HistoryMode.values()) {
        RUNS.put(client + mode, THREADS.submit(() -> run(client, mode)));
      }
    }
  }

  private static SuiteRun run(String client, HistoryMode mode) throws Exception {
    SuiteRun run =
        new SuiteRun(
            PythonEnvironment.of(client),
            mode,
            test -> isRight(client, mode, test) && (WHOLE || isInSample(client, mode, test)),
            "--seconds",
            HAMMERING_SECONDS,
            "--pods",
            String.valueOf(pods(client, mode)));
    run.run(WORKERS);
    return run;
  }

  private static int pods(String client, HistoryMode mode) {
    return client.equals("zeo6") == (mode == HistoryMode.FREE) ? 1 : 2;
  }

  private static boolean isRight(String client, HistoryMode mode, String test) {
    return pods(client, mode) == 1 || !test.endsWith(IMPATIENT);
  }

  private static boolean isInSample(String client, HistoryMode mode, String test) {
    boolean first = client.equals("zeo6") && mode == HistoryMode.FREE;
    if (test.endsWith(HEAVIEST)) {
      return first && test.startsWith("FileStorageTests.");
    }
    if (SLOW_LOADS.matcher(test).matches()) {
      return client.equals("zeo6") && RACES.matcher(test).matches();
    }
    return first || !OVER_TLS.matcher(test).matches();
  }

  @AfterAll
  static void stop() {
    THREADS.shutdownNow();
  }

  @ParameterizedTest
  @CsvSource({"zeo6,FREE,323", "zeo6,PRESERVING,216", "zeo5,FREE,210", "zeo5,PRESERVING,211"})
  void theSuitesPassButForTheExceptions(String client, HistoryMode mode, int tests)
      throws Exception {
    SuiteRun run = Objects.requireNonNull(RUNS.get(client + mode), "a run of these").get();
    SuiteExceptions exceptions = SuiteExceptions.of(client, mode, pods(client, mode));
    SortedMap<String, SuiteRun.Outcome> outcomes = run.outcomes();
    Map<String, List<String>> met = exceptions.met(outcomes);
    System.out.println(report(client, mode, run, met));
    assertThat(exceptions.deviations(outcomes)).isEmpty();
    if (WHOLE) {
      assertThat(outcomes.size()).isGreaterThan(tests);
    } else {
      assertThat(outcomes.size()).isEqualTo(tests);
    }
  }

  private static String report(
      String client, HistoryMode mode, SuiteRun run, Map<String, List<String>> met) {
    List<String> lines = new ArrayList<>();
    lines.add(
        "The suites of ZEO and ZODB, client %s, history %s, servers behind an address: %d"
            .formatted(client, mode, pods(client, mode)));
    SortedMap<String, SuiteRun.Outcome> outcomes = run.outcomes();
    List<String> suites = outcomes.keySet().stream().map(ZeoSuitesIT::suite).distinct().toList();
    for (String suite : suites) {
      List<SuiteRun.Outcome> those =
          outcomes.entrySet().stream()
              .filter(entry -> suite(entry.getKey()).equals(suite))
              .map(Map.Entry::getValue)
              .toList();
      lines.add(line(suite, those));
    }
    lines.add(line("in all", List.copyOf(outcomes.values())));
    met.forEach((why, names) -> lines.add("  exceptions: %d %s".formatted(names.size(), why)));
    run.leftOut().forEach((why, count) -> lines.add("  left out: %d %s".formatted(count, why)));
    return String.join("\n", lines);
  }

  private static String suite(String test) {
    int dot = test.indexOf('.');
    return dot < 0 ? "documents" : test.substring(0, dot);
  }

  private static String line(String suite, List<SuiteRun.Outcome> outcomes) {
    long passed = outcomes.stream().filter(SuiteRun.Outcome::passed).count();
    double seconds = outcomes.stream().mapToDouble(SuiteRun.Outcome::seconds).sum();
    return "  %-36s %3d tests, %3d passed, %3d exceptions, %4.0f s"
        .formatted(suite, outcomes.size(), passed, outcomes.size() - passed, seconds);
  }
}
