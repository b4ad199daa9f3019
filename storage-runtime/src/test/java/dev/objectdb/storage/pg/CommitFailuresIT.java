package dev.objectdb.storage.pg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import dev.objectdb.object.Oid;
import dev.objectdb.object.Tid;
import dev.objectdb.storage.HistoryMode;
import dev.objectdb.storage.StorageTransaction;
import dev.objectdb.storage.StorageTransactionException;
import dev.objectdb.storage.StorageUnavailableException;
import dev.objectdb.testing.CapturedLog;
import dev.objectdb.testing.CountingProxy;
import dev.objectdb.testing.EmbeddedPg;
import dev.objectdb.testing.PostgresExtension;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The committer's session is killed at each step; clients hang; others hold locks. */
class CommitFailuresIT {
  private static final Oid A = new Oid(1);
  private static final Oid B = new Oid(2);
  private static final Duration TIMEOUT = Duration.ofMillis(800);

  @RegisterExtension
  final PostgresExtension postgres = PostgresExtension.prepared(HistoryMode.FREE);

  private Commits commits;

  @SuppressWarnings("NullAway.Init") // set before each test
  CommitFailuresIT() {}

  @BeforeEach
  void open() {
    commits = new Commits(postgres.config());
  }

  @AfterEach
  void close() throws SQLException {
    commits.close();
    await()
        .untilAsserted(
            () ->
                assertThat(
                        postgres.query(
                            "SELECT count(*) FROM pg_locks JOIN pg_database d ON d.oid = database"
                                + " WHERE locktype = 'advisory' AND datname = current_database()"))
                    .as("no lock is left behind")
                    .containsExactly("0"));
  }

  private void kill(String application) throws SQLException {
    assertThat(
            postgres.query(
                "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
                    + " WHERE datname = current_database() AND application_name = '%s'"
                        .formatted(application)))
        .containsExactly("1");
  }

  private List<String> log() throws SQLException {
    return postgres.query("SELECT tid FROM transaction_log ORDER BY tid");
  }

  @Test
  void aSessionKilledWhileIdleIsReplacedUnnoticed() throws SQLException {
    Tid first = commits.commit(A, Tid.NONE, 1);
    kill("objectdb committer");
    Tid second = commits.commit(A, first, 2);
    assertThat(log())
        .containsExactly(String.valueOf(first.value()), String.valueOf(second.value()));
  }

  @Test
  void aSessionKilledBetweenVoteAndFinishFailsTheTransactionAndFreesTheLock() throws SQLException {
    StorageTransaction voted = commits.voted(Map.of(A, Tid.NONE), 1);
    StorageTransaction other = commits.voted(Map.of(B, Tid.NONE), 1);
    kill("objectdb committer");
    try (PythonWriter python = new PythonWriter(postgres.connect())) {
      python.commit(A, 9); // the lock is free, and what was voted no longer holds
    }
    assertThatExceptionOfType(StorageUnavailableException.class).isThrownBy(voted::finish);
    assertThatExceptionOfType(StorageUnavailableException.class).isThrownBy(other::finish);
    assertThat(postgres.query("SELECT state ->> 'a' FROM object_state"))
        .containsExactly("value 0000000009");
    commits.commit(B, Tid.NONE, 2);
  }

  @Test
  void aSessionKilledWhileItWritesFailsTheTransaction() throws SQLException, InterruptedException {
    Tid first = commits.commit(A, Tid.NONE, 1);
    try (Connection blocker = postgres.connect();
        Statement statement = blocker.createStatement()) {
      blocker.setAutoCommit(false);
      statement.execute("SELECT * FROM object_state FOR UPDATE");
      StorageTransaction voted = commits.voted(Map.of(A, first), 2);
      CompletableFuture<Tid> finish = CompletableFuture.supplyAsync(voted::finish);
      awaitWaiting("INSERT INTO object_state");
      kill("objectdb committer");
      assertThat(finish)
          .failsWithin(10, TimeUnit.SECONDS)
          .withThrowableThat()
          .withCauseInstanceOf(StorageUnavailableException.class);
    }
    assertThat(log()).hasSize(1);
    commits.commit(A, first, 3);
  }

