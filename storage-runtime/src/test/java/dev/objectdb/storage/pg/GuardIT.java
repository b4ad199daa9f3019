package dev.objectdb.storage.pg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.objectdb.object.Tid;
import dev.objectdb.storage.HistoryMode;
import dev.objectdb.testing.PostgresExtension;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The triggers hold every writer, also one that takes no lock, to the order and to the archive. */
class GuardIT {
  private static void refused(PostgresExtension postgres, String sql, String message) {
    assertThatExceptionOfType(SQLException.class)
        .isThrownBy(() -> postgres.execute(sql))
        .withMessageContaining(message)
        .satisfies(e -> assertThat(SqlErrors.kind(e)).isEqualTo(SqlErrors.Kind.DATA));
  }

  private static long now() {
    return Tid.at(Instant.now()).value();
  }

  @Nested
  class Order {
    @RegisterExtension
    final PostgresExtension postgres = PostgresExtension.prepared(HistoryMode.FREE);

    private final SqlRows rows = new SqlRows(postgres);

    @Test
    void theClockOfTheDatabaseCountsLikeOurs() throws SQLException {
      String instant = "2026-11-22T05:31:34.893924Z";
      assertThat(postgres.query("SELECT objectdb_tid('%s')".formatted(instant)))
          .containsExactly(String.valueOf(Tid.at(Instant.parse(instant)).value()));
    }

    @Test
    void aTidThatIsNotAboveTheGreatestIsRefused() throws SQLException {
      rows.begin(20);
      refused(postgres, SqlRows.log(20), "duplicate key");
      refused(postgres, SqlRows.log(19), "tid 19 is not above the greatest one");
      refused(
          postgres,
          "INSERT INTO transaction_log (tid) VALUES (30), (10)",
          "tid 10 is not above the greatest one");
      rows.begin(21);
    }

    @Test
    void aBatchMayComeInAnyOrderOfRows() throws SQLException {
      postgres.execute("INSERT INTO transaction_log (tid) VALUES (3), (1), (2)");
      assertThat(postgres.query("SELECT max(tid) FROM transaction_log")).containsExactly("3");
    }

    @Test
    void aWriterWhoseClockIsAheadIsRefusedAndNotTheOthersAfterIt() throws SQLException {
      long now = now();
      rows.begin(now);
      refused(postgres, SqlRows.log(now + (2L << 32)), "ahead of the database's clock");
      rows.begin(now + 1);
    }

    @Test
    void workGoesOnAboveATidFromTheFuture() throws SQLException {
      long future = now() + (60L << 32);
      postgres.execute("SET objectdb.import = on; " + SqlRows.log(future));
      rows.begin(future + 1);
      rows.begin(future + 65_537);
      refused(postgres, SqlRows.log(future + 200_000), "ahead of the database's clock");
    }

    @Test
    void anImportMayBringTidsInAnyOrder() throws SQLException {
      rows.begin(20);
      postgres.execute("SET objectdb.import = on; " + SqlRows.log(10) + SqlRows.log(15));
      assertThat(postgres.query("SELECT count(*) FROM transaction_log")).containsExactly("3");
    }

    @Test
    void anInsertThatMeetsItsOwnRowAgainAddsNothing() throws SQLException {
      rows.begin(20);
      postgres.execute("INSERT INTO transaction_log (tid) VALUES (20) ON CONFLICT DO NOTHING");
      assertThat(postgres.query("SELECT count(*) FROM transaction_log")).containsExactly("1");
    }

    @Test
    void ofTwoWritersWithoutALockTheSmallerTidIsRefused() throws Exception {
      try (Connection ahead = postgres.connect();
          Statement statement = ahead.createStatement()) {
        ahead.setAutoCommit(false);
        statement.execute(SqlRows.log(20));
        CompletableFuture<Throwable> behind =
            CompletableFuture.runAsync(() -> executeUnchecked(SqlRows.log(10)))
                .handle((done, error) -> error);
        assertThatExceptionOfType(TimeoutException.class)
            .as("it waits for the first one's commit")
            .isThrownBy(() -> behind.get(300, TimeUnit.MILLISECONDS));
        ahead.commit();
        assertThat(behind.get()).hasMessageContaining("tid 10 is not above the greatest one");
      }
    }

    private void executeUnchecked(String sql) {
      try {
        postgres.execute(sql);
      } catch (SQLException e) {
        throw new IllegalStateException(e);
      }
    }

