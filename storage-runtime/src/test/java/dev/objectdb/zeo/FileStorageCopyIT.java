package dev.objectdb.zeo;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.objectdb.storage.HistoryMode;
import dev.objectdb.testing.PythonEnvironment;
import dev.objectdb.testing.PythonProgram;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A FileStorage of over 10,000 mixed objects, with overwritten, undone and vanished ones, copied in
 * by a stock client; the script compares record by record.
 */
class FileStorageCopyIT {
  private static final Duration PATIENCE = Duration.ofMinutes(10);

  @ParameterizedTest
  @EnumSource
  void everyRecordOfAFileStorageComesBack(HistoryMode mode) throws Exception {
    List<JsonNode> reports = new ArrayList<>();
    try (ServedDatabases databases = new ServedDatabases(mode)) {
      String port = databases.serve(1).getFirst().toString();
      new PythonProgram(
              PythonEnvironment.zeo6(), "filestorage_copy.py", PATIENCE, port, mode.name())
          .run(
              message -> {
                reports.add(message);
                return Optional.empty();
              });
    }
    assertThat(reports).hasSize(1);
    System.out.printf("FileStorage copied, history %s: %s%n", mode, reports.getFirst());
    assertThat(reports.getFirst().get("objects").asInt()).isGreaterThan(10_000);
    assertThat(reports.getFirst().get("records").asInt()).isGreaterThan(10_000);
  }
}
