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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * One session of ordinary applications with unmodified clients, on two servers over one database.
 */
class PythonClientIT {
  private static final int STEPS = 15;
  private static final Duration PATIENCE = Duration.ofMinutes(5);

  @ParameterizedTest
  @CsvSource({"zeo5,FREE", "zeo5,PRESERVING", "zeo6,FREE", "zeo6,PRESERVING"})
  void unmodifiedClientsOnTwoServersWorkAsOnOne(String client, HistoryMode mode) throws Exception {
    List<String> passed = new ArrayList<>();
    try (ServedDatabases databases = new ServedDatabases(mode)) {
      List<Integer> ports = databases.serve(2);
      new PythonProgram(
              PythonEnvironment.of(client),
              "acceptance.py",
              PATIENCE,
              ports.get(0).toString(),
              ports.get(1).toString())
          .run(
              message -> {
                if (message.has("passed")) {
                  passed.add(message.get("passed").asText());
                  return Optional.of(Map.of());
                }
                return databases.answer(message);
              });
    }
    assertThat(passed).hasSize(STEPS).doesNotHaveDuplicates();
  }

  @ParameterizedTest
  @CsvSource({"zeo5,FREE", "zeo6,PRESERVING"})
  void processesThatCountInOneObjectLoseNothing(String client, HistoryMode mode) throws Exception {
    List<JsonNode> said = new ArrayList<>();
    try (ServedDatabases databases = new ServedDatabases(mode)) {
      List<Integer> ports = databases.serve(2);
      new PythonProgram(
              PythonEnvironment.of(client),
              "counters.py",
              PATIENCE,
              ports.get(0).toString(),
              ports.get(1).toString())
          .run(
              message -> {
                said.add(message);
                return Optional.empty();
              });
      assertThat(databases.conflictsResolved()).isPositive();
    }
    JsonNode result = said.getLast();
    int expected = result.get("expected").asInt();
    assertThat(result.get("counted").asInt()).isEqualTo(expected);
    assertThat(result.get("listed").asInt()).isEqualTo(expected);
    assertThat(result.get("merged").asInt()).as("left to the clients").isLessThan(expected / 10);
  }
}