    @Test
    void theHolderOfTheLockIsNotStoppedByIt() throws SQLException {
      try (Connection writer = postgres.connect();
          Statement statement = writer.createStatement()) {
        writer.setAutoCommit(false);
        statement.execute("SELECT pg_advisory_xact_lock(0)");
        statement.execute(SqlRows.log(10) + SqlRows.upsert(10, 1, "'1'", 1));
        writer.commit();
      }
    }

    @Test
    void aCommitOnAnOldSnapshotIsRefused() {
      refused(
          postgres,
          "BEGIN ISOLATION LEVEL REPEATABLE READ; " + SqlRows.log(10) + "COMMIT",
          "READ COMMITTED");
    }

    @Test
    void theGreatestRowOfTheLogStays() throws SQLException {
      postgres.execute("INSERT INTO transaction_log (tid) VALUES (1), (2), (3)");
      postgres.execute("DELETE FROM transaction_log WHERE tid = 3");
      assertThat(postgres.query("SELECT max(tid) FROM transaction_log")).containsExactly("3");
      postgres.execute("DELETE FROM transaction_log");
      assertThat(postgres.query("SELECT tid FROM transaction_log")).containsExactly("3");
    }

    @Test
    void theTriggersWorkWithAnEmptySearchPath() throws SQLException {
      postgres.execute(
          """
          SET search_path = '';
          INSERT INTO public.transaction_log (tid) VALUES (1);
          INSERT INTO public.object_state VALUES (1, 1, 'm', 'C', '1', 1, '{}');
          INSERT INTO public.transaction_log (tid) VALUES (2);
          UPDATE public.object_state SET tid = 2;
          INSERT INTO public.transaction_log (tid) VALUES (3);
          DELETE FROM public.object_state;
          DELETE FROM public.transaction_log;
          SELECT public.objectdb_raise_oids(77);
          """);
      assertThat(postgres.query("SELECT nextval('zoid_seq')")).containsExactly("78");
    }

    @Test
    void theSequenceIsRaisedAndNeverLowered() throws SQLException {
      postgres.execute("SELECT objectdb_raise_oids(50), objectdb_raise_oids(10)");
      assertThat(postgres.query("SELECT nextval('zoid_seq')")).containsExactly("51");
      postgres.execute("SELECT objectdb_raise_oids(51)");
      assertThat(postgres.query("SELECT nextval('zoid_seq')")).containsExactly("52");
    }

    /** In another file, whoever reads the sequence at that moment would find no row in it. */
    @Test
    void theSequenceIsRaisedInItsPlace() throws SQLException {
      String file = "SELECT pg_relation_filenode('zoid_seq')";
      List<String> before = postgres.query(file);
      postgres.execute("SELECT objectdb_raise_oids(50)");
      assertThat(postgres.query(file)).isEqualTo(before);
    }

    @Test
    void everybodyIsToldOfACommit() throws SQLException {
      try (Connection listener = postgres.connect();
          Statement statement = listener.createStatement()) {
        statement.execute("LISTEN zodb_invalidations");
        rows.begin(10);
        var told = listener.unwrap(org.postgresql.PGConnection.class).getNotifications(5_000);
        assertThat(told).hasSize(1);
        assertThat(told[0].getParameter()).isEqualTo("10");
      }
    }
  }

  @Nested
  class Free {
    @RegisterExtension
    final PostgresExtension postgres = PostgresExtension.prepared(HistoryMode.FREE);

    private final SqlRows rows = new SqlRows(postgres);
    private static final String WINDOW =
        "SELECT zoid, tid, next_tid, state FROM object_window ORDER BY zoid, tid";

    @Test
    void aReplacedRevisionStaysInTheWindow() throws SQLException {
      rows.store(10, 1, "a");
      rows.store(20, 1, "b");
      rows.store(30, 1, "c");
      assertThat(postgres.query(WINDOW)).containsExactly("1|10|20|\"a\"", "1|20|30|\"b\"");
    }

    @Test
    void anUpdateThatKeepsTheTidArchivesNothing() throws SQLException {
      rows.store(10, 1, "a");
      postgres.execute("UPDATE object_state SET class_name = 'D'");
      assertThat(postgres.query(WINDOW)).isEmpty();
    }

    @Test
    void aDeletionInACommitIsOnRecord() throws SQLException {
      rows.store(10, 1, "a");
      rows.delete(20, 1);
      assertThat(postgres.query(WINDOW)).containsExactly("1|10|20|\"a\"");
      assertThat(postgres.query("SELECT tid, zoid FROM object_deletion")).containsExactly("20|1");
    }

