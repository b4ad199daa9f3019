package dev.objectdb.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.objectdb.storage.HistoryMode;
import dev.objectdb.testing.EmbeddedPg;
import dev.objectdb.testing.PostgresExtension;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** {@code objectdb verify} as a person or a script runs it. */
class VerifyIT {
  @RegisterExtension
  final PostgresExtension postgres = PostgresExtension.prepared(HistoryMode.FREE);

  private CommandProcess verify() throws Exception {
    String uri =
        "postgresql://postgres@localhost:%d/%s"
            .formatted(EmbeddedPg.shared().port(), postgres.database());
    return CommandProcess.jar(Map.of("OBJECTDB_POSTGRES_URI", uri), "verify");
  }

  @Test
  void aSoundDatabaseGivesALineAndSuccess() throws Exception {
    try (CommandProcess verify = verify()) {
      assertThat(verify.awaitExit()).as("%s", verify).isZero();
      assertThat(verify.out())
          .isEqualTo("0 revisions with 0 references checked: nothing is broken");
      assertThat(verify.err()).contains("verifying");
    }
  }

  @Test
  void whatIsBrokenIsNamedCountedAndFails() throws Exception {
    postgres.execute(
        """
        SET session_replication_role = replica;
        INSERT INTO transaction_log (tid) VALUES (7);
        INSERT INTO object_state VALUES (0, 7, 'm', 'C', '{"a": {"@bi": "x"}}', 10, '{}');
        INSERT INTO object_state VALUES
          (1, 7, 'm', 'C', '{"a": {"@ref": ["0000000000000009", "m.C"]}}', 10, '{9}');
        """);
    try (CommandProcess verify = verify()) {
      assertThat(verify.awaitExit()).as("%s", verify).isEqualTo(1);
      assertThat(verify.out().lines())
          .hasSize(7)
          .anySatisfy(line -> assertThat(line).startsWith("broken record: object 0x00"))
          .anySatisfy(line -> assertThat(line).startsWith("dangling reference: object 0x00"))
          .contains("2 revisions with 1 references checked: broken are")
          .contains("        1  oid sequence behind the data");
    }
  }
}
