package dev.objectdb.zeo;

import com.fasterxml.jackson.databind.JsonNode;
import dev.objectdb.storage.HistoryMode;
import dev.objectdb.testing.PythonEnvironment;
import dev.objectdb.testing.PythonProgram;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Predicate;

/**
 * One run of {@code zeo_suites.py}: all tests of ZEO and ZODB that fit, with the clients of one
 * environment, against servers of one history mode. Several Python processes share the work, each
 * with databases of its own; most tests wait more than they compute.
 */
final class SuiteRun {
  private static final Duration PATIENCE = Duration.ofMinutes(40);

  private final PythonEnvironment environment;
  private final HistoryMode mode;
  private final Predicate<String> wanted;
  private final String[] arguments;
  private final Deque<String> toDo = new ConcurrentLinkedDeque<>();
  private final SortedMap<String, Outcome> outcomes = new ConcurrentSkipListMap<>();
  private final SortedMap<String, Integer> leftOut = new ConcurrentSkipListMap<>();
  private boolean announced;

  /**
   * What became of one test.
   *
   * @param detail the error, empty if it passed
   * @param servers how many it started; with none it says nothing about them
   */
  record Outcome(String outcome, String detail, double seconds, int servers) {
    boolean passed() {
      return outcome.equals("passed");
    }
  }

  /**
   * A run of the tests whose names are wanted.
   *
   * @param arguments for {@code zeo_suites.py}
   */
  SuiteRun(
      PythonEnvironment environment,
      HistoryMode mode,
      Predicate<String> wanted,
      String... arguments) {
    this.environment = environment;
    this.mode = mode;
    this.wanted = wanted;
    this.arguments = arguments.clone();
  }

  /** Runs it in that many processes. */
  void run(int workers) throws Exception {
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Void>> running = new ArrayList<>();
      for (int i = 0; i < workers; i++) {
        running.add(
            threads.submit(
                () -> {
                  work();
                  return null;
                }));
      }
      for (Future<Void> worker : running) {
        worker.get();
      }
    }
  }

  private void work() throws Exception {
    try (ServedDatabases databases = new ServedDatabases(mode)) {
      new PythonProgram(environment, "zeo_suites.py", PATIENCE, arguments)
          .run(
              message -> {
                if (message.has("tests")) {
                  announce(message);
                  return Optional.empty();
                }
                if (message.has("next")) {
                  String test = toDo.poll();
                  return Optional.of(test == null ? Map.of() : Map.of("test", test));
                }
                if (message.has("test")) {
                  note(message);
                  return Optional.empty();
                }
                return databases.answer(message);
              });
    }
  }

  /** The first process says what there is to do; the others say the same. */
  private synchronized void announce(JsonNode message) {
    if (!announced) {
      message.get("tests").forEach(name -> toDo.add(name.asText()));
      toDo.removeIf(wanted.negate());
      message
          .get("left_out")
          .properties()
          .forEach(entry -> leftOut.put(entry.getKey(), entry.getValue().asInt()));
    }
    announced = true;
  }

  private void note(JsonNode message) {
    outcomes.put(
        message.get("test").asText(),
        new Outcome(
            message.get("outcome").asText(),
            message.get("detail").asText(),
            message.get("seconds").asDouble(),
            message.get("servers").asInt()));
  }

  /** The tests by name, those that need no server left out. */
  SortedMap<String, Outcome> outcomes() {
    SortedMap<String, Outcome> found = new ConcurrentSkipListMap<>(outcomes);
    found.values().removeIf(outcome -> outcome.servers() == 0);
    return found;
  }

  /** How many tests were not run at all, by reason. */
  SortedMap<String, Integer> leftOut() {
    return leftOut;
  }
}