    @Test
    void aDeleteOutsideACommitIsRefusedUnlessASettingAllowsIt() throws SQLException {
      rows.store(10, 1, "a");
      refused(postgres, "DELETE FROM object_state", "deleted by a commit or by objectdb pack only");
      assertThat(postgres.query("SELECT zoid FROM object_state")).containsExactly("1");
      postgres.execute("SET objectdb.delete = on; DELETE FROM object_state");
      assertThat(postgres.query("SELECT zoid FROM object_state")).isEmpty();
      assertThat(postgres.query("SELECT zoid FROM object_deletion"))
          .as("a pack is no transaction, and nobody is told")
          .isEmpty();
    }

    @Test
    void aCommitOfBeforeDoesNotAllowTheNextDeleteOfTheSession() throws SQLException {
      try (Connection session = postgres.connect();
          Statement statement = session.createStatement()) {
        session.setAutoCommit(false);
        statement.execute(SqlRows.log(10) + SqlRows.upsert(10, 1, "'1'", 1));
        session.commit();
        assertThatExceptionOfType(SQLException.class)
            .isThrownBy(() -> statement.execute("DELETE FROM object_state"));
        session.rollback();
      }
    }

    @Test
    void whoArchivesItselfIsLeftAloneAsLongAsItsEpochIsInForce() throws SQLException {
      rows.store(10, 1, "a");
      postgres.execute(
          "SET objectdb.archived = 1; " + SqlRows.log(20) + SqlRows.upsert(20, 1, "'\"b\"'", 1));
      assertThat(postgres.query(WINDOW)).isEmpty();
      postgres.execute("UPDATE objectdb_state SET epoch = 2");
      postgres.execute(
          "SET objectdb.archived = 1; " + SqlRows.log(30) + SqlRows.upsert(30, 1, "'\"c\"'", 1));
      assertThat(postgres.query(WINDOW)).containsExactly("1|20|30|\"b\"");
    }

    @Test
    void anImportThatGoesBackInTimeLeavesNoBackwardInterval() throws SQLException {
      rows.store(20, 1, "b");
      postgres.execute(
          "SET objectdb.import = on; " + SqlRows.log(10) + SqlRows.upsert(10, 1, "'1'", 1));
      assertThat(postgres.query(WINDOW)).isEmpty();
    }
  }

  @Nested
  class Preserving {
    @RegisterExtension
    final PostgresExtension postgres = PostgresExtension.prepared(HistoryMode.PRESERVING);

    private final SqlRows rows = new SqlRows(postgres);
    private static final String HISTORY =
        "SELECT zoid, tid, class_name, state FROM object_history ORDER BY zoid, tid";

    @Test
    void aHistoryFreeWriterLosesNothing() throws SQLException {
      rows.store(10, 1, "a");
      rows.store(20, 1, "b");
      rows.store(30, 1, "c");
      assertThat(postgres.query(HISTORY)).containsExactly("1|10|C|\"a\"", "1|20|C|\"b\"");
      assertThat(postgres.query("SELECT count(*) FROM object_window")).containsExactly("0");
    }

    @Test
    void aWriterThatCopiesFirstIsNotDisturbed() throws SQLException {
      rows.store(10, 1, "a");
      postgres.execute(
          SqlRows.log(20)
              + "INSERT INTO object_history SELECT * FROM object_state ON CONFLICT DO NOTHING; "
              + SqlRows.upsert(20, 1, "'\"b\"'", 1));
      assertThat(postgres.query(HISTORY)).containsExactly("1|10|C|\"a\"");
    }

    @Test
    void aDeletionInACommitLeavesItsMark() throws SQLException {
      rows.store(10, 1, "a");
      rows.delete(20, 1);
      assertThat(postgres.query(HISTORY)).containsExactly("1|10|C|\"a\"", "1|20||null");
      rows.store(30, 2, "a");
      postgres.execute(
          SqlRows.log(40)
              + "INSERT INTO object_history SELECT * FROM object_state; "
              + "INSERT INTO object_history VALUES (2, 40, '', '', NULL, 0, '{}'); "
              + "DELETE FROM object_state WHERE zoid = 2;");
      assertThat(postgres.query(HISTORY + " OFFSET 2"))
          .containsExactly("2|30|C|\"a\"", "2|40||null");
    }

    @Test
    void aPackThatIsAllowedLeavesNoMarkOfADeletion() throws SQLException {
      rows.store(10, 1, "a");
      postgres.execute("SET objectdb.delete = on; DELETE FROM object_state");
      assertThat(postgres.query(HISTORY)).containsExactly("1|10|C|\"a\"");
    }
  }
}
