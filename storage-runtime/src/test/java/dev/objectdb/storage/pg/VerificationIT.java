package dev.objectdb.storage.pg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.objectdb.codec.RecordCodec;
import dev.objectdb.object.Bytes;
import dev.objectdb.object.Limits;
import dev.objectdb.object.Oid;
import dev.objectdb.object.Tid;
import dev.objectdb.storage.HistoryMode;
import dev.objectdb.storage.StorageTransaction;
import dev.objectdb.storage.VoteResult;
import dev.objectdb.testing.EmbeddedPg;
import dev.objectdb.testing.PostgresExtension;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A sound database, and one with each kind of damage planted in it. */
class VerificationIT {
  private static final RecordCodec CODEC = new RecordCodec(Limits.DEFAULT, false);
  private static final Oid CHILD = new Oid(1);
  private static final Oid OTHER = new Oid(2);
  private static final Oid RAW = new Oid(3);

  /** Bytes without a class: they are kept as a record only. */
  private static final Bytes NO_CLASS = Bytes.ofUtf8("these bytes are no pickle");

  @RegisterExtension
  final PostgresExtension postgres = PostgresExtension.prepared(HistoryMode.PRESERVING);

  /** Root to child to other; each in two revisions. */
  @BeforeEach
  void fill() {
    fill(postgres.config());
  }

  private static void fill(PgConfig config) {
    try (Commits commits = new Commits(config)) {
      commits.side.newOids(10);
      Map<Oid, Bytes> records =
          Map.of(
              Oid.ROOT,
              record("root", CHILD),
              CHILD,
              record("child", OTHER),
              OTHER,
              record("other"),
              RAW,
              NO_CLASS);
      Tid first = commit(commits, records, Tid.NONE);
      commit(commits, records, first);
    }
  }

  private static Tid commit(Commits commits, Map<Oid, Bytes> records, Tid base) {
    StorageTransaction transaction = commits.begin();
    records.forEach((oid, record) -> transaction.store(oid, base, record));
    assertThat(transaction.vote()).isInstanceOf(VoteResult.Voted.class);
    return transaction.finish();
  }

  private static Bytes record(String name, Oid... refs) {
    StringBuilder json = new StringBuilder("{\"name\": \"%s\"".formatted(name));
    for (int i = 0; i < refs.length; i++) {
      json.append(", \"r%d\": {\"@ref\": [\"%016x\", \"m.C\"]}".formatted(i, refs[i].value()));
    }
    return CODEC.toRecord("m", "C", Bytes.ofUtf8(json + "}"));
  }

  /** Changes tables as no program would: behind the backs of all triggers. */
  private void damage(String sql) throws SQLException {
    postgres.execute("SET session_replication_role = replica; " + sql);
  }

  private static final class Heard implements Verification.Watcher {
    final List<Finding> findings = new ArrayList<>();
    long total;
    long checked;

    @Override
    public void begins(long revisions) {
      total = revisions;
    }

    @Override
    public void checked(long revisions) {
      checked += revisions;
    }

    @Override
    public void found(Finding finding) {
      findings.add(finding);
    }
  }

  private List<Finding> verify() {
    return verify(postgres.config());
  }

  private static List<Finding> verify(PgConfig config) {
    Heard heard = new Heard();
    Verification.Summary summary = Verification.run(config, heard);
    assertThat(summary.findings().values().stream().mapToLong(Long::longValue).sum())
        .isEqualTo(heard.findings.size());
    assertThat(heard.checked).isEqualTo(summary.revisions());
    return heard.findings;
  }

  private void assertFinds(Finding.Kind kind, String... texts) {
    List<Finding> findings = verify();
    assertThat(findings).extracting(Finding::kind).containsOnly(kind);
    assertThat(findings).hasSize(texts.length);
    for (int i = 0; i < texts.length; i++) {
      assertThat(findings.get(i).text()).contains(texts[i]);
    }
  }

  @Test
  void aSoundDatabaseIsCountedAndNothingIsFound() {
    Heard heard = new Heard();
    Verification.Summary summary = Verification.run(postgres.config(), heard);
    assertThat(heard.findings).isEmpty();
    assertThat(heard.total).isEqualTo(8);
    assertThat(summary).isEqualTo(new Verification.Summary(8, 4, Map.of()));
  }

  @Test
  void aReferenceToNothingIsFound() throws SQLException {
    damage("DELETE FROM object_state WHERE zoid = 2; DELETE FROM object_history WHERE zoid = 2");
    assertFinds(
        Finding.Kind.DANGLING_REFERENCE,
        "object 0x0000000000000001 (m.C) at",
        "refers to 0x0000000000000002, which is not there");
  }

  @Test
  void aReplacedRevisionMayReferToWhatIsReplacedAsWell() throws SQLException {
    damage("DELETE FROM object_state WHERE zoid IN (1, 2);");
    damage("UPDATE object_state SET refs = '{}', state = '{\"name\": \"root\"}' WHERE zoid = 0");
    assertThat(verify()).isEmpty();
  }

  @Test
  void aStateThatIsNoRecordsIsFound() throws SQLException {
    damage("UPDATE object_state SET state = '{\"@bi\": \"x\"}' WHERE zoid = 2");
    assertFinds(Finding.Kind.BROKEN_RECORD, "object 0x0000000000000002 (m.C) at");
  }

