package dev.objectdb.storage.pg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import dev.objectdb.object.Oid;
import dev.objectdb.object.Tid;
import dev.objectdb.storage.ChangesSince;
import dev.objectdb.storage.HistoryMode;
import dev.objectdb.storage.StorageUnavailableException;
import dev.objectdb.testing.PostgresExtension;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The database loses commits: a standby that lagged took over, or a backup was restored. */
class TakeoverIT {
  private static final Oid A = new Oid(1);

  @RegisterExtension
  final PostgresExtension postgres = PostgresExtension.prepared(HistoryMode.FREE);

  private List<String> recorded() throws SQLException {
    return postgres.query("SELECT system_identifier, timeline FROM objectdb_state");
  }

  /** Takes a commit out of the database, as if it had never come to it. */
  private void lose(Tid lost, String alsoDone) throws SQLException {
    postgres.execute(
        "SET session_replication_role = replica;"
            + alsoDone
            + "DELETE FROM object_state WHERE tid = %1$d;".formatted(lost.value())
            + "DELETE FROM transaction_log WHERE tid = %1$d".formatted(lost.value()));
  }

  @Test
  void theFirstStartRecordsTheServersHistory() throws SQLException {
    try (Commits commits = new Commits(postgres.config())) {
      commits.commit(A, Tid.NONE, 1);
      assertThat(recorded())
          .isEqualTo(postgres.query("SELECT system_identifier, 1 FROM pg_control_system()"));
      assertThat(postgres.query("SELECT count(*) FROM transaction_log")).containsExactly("1");
    }
  }

  @Test
  void aStartOnAnotherServersHistoryLeapsAboveAllThatClientsCanKnow() throws SQLException {
    Tid known;
    Oid drawn;
    try (Commits commits = new Commits(postgres.config())) {
      known = commits.commit(A, Tid.NONE, 1);
      drawn = commits.side.newOids(1).getLast();
    }
    postgres.execute("UPDATE objectdb_state SET timeline = 99");
    try (Commits commits = new Commits(postgres.config())) {
      assertThat(
              postgres.query(
                  "SELECT max(tid) > objectdb_tid(clock_timestamp() + interval '50 seconds'),"
                      + " count(*) FROM transaction_log"))
          .containsExactly("t|2");
      assertThat(recorded().getFirst()).endsWith("|1");
      assertThat(commits.side.newOids(1).getFirst().value())
          .isGreaterThanOrEqualTo(drawn.value() + 10_000);
      assertThat(commits.side.feed().changesSince(known)).isInstanceOf(ChangesSince.Known.class);
      assertThat(commits.commit(A, known, 2)).isGreaterThan(known);
    }
  }

  /** As a dump is restored, with the tables made anew or emptied; the server is the same. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "DROP TABLE transaction_log CASCADE; ALTER TABLE dump RENAME TO transaction_log",
        "TRUNCATE transaction_log CASCADE; INSERT INTO transaction_log SELECT * FROM dump"
      })
  void aStartOnARestoredDumpLeapsToo(String restore) throws SQLException {
    Tid lost;
    try (Commits commits = new Commits(postgres.config())) {
      Tid first = commits.commit(A, Tid.NONE, 1);
      postgres.execute(
          "CREATE TABLE dump (LIKE transaction_log INCLUDING ALL);"
              + "INSERT INTO dump SELECT * FROM transaction_log");
      lost = commits.commit(A, first, 2);
    }
    postgres.execute("SET session_replication_role = replica; DELETE FROM object_state;" + restore);
    try (Commits commits = new Commits(postgres.config())) {
      assertThat(commits.side.feed().sync()).isGreaterThan(lost);
      assertThat(commits.side.feed().changesSince(lost)).isEqualTo(new ChangesSince.Unknown());
    }
    try (Commits commits = new Commits(postgres.config())) {
      commits.side.feed().sync();
      assertThat(postgres.query("SELECT count(*) FROM transaction_log"))
          .as("it leaps once")
          .containsExactly("2");
    }
  }

  @Test
  void aLogThatEndsBelowWhatWasToldCutsEveryListenerOffAndServiceGoesOn() throws SQLException {
    try (Commits commits = new Commits(postgres.config())) {
      Tid first = commits.commit(A, Tid.NONE, 1);
      Tid lost = commits.commit(new Oid(2), Tid.NONE, 1);
      lose(lost, "UPDATE objectdb_state SET timeline = 99;");
      assertThatExceptionOfType(StorageUnavailableException.class)
          .isThrownBy(() -> commits.side.feed().sync());
      await()
          .untilAsserted(
              () -> assertThat(commits.listener.news).contains(new RecordingListener.News.Lost()));
      assertThat(commits.side.feed().changesSince(lost)).isEqualTo(new ChangesSince.Unknown());
      RecordingListener again = new RecordingListener();
      assertThat(commits.side.feed().subscribe(again).baseline()).isGreaterThan(lost);
      Tid next = commits.commit(A, first, 2);
      assertThat(next).isGreaterThan(lost);
      assertThat(again.told()).isEqualTo(next);
    }
  }

  @Test
  void nobodyReadsOnASessionOfBeforeAnyMore() throws SQLException {
    String sessions =
        "SELECT pid FROM pg_stat_activity WHERE datname = current_database()"
            + " AND application_name = 'objectdb reader'";
    try (Commits commits = new Commits(postgres.config())) {
      Tid lost = commits.commit(A, Tid.NONE, 1);
      commits.side.feed().sync();
      List<String> before = postgres.query(sessions);
      assertThat(before).isNotEmpty();
      lose(lost, "");
      assertThatExceptionOfType(StorageUnavailableException.class)
          .isThrownBy(() -> commits.side.feed().sync());
      await()
          .untilAsserted(
              () ->
                  assertThat(postgres.query(sessions))
                      .isNotEmpty()
                      .doesNotContainAnyElementsOf(before));
    }
  }

  @Test
  void aVoteThatMeetsALogThatEndsTooLowFailsAndALaterOnePasses() throws SQLException {
    try (Commits commits = new Commits(postgres.config())) {
      Tid first = commits.commit(A, Tid.NONE, 1);
      Tid lost = commits.commit(new Oid(2), Tid.NONE, 1);
      lose(lost, "");
      assertThatExceptionOfType(StorageUnavailableException.class)
          .isThrownBy(() -> commits.commit(A, first, 2));
      await().untilAsserted(() -> assertThat(commits.listener.news).isNotEmpty());
      await()
          .ignoreException(StorageUnavailableException.class)
          .untilAsserted(() -> assertThat(commits.commit(A, first, 2)).isGreaterThan(lost));
    }
  }
}
