package dev.objectdb.zeo;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.objectdb.storage.HistoryMode;
import dev.objectdb.testing.PythonEnvironment;
import dev.objectdb.testing.PythonProgram;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Some 20,000 revisions that are hard to keep, stored by one stock client, and read by another one
 * of another server, by zodb-pgjsonb and by SQL. With more random ones among them, and others:
 *
 * <pre>
 *   mvn verify -pl storage-runtime -am -Dtest=NONE -Dit.test=TortureCorpusIT \
 *       -Dsurefire.failIfNoSpecifiedTests=false -Dfailsafe.failIfNoSpecifiedTests=false \
 *       -Dtorture.cases=50000 -Dtorture.seed=7
 * </pre>
 */
class TortureCorpusIT {
  private static final Duration PATIENCE = Duration.ofMinutes(60);
  private static final int CASES = Integer.getInteger("torture.cases", 1_000);
  private static final long SEED = Long.getLong("torture.seed", 20_261_122);

  /** The one that is refused: it has a class and no state, so what it refers to is not known. */
  private static final String CLASS_WITHOUT_STATE = "no-record/one-pickle";

  /** A defect of zodb-pgjsonb, in the words of torture_pgjsonb.py. */
  private static final String NO_STATE = "an old state of None is taken for the end of the object";

  private static final ObjectMapper JSON = new ObjectMapper();

  @ParameterizedTest
  @CsvSource({"FREE,zeo6,zeo5", "PRESERVING,zeo5,zeo6"})
  void everyRecordSurvives(HistoryMode mode, String writer, String reader, @TempDir Path directory)
      throws Exception {
    String truth = directory.resolve("truth").toString();
    try (ServedDatabases databases = new ServedDatabases(mode)) {
      JsonNode stored =
          run(databases, writer, "torture_corpus.py", "store", truth, "" + SEED, "" + CASES);
      assertThat(texts(stored.get("refused"))).containsExactly(CLASS_WITHOUT_STATE);
      TortureRows rows = new TortureRows(stored.get("dsn").asText());
      int queried = rows.check(truth(truth));

      String otherPort = stored.get("ports").get(1).asText();
      JsonNode read =
          run(databases, reader, "torture_corpus.py", "read", truth, otherPort, mode.name());
      String dsn = stored.get("dsn").asText();
      JsonNode python = run(databases, "pgjsonb", "torture_pgjsonb.py", truth, dsn, mode.name());
      System.out.printf(
          "torture corpus, history %s, seed %d: %d revisions, read %d identical and %d equal,"
              + " queried %d; zodb-pgjsonb reads %d equal, and not %s%n",
          mode,
          SEED,
          stored.get("revisions").asInt(),
          read.get("identical").asInt(),
          read.get("equal").asInt(),
          queried,
          python.get("equal").asInt(),
          reasons(python.get("unequal")));
      assertThat(texts(read.get("differing"))).as("seed %d", SEED).isEmpty();
      assertThat(read.get("not_identical")).noneMatch(rows::hasRecord);
      assertThat(python.get("unequal"))
          .allMatch(one -> rows.hasRecord(one) || one.get(2).asText().equals(NO_STATE));
    }
  }

  private static List<JsonNode> truth(String file) throws Exception {
    List<JsonNode> lines = new ArrayList<>();
    try (Stream<String> texts = Files.lines(Path.of(file))) {
      for (String text : (Iterable<String>) texts::iterator) {
        lines.add(JSON.readTree(text));
      }
    }
    return lines;
  }

  private static Map<String, Integer> reasons(JsonNode unequal) {
    Map<String, Integer> reasons = new TreeMap<>();
    for (JsonNode one : unequal) {
      reasons.merge(one.get(2).asText(), 1, Integer::sum);
    }
    return reasons;
  }

  private static List<String> texts(JsonNode array) {
    List<String> texts = new ArrayList<>();
    array.forEach(item -> texts.add(item.asText()));
    return texts;
  }

  private static JsonNode run(
      ServedDatabases databases, String environment, String script, String... arguments)
      throws Exception {
    List<JsonNode> said = new ArrayList<>();
    new PythonProgram(PythonEnvironment.of(environment), script, PATIENCE, arguments)
        .run(
            message -> {
              said.add(message);
              return databases.answer(message);
            });
    return said.getLast();
  }
}