  private void awaitWaiting(String query) {
    await()
        .until(
            () ->
                !postgres
                    .query(
                        "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
                            + " AND datname = current_database() AND query LIKE '%"
                            + query
                            + "%'")
                    .isEmpty());
  }

  /** The trigger makes COMMIT itself slow, and tells the test when it is there. */
  private void slowCommits(String body) throws SQLException {
    postgres.execute(
        """
        CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN %s RETURN NULL; END $$;
        CREATE CONSTRAINT TRIGGER slow AFTER INSERT ON transaction_log DEFERRABLE INITIALLY DEFERRED
        FOR EACH ROW EXECUTE FUNCTION slow()
        """
            .formatted(body));
  }

  @Test
  void aSessionKilledDuringTheCommitIsFoundNotToHaveCommitted() throws SQLException {
    try (Connection blocker = postgres.connect();
        Statement statement = blocker.createStatement()) {
      slowCommits("PERFORM pg_advisory_xact_lock(77);");
      statement.execute("SELECT pg_advisory_lock(77)");
      StorageTransaction voted = commits.voted(Map.of(A, Tid.NONE), 1);
      CompletableFuture<Tid> finish = CompletableFuture.supplyAsync(voted::finish);
      awaitWaiting("COMMIT");
      kill("objectdb committer");
      assertThat(finish)
          .failsWithin(20, TimeUnit.SECONDS)
          .withThrowableThat()
          .withCauseInstanceOf(StorageUnavailableException.class);
      postgres.execute("DROP TRIGGER slow ON transaction_log");
    }
    assertThat(log()).isEmpty();
    commits.commit(A, Tid.NONE, 2);
  }

  @Test
  void r14ACommitWhoseAnswerIsLostIsFoundOnceItsBackendIsDone() throws SQLException {
    try (CountingProxy proxy = new CountingProxy(() -> EmbeddedPg.shared().port());
        Connection blocker = postgres.connect();
        Statement statement = blocker.createStatement()) {
      slowCommits("PERFORM pg_advisory_xact_lock(77);");
      String address = "postgresql://postgres@localhost:%d/%s";
      PgUri uri = PgUri.parse(address.formatted(proxy.port(), postgres.database()));
      try (Commits remote = new Commits(PgConfig.of(uri, HistoryMode.FREE))) {
        StorageTransaction voted = remote.voted(Map.of(A, Tid.NONE), 1);
        statement.execute("SELECT pg_advisory_lock(77)");
        CompletableFuture<Tid> finish = CompletableFuture.supplyAsync(voted::finish);
        awaitWaiting("COMMIT");
        proxy.cut();
        awaitWaiting("pg_advisory_lock(0)"); // the new session, behind the one that commits
        assertThat(finish).isNotDone();
        statement.execute("SELECT pg_advisory_unlock(77)");
        assertThat(finish).succeedsWithin(20, TimeUnit.SECONDS);
        assertThat(log()).containsExactly(String.valueOf(finish.join().value()));
        assertThat(remote.listener.news)
            .containsExactly(new RecordingListener.News.Committed(voted, finish.join()));
        postgres.execute("DROP TRIGGER slow ON transaction_log");
        remote.commit(B, Tid.NONE, 2);
      }
    }
  }

  @Test
  void recordsAreTranscodedByTheirCallerBeforeTheLockIsAskedForAndNeverAgain() throws SQLException {
    String lock =
        "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'"
            + " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";
    Tid first = commits.commit(A, Tid.NONE, 1);
    await().until(() -> postgres.query(lock).equals(List.of("0")));
    commits.transcodedBy.clear();
    StorageTransaction transaction = commits.begin();
    transaction.store(A, first, Commits.record(2));
    transaction.store(B, Tid.NONE, Commits.record(2));
    assertThat(commits.transcodedBy)
        .containsExactly(Thread.currentThread(), Thread.currentThread());
    assertThat(postgres.query(lock)).containsExactly("0");
    transaction.vote();
    assertThat(postgres.query(lock)).containsExactly("1");
    transaction.finish();
    assertThat(commits.transcodedBy).hasSize(2);
  }

