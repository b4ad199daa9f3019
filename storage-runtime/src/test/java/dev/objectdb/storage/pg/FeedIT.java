package dev.objectdb.storage.pg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import dev.objectdb.object.Oid;
import dev.objectdb.object.Tid;
import dev.objectdb.storage.ConflictException;
import dev.objectdb.storage.HistoryMode;
import dev.objectdb.storage.ReadConflictException;
import dev.objectdb.storage.StorageTransaction;
import dev.objectdb.storage.Subscription;
import dev.objectdb.storage.VoteResult;
import dev.objectdb.testing.PostgresExtension;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Two processes and a Python writer on one database: the rules R1 to R15 that a storage keeps, and
 * the failing schedules of an order of commits.
 */
class FeedIT {
  private static final Oid A = new Oid(1);
  private static final Oid B = new Oid(2);

  abstract static class Both {
    @RegisterExtension final PostgresExtension postgres;
    private Commits one;
    private Commits two;
    private PythonWriter python;

    @SuppressWarnings("NullAway.Init") // set before each test
    Both(HistoryMode mode) {
      postgres = PostgresExtension.prepared(mode);
    }

    @BeforeEach
    void open() throws SQLException {
      one = new Commits(postgres.config());
      two = new Commits(postgres.config());
      python = new PythonWriter(postgres.connect());
    }

    @AfterEach
    void close() throws SQLException {
      python.close();
      one.close();
      two.close();
    }

    @Test
    void r1TidsRiseInTheOrderInWhichCommitsBecomeVisible() throws SQLException {
      Tid first = python.commit(A, 1);
      StorageTransaction voted = one.voted(Map.of(B, Tid.NONE), 1);
      CompletableFuture<Tid> pythons =
          CompletableFuture.supplyAsync(
              () -> {
                try {
                  return python.commit(A, 2);
                } catch (SQLException e) {
                  throw new AssertionError(e);
                }
              });
      await().during(Duration.ofMillis(200)).until(() -> !pythons.isDone());
      Tid second = voted.finish();
      assertThat(pythons).succeedsWithin(10, TimeUnit.SECONDS);
      assertThat(List.of(first, second, pythons.join())).isSorted().doesNotHaveDuplicates();
    }

    @Test
    void r3AFrameNamesEveryObjectThatChangedUpToItsTid() throws SQLException {
      python.commit(A, 1);
      python.commit(B, 1);
      Tid last = python.commit(A, 2); // A shows at its newer tid only
      one.side.feed().sync();
      assertThat(one.listener.told()).isEqualTo(last);
      assertThat(one.listener.changedOids()).containsExactlyInAnyOrder(A, B);
    }

    @Test
    void r4EverythingCommittedBeforeIsToldBeforeTheOwnCommit() throws SQLException {
      two.commit(A, Tid.NONE, 1);
      Tid foreign = python.commit(new Oid(3), 1);
      one.listener.news.clear();
      StorageTransaction transaction = one.voted(Map.of(B, Tid.NONE), 1);
      Tid own = transaction.finish();
      assertThat(one.listener.news.getLast())
          .isEqualTo(new RecordingListener.News.Committed(transaction, own));
      assertThat(foreign).isLessThan(own);
      assertThat(one.listener.changedOids()).contains(new Oid(3)).doesNotContain(B);
    }

    @Test
    void r4TheOwnCommitIsNeverToldAgainByTheFeed() {
      for (int i = 0; i < 30; i++) {
        one.commit(new Oid(100 + i), Tid.NONE, i);
        one.side.feed().sync();
      }
      assertThat(one.listener.changedOids()).isEmpty();
      assertThat(one.listener.news).hasSize(30);
    }

    @Test
    void r4OtherListenersOfTheProcessAreToldOfItInItsPlace() {
      RecordingListener neighbour = new RecordingListener();
      try (Subscription subscription = one.side.feed().subscribe(neighbour)) {
        Tid tid = one.commit(A, Tid.NONE, 1);
        assertThat(subscription.baseline()).isEqualTo(Tid.NONE);
        assertThat(neighbour.news)
            .containsExactly(new RecordingListener.News.Changed(tid, Set.of(A)));
      }
      one.commit(B, Tid.NONE, 1);
      assertThat(neighbour.news).hasSize(1);
    }

    @Test
    void r7WhoSubscribesIsAtLeastAtWhatAnybodyWasTold() throws SQLException {
      Tid told = two.commit(A, Tid.NONE, 1);
      Tid pythons = python.commit(B, 1);
      try (Subscription late = one.side.feed().subscribe(new RecordingListener())) {
        assertThat(late.baseline()).isGreaterThanOrEqualTo(told).isEqualTo(pythons);
      }
    }

    @Test
    void r9ASyncTellsEverythingCommittedAnywhere() throws SQLException {
      Tid theirs = two.commit(A, Tid.NONE, 1);
      assertThat(one.side.feed().sync()).isEqualTo(theirs);
      Tid pythons = python.commit(B, 1);
      assertThat(one.side.feed().sync()).isEqualTo(pythons);
      assertThat(one.listener.changedOids()).containsExactlyInAnyOrder(A, B);
    }

