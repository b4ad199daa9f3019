package dev.objectdb.zeo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.objectdb.storage.HistoryMode;
import dev.objectdb.testing.PythonEnvironment;
import dev.objectdb.testing.PythonProgram;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * ZODB's own storage suites (BasicStorage with its races, MTStorage, Synchronization,
 * RevisionStorage, IteratorStorage, RecoveryStorage, PersistentStorage, ReadOnlyStorage,
 * ConflictResolution), run by stock ZEO clients against our server: the outer contract.
 */
class ZodbSuitesIT {
  private static final int TESTS = 61;
  private static final Duration PATIENCE = Duration.ofMinutes(20);

  private static final String NEEDS_UNDO = "undoes a transaction, which is not built yet";
  private static final String NEEDS_PACK = "packs, which is not built yet";
  private static final String NEEDS_HISTORY = "walks overwritten revisions, which are not kept";

  private static final String COMPARES_BYTES =
      "compares bytes, of which a record only keeps the meaning; testUpdatesPersistInMeaning"
          + " compares that";

  /** What does not pass, and why; everything else has to. */
  private static Map<String, String> exceptions(HistoryMode mode) {
    Map<String, String> exceptions = new TreeMap<>();
    exceptions.put("Revisions.testLoadBeforeUndo", NEEDS_UNDO);
    exceptions.put("Iterators.testUndoZombie", NEEDS_UNDO);
    exceptions.put("Recovery.testRestoreWithMultipleObjectsInUndoRedo", NEEDS_UNDO);
    exceptions.put("Recovery.testRestoreWithMultipleUndoRedo", NEEDS_UNDO);
    exceptions.put("Recovery.testRestoreAcrossPack", NEEDS_PACK);
    exceptions.put("Recovery.testPackWithGCOnDestinationAfterRestore", NEEDS_PACK);
    exceptions.put("Persistence.testUpdatesPersist", COMPARES_BYTES);
    if (mode == HistoryMode.FREE) {
      exceptions.put("Iterators.testSimpleIteration", NEEDS_HISTORY);
      exceptions.put("Iterators.testExtendedIteration", NEEDS_HISTORY);
    }
    return exceptions;
  }

  @ParameterizedTest
  @EnumSource
  void theSuitesOfZodbPass(HistoryMode mode) throws Exception {
    Map<String, String> outcomes = new TreeMap<>();
    try (ServedDatabases databases = new ServedDatabases(mode)) {
      new PythonProgram(PythonEnvironment.zeo6(), "zodb_suites.py", PATIENCE)
          .run(
              message -> {
                if (message.has("test")) {
                  String outcome = message.get("outcome").asText();
                  boolean passed = outcome.equals("passed");
                  outcomes.put(
                      message.get("test").asText(),
                      passed ? outcome : outcome + ": " + message.get("detail").asText());
                  return Optional.empty();
                }
                return databases.answer(message);
              });
    }
    Map<String, String> notPassed = new TreeMap<>(outcomes);
    notPassed.values().removeIf("passed"::equals);
    Map<String, String> expected = exceptions(mode);
    System.out.printf(
        "ZODB's suites over ZEO, history %s: %d tests, %d passed, %d expected exceptions%n",
        mode, outcomes.size(), outcomes.size() - notPassed.size(), expected.size());
    expected.forEach((name, reason) -> System.out.printf("  %s: %s%n", name, reason));
    assertThat(notPassed)
        .as("tests that did not pass")
        .containsOnlyKeys(expected.keySet())
        .allSatisfy((name, outcome) -> assertThat(outcome).startsWith("failed"));
    assertThat(outcomes).hasSize(TESTS);
  }
}