  @Test
  void aRecordThatIsCutOffIsFound() throws SQLException {
    damage(
        "INSERT INTO object_record SELECT zoid, tid, '\\x80026301' FROM object_state WHERE zoid ="
            + " 2");
    assertThat(verify()).extracting(Finding::kind).contains(Finding.Kind.WRONG_COLUMN);
  }

  @Test
  void aLostRecordIsFound() throws SQLException {
    damage("DELETE FROM object_record WHERE tid = (SELECT max(tid) FROM transaction_log)");
    assertFinds(Finding.Kind.BROKEN_RECORD, "object 0x0000000000000003 (no class) at");
  }

  @Test
  void referencesThatAreNotOnRecordAreFound() throws SQLException {
    damage("UPDATE object_state SET refs = '{}' WHERE zoid = 1");
    assertFinds(Finding.Kind.WRONG_COLUMN, "a pack could remove what it needs");
  }

  @Test
  void aSizeOtherThanTheRecordsIsFound() throws SQLException {
    damage("UPDATE object_state SET state_size = 7 WHERE zoid = 3");
    assertFinds(Finding.Kind.WRONG_COLUMN, "state_size is 7, its record has 25");
  }

  @Test
  void aStateThatIsNotWhatItsRecordSaysIsFound() throws SQLException {
    damage("UPDATE object_state SET state = '[1]' WHERE zoid = 3");
    assertFinds(Finding.Kind.WRONG_COLUMN, "state is not what its record says");
  }

  @Test
  void aCurrentObjectWithoutAStateIsFound() throws SQLException {
    damage("UPDATE object_state SET state = NULL WHERE zoid = 2");
    assertFinds(Finding.Kind.WRONG_COLUMN, "state is NULL");
  }

  @Test
  void aMissingRootIsFound() throws SQLException {
    damage("DELETE FROM object_state WHERE zoid = 0");
    assertFinds(Finding.Kind.NO_ROOT, "none with oid 0");
  }

  @Test
  void aSequenceBehindTheObjectsIsFound() throws SQLException {
    damage("ALTER SEQUENCE zoid_seq RESTART WITH 3");
    assertFinds(Finding.Kind.OIDS_BEHIND, "0000000003, and object 0x0000000000000003 exists");
  }

  @Test
  void aTriggerThatIsOffOrGoneIsFound() throws SQLException {
    damage("ALTER TABLE object_state DISABLE TRIGGER objectdb_archive_update");
    damage("DROP TRIGGER objectdb_guard ON transaction_log");
    assertFinds(
        Finding.Kind.NO_GUARD,
        "trigger objectdb_archive_update on object_state",
        "trigger objectdb_guard on transaction_log");
  }

  @Test
  void aHistoryAboveTheCurrentRevisionOrOutsideTheLogIsFound() throws SQLException {
    damage("UPDATE object_history SET tid = 5 WHERE zoid = 1");
    damage("UPDATE object_history SET tid = tid * 2 WHERE zoid = 2");
    assertFinds(
        Finding.Kind.WRONG_HISTORY,
        "above the current one",
        "no transaction of the log",
        "no transaction");
  }

  @Test
  void aDatabaseThatIsNotPreparedIsRefused() throws SQLException {
    postgres.execute("CREATE SCHEMA other");
    PgConfig config = postgres.config();
    PgConfig empty = config.withSchema("other");
    assertThatExceptionOfType(SchemaException.class)
        .isThrownBy(() -> verify(empty))
        .withMessageContaining("objectdb schema apply");
  }

  @Test
  void aDamagedPageOfAFileIsFoundWithTheRowsInIt() throws SQLException, IOException {
    try (EmbeddedPg server = EmbeddedPg.own()) {
      PgConfig config = PgConfig.of(server.uri("postgres"), HistoryMode.PRESERVING);
      Schema.apply(config);
      fill(config);
      Path file = recordsFile(server);
      server.stop();
      try (RandomAccessFile pages = new RandomAccessFile(file.toFile(), "rw")) {
        assertThat(pages.length()).isPositive();
        pages.seek(0);
        pages.write(new byte[64]); // no page begins like this
        pages.seek(12);
        pages.write(new byte[] {-1, -1, -1, -1});
      }
      server.startAgain();
      PgConfig again = PgConfig.of(server.uri("postgres"), HistoryMode.PRESERVING);
      assertThat(verify(again))
          .anySatisfy(
              finding -> {
                assertThat(finding.kind()).isEqualTo(Finding.Kind.UNREADABLE_ROW);
                assertThat(finding.text()).contains("invalid page");
              });
    }
  }

  /** Returns the file of object_record, whose rows are met by their key. */
  private static Path recordsFile(EmbeddedPg server) throws SQLException {
    try (Connection connection = server.connect("postgres");
        Statement statement = connection.createStatement()) {
      statement.execute("CHECKPOINT");
      String sql =
          "SELECT current_setting('data_directory') || '/' ||"
              + " pg_relation_filepath('object_record')";
      try (ResultSet row = statement.executeQuery(sql)) {
        row.next();
        return Path.of(row.getString(1));
      }
    }
  }
}