    @Test
    void r10NewsComeByTheDoorbellAndWithoutIt() throws SQLException {
      Tid rung = python.commit(A, 1);
      await().until(() -> one.listener.told().equals(rung));
      postgres.execute("ALTER TABLE transaction_log DISABLE TRIGGER trg_notify_commit");
      Tid silent = python.commit(A, 2);
      await().until(() -> one.listener.told().equals(silent));
    }

    @Test
    void r10TheDoorbellComesBackWhenItsSessionDies() throws SQLException {
      postgres.query(
          "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
              + " WHERE datname = current_database() AND application_name = 'objectdb doorbell'");
      Tid tid = python.commit(A, 1);
      await().until(() -> one.listener.told().equals(tid) && two.listener.told().equals(tid));
      await()
          .until(
              () ->
                  postgres
                      .query(
                          "SELECT count(*) FROM pg_stat_activity"
                              + " WHERE datname = current_database()"
                              + " AND application_name = 'objectdb doorbell'")
                      .equals(List.of("2")));
    }

    @Test
    void r15ADeadProcessFreesItsLock() throws SQLException {
      one.voted(Map.of(A, Tid.NONE), 1);
      one.side.sequencer().close();
      python.commit(A, 5);
      assertThatExceptionOfType(ConflictException.class)
          .isThrownBy(() -> two.commit(A, Tid.NONE, 6));
    }

    @Test
    void theCheckSeesWhatTheLocksLastHolderCommitted() throws SQLException {
      Tid base = python.commit(A, 1);
      python.begin();
      Tid newer = python.writeLog();
      python.upsert(A, newer, 2);
      StorageTransaction late = one.begin();
      late.store(A, base, Commits.record(3));
      CompletableFuture<VoteResult> vote = CompletableFuture.supplyAsync(late::vote);
      await().during(Duration.ofMillis(200)).until(() -> !vote.isDone());
      python.commit();
      assertThat(vote)
          .succeedsWithin(10, TimeUnit.SECONDS)
          .isInstanceOfSatisfying(
              VoteResult.Conflicts.class,
              conflicts ->
                  assertThat(conflicts.conflicts().getFirst().committed()).isEqualTo(newer));
    }

    @Test
    void noWriteSkewPassesBetweenProcesses() {
      Tid a = one.commit(A, Tid.NONE, 1);
      Tid b = one.commit(B, Tid.NONE, 1);
      StorageTransaction x = one.begin();
      x.checkCurrent(A, a);
      x.store(B, b, Commits.record(2));
      StorageTransaction y = two.begin();
      y.checkCurrent(B, b);
      y.store(A, a, Commits.record(2));
      assertThat(x.vote()).isInstanceOf(VoteResult.Voted.class);
      CompletableFuture<VoteResult> vote = CompletableFuture.supplyAsync(y::vote);
      x.finish();
      assertThat(vote)
          .failsWithin(10, TimeUnit.SECONDS)
          .withThrowableThat()
          .withCauseInstanceOf(ReadConflictException.class);
    }

    @Test
    void aConflictAnswerHoldsNobodyUp() {
      Tid first = one.commit(A, Tid.NONE, 1);
      Tid second = one.commit(A, first, 2);
      StorageTransaction stale = one.begin();
      stale.store(A, first, Commits.record(3));
      assertThat(stale.vote()).isInstanceOf(VoteResult.Conflicts.class);
      assertThat(two.commit(A, second, 4)).isGreaterThan(second);
    }

    @Test
    void otherProcessesAndPythonGetTheirTurnBesideManyVoters() throws SQLException {
      List<CompletableFuture<Void>> busy = new ArrayList<>();
      for (int thread = 0; thread < 6; thread++) {
        int base = 1000 * (thread + 1);
        busy.add(
            CompletableFuture.runAsync(
                () -> {
                  for (int i = 0; i < 25; i++) {
                    one.commit(new Oid(base + i), Tid.NONE, i);
                  }
                },
                task -> Thread.ofVirtual().start(task)));
      }
      for (int i = 0; i < 5; i++) {
        python.commit(A, i);
        two.commit(new Oid(10 + i), Tid.NONE, i);
      }
      busy.forEach(CompletableFuture::join);
      one.side.feed().sync();
      two.side.feed().sync();
      assertThat(two.listener.changedOids()).hasSize(6 * 25 + 1);
      assertThat(one.listener.told()).isEqualTo(two.listener.told());
    }

    @Test
    void twoStoragesOfDifferentSchemasDoNotHearOfEachOther() {
      PgConfig elsewhere = postgres.config().withSchema("other");
      Schema.apply(elsewhere);
      try (Commits apart = new Commits(elsewhere)) {
        apart.commit(A, Tid.NONE, 1);
        one.side.feed().sync();
        assertThat(one.listener.news).isEmpty();
      }
    }
  }

  @Nested
  class Free extends Both {
    Free() {
      super(HistoryMode.FREE);
    }
  }

  @Nested
  class Preserving extends Both {
    Preserving() {
      super(HistoryMode.PRESERVING);
    }
  }
}
