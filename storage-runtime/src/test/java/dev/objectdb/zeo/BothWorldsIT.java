package dev.objectdb.zeo;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.objectdb.storage.HistoryMode;
import dev.objectdb.testing.PythonEnvironment;
import dev.objectdb.testing.PythonProgram;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The Python package zodb-pgjsonb and servers of ours with stock clients, on one database.
 *
 * <p>The cases are functions of {@code worlds_*.py}, each with a database of its own; {@code
 * -Dworlds.case=NAME} runs one alone. The storm of many writers is repeated with {@code
 * -Dworlds.seed=N}: the choices of each process are the same, their interleaving is the machine's;
 * {@code -Dworlds.commits=N} makes it longer.
 */
class BothWorldsIT {
  private static final Duration PATIENCE = Duration.ofMinutes(10);
  private static final int FREE_CASES = 23;
  private static final int PRESERVING_CASES = 29;
  private static final int WRITERS = 4;

  @TestFactory
  Stream<DynamicContainer> cases() throws Exception {
    return Stream.of(
        container(HistoryMode.FREE, FREE_CASES),
        container(HistoryMode.PRESERVING, PRESERVING_CASES));
  }

  private static DynamicContainer container(HistoryMode mode, int count) throws Exception {
    String only = System.getProperty("worlds.case", "");
    List<JsonNode> outcomes =
        only.isEmpty()
            ? run("worlds_run.py", mode.name())
            : run("worlds_run.py", mode.name(), only);
    DynamicTest all =
        DynamicTest.dynamicTest(
            "all cases were run",
            () -> assertThat(outcomes).hasSize(only.isEmpty() ? count : outcomes.size()));
    return DynamicContainer.dynamicContainer(
        mode.name(), Stream.concat(Stream.of(all), outcomes.stream().map(BothWorldsIT::test)));
  }

  private static DynamicTest test(JsonNode outcome) {
    String name = outcome.get("case").asText();
    return DynamicTest.dynamicTest(
        name, () -> assertThat(outcome.get("problem").asText()).as(name).isEmpty());
  }

  @ParameterizedTest
  @EnumSource
  void nothingIsLostNorStaleWhereBothWriteAtOnce(HistoryMode mode) throws Exception {
    int commits = Integer.getInteger("worlds.commits", 60);
    long seed = Long.getLong("worlds.seed", System.nanoTime() % 1_000_000);
    System.out.println("worlds.seed=" + seed);
    List<JsonNode> said =
        run("worlds_storm.py", mode.name(), String.valueOf(commits), String.valueOf(seed));
    System.out.printf("Both worlds at once, history %s: %s%n", mode, said.getFirst());
    assertThat(said.getFirst().get("commits").asInt()).isEqualTo(WRITERS * commits);
    assertThat(said.getFirst().get("refused").asInt()).as("of those with a right clock").isZero();
    assertThat(said.getFirst().get("refused_slow").asInt()).isPositive();
  }

  /** Returns what the script says that is no request for a database or server. */
  private static List<JsonNode> run(String script, String mode, String... arguments)
      throws Exception {
    List<JsonNode> said = new ArrayList<>();
    String[] all = Stream.concat(Stream.of(mode), Stream.of(arguments)).toArray(String[]::new);
    try (ServedDatabases databases = new ServedDatabases(HistoryMode.valueOf(mode))) {
      new PythonProgram(PythonEnvironment.pgjsonb(), script, PATIENCE, all)
          .run(
              message -> {
                Optional<Map<String, ?>> answer = databases.answer(message);
                if (answer.isEmpty()) {
                  said.add(message);
                }
                return answer;
              });
    }
    return said;
  }
}