  @Test
  void aHangingClientsTransactionIsAbortedInTimeAndItsListenerTold() {
    PgConfig config = postgres.config();
    PgConfig impatient = Commits.with(config, TIMEOUT, config.limits());
    try (Commits hasty = new Commits(impatient)) {
      StorageTransaction hanging = hasty.voted(Map.of(A, Tid.NONE), 1);
      commits.commit(A, Tid.NONE, 2); // another process gets the lock
      await()
          .untilAsserted(
              () ->
                  assertThat(hasty.listener.news)
                      .contains(new RecordingListener.News.TimedOut(hanging)));
      assertThatExceptionOfType(StorageTransactionException.class).isThrownBy(hanging::finish);
    }
  }

  @Test
  void anAbortFromAnotherThreadEndsAWaitingVote() throws SQLException {
    try (PythonWriter python = new PythonWriter(postgres.connect())) {
      python.begin();
      StorageTransaction waiting = commits.begin();
      waiting.store(A, Tid.NONE, Commits.record(1));
      CompletableFuture<?> vote = CompletableFuture.supplyAsync(waiting::vote);
      awaitWaiting("pg_advisory_lock(0)");
      waiting.abort();
      assertThat(vote).failsWithin(10, TimeUnit.SECONDS); // while the lock is still taken
      python.commit();
    }
    commits.commit(A, Tid.NONE, 2);
  }

  @Test
  void stagedRecordsThatCannotBeReadBackFailTheirTransactionAndLeaveNothingBehind()
      throws SQLException, IOException {
    StorageTransaction transaction = commits.begin();
    transaction.store(A, Tid.NONE, Commits.record(1));
    transaction.store(B, Tid.NONE, Commits.record("x".repeat(5 << 20))); // goes to disk
    transaction.vote();
    ((CommitSequencer.Ballot) transaction).prepared().spool().close(); // the disk fails
    assertThatExceptionOfType(StorageTransactionException.class).isThrownBy(transaction::finish);
    Tid next = commits.commit(new Oid(3), Tid.NONE, 2);
    assertThat(log()).containsExactly(String.valueOf(next.value()));
    assertThat(postgres.query("SELECT zoid FROM object_state")).containsExactly("3");
  }

  @Test
  void aSessionOnAServerThatTakesNoWritesIsReplaced() throws SQLException {
    String setting = "ALTER DATABASE \"%s\" ".formatted(postgres.database());
    String any = "postgresql://postgres@localhost:%d/%s?target_session_attrs=any";
    PgUri uri = PgUri.parse(any.formatted(EmbeddedPg.shared().port(), postgres.database()));
    try (Commits careless = new Commits(PgConfig.of(uri, HistoryMode.FREE))) {
      Tid first = commits.commit(A, Tid.NONE, 1);
      postgres.execute(setting + "SET default_transaction_read_only = on");
      postgres.query(
          "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
              + " WHERE datname = current_database() AND application_name = 'objectdb committer'");
      StorageTransaction voted = careless.voted(Map.of(A, first), 2);
      postgres.execute(
          "BEGIN READ WRITE; " + setting + "RESET default_transaction_read_only; COMMIT");
      assertThatExceptionOfType(StorageUnavailableException.class).isThrownBy(voted::finish);
      careless.commit(A, first, 3);
    }
  }

  @Test
  void dataThatTheDatabaseRefusesFailsOnlyItsTransaction() throws SQLException {
    postgres.execute("ALTER TABLE object_state ADD CONSTRAINT small CHECK (zoid < 1000)");
    StorageTransaction bad = commits.voted(Map.of(new Oid(2000), Tid.NONE), 1);
    StorageTransaction good = commits.voted(Map.of(A, Tid.NONE), 1);
    CompletableFuture<Tid> both = CompletableFuture.supplyAsync(good::finish);
    assertThatExceptionOfType(StorageTransactionException.class).isThrownBy(bad::finish);
    assertThat(both).succeedsWithin(10, TimeUnit.SECONDS);
    assertThat(postgres.query("SELECT zoid FROM object_state")).containsExactly("1");
  }

  @Test
  void noStateOfAnObjectStandsInTheLogOrInTheAnswer() throws SQLException {
    postgres.execute("ALTER TABLE object_state ADD CONSTRAINT small CHECK (zoid < 1000)");
    StorageTransaction bad = commits.begin();
    bad.store(new Oid(2000), Tid.NONE, Commits.record("confidential"));
    bad.vote();
    try (CapturedLog log = new CapturedLog()) {
      assertThatExceptionOfType(StorageTransactionException.class)
          .isThrownBy(bad::finish)
          .withMessageNotContaining("confidential");
      assertThat(log.lines())
          .as("what PostgreSQL says, without the row it says it of")
          .anyMatch(line -> line.contains("violates check constraint \"small\""))
          .noneMatch(line -> line.contains("confidential"));
    }
  }

  @Test
  void betweenVoteAndFinishNoTransactionIsOpenThatTheServerCouldEnd() throws SQLException {
    StorageTransaction voted = commits.voted(Map.of(A, Tid.NONE), 1);
    assertThat(
            postgres.query(
                "SELECT state, backend_xid, backend_xmin FROM pg_stat_activity"
                    + " WHERE datname = current_database()"
                    + " AND application_name = 'objectdb committer'"))
        .containsExactly("idle|null|null");
    voted.finish();
  }

  @Test
  void aRowThatSomebodyKeepsLockedForAMomentDelaysTheCommitOnly() throws SQLException {
    Tid first = commits.commit(A, Tid.NONE, 1);
    try (Connection blocker = postgres.connect();
        Statement statement = blocker.createStatement()) {
      blocker.setAutoCommit(false);
      statement.execute("UPDATE object_state SET refs = '{}'");
      StorageTransaction voted = commits.voted(Map.of(A, first), 2);
      CompletableFuture<Tid> finish = CompletableFuture.supplyAsync(voted::finish);
      awaitWaiting("INSERT INTO object_state");
      blocker.commit();
      assertThat(finish).succeedsWithin(20, TimeUnit.SECONDS);
    }
  }

  @Test
  void aBackendThatIsSilentUnderTheLockIsEndedByTheServer() throws SQLException {
    StorageTransaction voted = commits.voted(Map.of(A, Tid.NONE), 1);
    assertThat(
            postgres.query(
                "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted"
                    + " AND database = (SELECT oid FROM pg_database"
                    + " WHERE datname = current_database())"))
        .containsExactly("1");
    commits.side.sequencer().abort((CommitSequencer.Ballot) voted);
    String bound =
        commits
            .side
            .sequencer()
            .exclusive(
                connection -> {
                  try (Statement statement = connection.createStatement();
                      var row = statement.executeQuery("SHOW idle_session_timeout")) {
                    row.next();
                    return row.getString(1);
                  }
                },
                Deadline.after(Duration.ofSeconds(10)));
    assertThat(bound).isEqualTo("40s");
  }

  @Test
  void asynchronousCommitAsADatabaseDefaultDoesNotReachOurSessions() throws SQLException {
    postgres.execute(
        "ALTER DATABASE %s SET synchronous_commit = off".formatted(postgres.database()));
    try (Commits late = new Commits(postgres.config())) {
      String setting =
          late.side
              .sequencer()
              .exclusive(
                  connection -> {
                    try (Statement statement = connection.createStatement();
                        var row = statement.executeQuery("SHOW synchronous_commit")) {
                      row.next();
                      return row.getString(1);
                    }
                  },
                  Deadline.after(Duration.ofSeconds(10)));
      assertThat(setting).isEqualTo("on");
    }
  }
}
