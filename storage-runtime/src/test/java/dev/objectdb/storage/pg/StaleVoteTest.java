package dev.objectdb.storage.pg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.objectdb.object.Oid;
import dev.objectdb.object.Tid;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a transaction keeps while its conflicts are merged, and for how long. */
class StaleVoteTest {
  private static final Oid A = new Oid(1);
  private static final Duration TIMEOUT = Duration.ofSeconds(10);

  private final FakeDatabase database = new FakeDatabase();
  private final AtomicLong clock = new AtomicLong(1);
  private final InvalidationFeed feed =
      new InvalidationFeed(database, new TenureSequencerTest.NoCache(), database.end(), () -> {});
  private final InvalidationFeed.FeedSubscription owner =
      (InvalidationFeed.FeedSubscription) feed.subscribe(new RecordingListener());
  private final TenureSequencer sequencer =
      new TenureSequencer(database, feed, TIMEOUT, clock::get);

  @AfterEach
  void close() {
    sequencer.close();
    assertThat(database.isLocked()).as("the lock is free at the end").isFalse();
  }

  private FakeBallot ballot(Map<Oid, Tid> bases) {
    return new FakeBallot(owner, FakeBallot.storing(bases));
  }

  private Verdict vote(FakeBallot ballot) {
    return sequencer.vote(ballot, Deadline.after(Duration.ofSeconds(20)));
  }

  private CompletableFuture<Verdict> voting(FakeBallot ballot) {
    return CompletableFuture.supplyAsync(
        () -> vote(ballot), task -> Thread.ofVirtual().start(task));
  }

  private void tick(Duration duration) {
    clock.addAndGet(duration.toNanos());
    sequencer.abort(ballot(Map.of())); // wakes the thread
  }

  private static <T> T get(CompletableFuture<T> future) {
    try {
      return future.get(20, TimeUnit.SECONDS);
    } catch (InterruptedException | ExecutionException | TimeoutException e) {
      throw new AssertionError(e);
    }
  }

  private static void staysUndone(CompletableFuture<?> future) {
    await().during(Duration.ofMillis(150)).until(() -> !future.isDone());
  }

  @Test
  void conflictsThatCanBeMergedGiveTheLockBackAtOnceAndTheReservationsWhenTheyAreLetGo() {
    Tid base = database.commitElsewhere(A);
    Tid newer = database.commitElsewhere(A);
    FakeBallot stale = ballot(Map.of(A, base));
    assertThat(vote(stale))
        .isEqualTo(new Verdict.Conflicts(List.of(new Verdict.Stale(A, newer, base))));
    await().until(() -> !database.isLocked());
    FakeBallot other = ballot(Map.of(A, newer));
    CompletableFuture<Verdict> waiting = voting(other);
    staysUndone(waiting);
    sequencer.letGo(stale);
    assertThat(get(waiting)).isInstanceOf(Verdict.Voted.class);
    Tid between = sequencer.finish(other);
    stale.prepare(FakeBallot.storing(Map.of(A, between)));
    assertThat(vote(stale)).isInstanceOf(Verdict.Voted.class);
    assertThat(sequencer.finish(stale)).isGreaterThan(between);
  }

  @Test
  void whoVotesAgainAtOnceIsNotOvertakenByThoseWhoWait() {
    Tid base = database.commitElsewhere(A);
    Tid newer = database.commitElsewhere(A);
    FakeBallot stale = ballot(Map.of(A, base));
    assertThat(vote(stale)).isInstanceOf(Verdict.Conflicts.class);
    CompletableFuture<Verdict> waiting = voting(ballot(Map.of(A, newer)));
    stale.prepare(FakeBallot.storing(Map.of(A, newer)));
    assertThat(vote(stale)).isInstanceOf(Verdict.Voted.class);
    staysUndone(waiting);
    Tid tid = sequencer.finish(stale);
    assertThat(get(waiting))
        .isEqualTo(new Verdict.Conflicts(List.of(new Verdict.Stale(A, tid, newer))));
  }

  @Test
  void whoWasOvertakenThreeTimesKeepsTheTurnButNotForLong() {
    Tid base = database.commitElsewhere(A);
    FakeBallot stale = ballot(Map.of(A, base));
    for (int round = 1; round <= 3; round++) {
      await().until(() -> !database.isLocked());
      Tid newer = database.commitElsewhere(A);
      assertThat(vote(stale)).isInstanceOf(Verdict.Conflicts.class);
      stale.prepare(FakeBallot.storing(Map.of(A, newer)));
    }
    await().during(Duration.ofMillis(50)).until(database::isLocked);
    tick(Tenure.ADMISSION);
    await().until(() -> !database.isLocked());
    assertThat(vote(stale)).isInstanceOf(Verdict.Voted.class);
    sequencer.finish(stale);
  }

  @Test
  void whatIsStaleIsFreeAgainAfterAnAbortOrATimeout() {
    for (Runnable end : List.<Runnable>of(() -> {}, () -> tick(TIMEOUT))) {
      Tid base = database.commitElsewhere(A);
      Tid newer = database.commitElsewhere(A);
      FakeBallot stale = ballot(Map.of(A, base));
      assertThat(vote(stale)).isInstanceOf(Verdict.Conflicts.class);
      CompletableFuture<Verdict> waiting = voting(ballot(Map.of(A, newer)));
      staysUndone(waiting);
      end.run();
      sequencer.abort(stale);
      assertThat(get(waiting)).isInstanceOf(Verdict.Voted.class);
      clock.addAndGet(TIMEOUT.toNanos());
      tick(TIMEOUT); // the other one
    }
  }

  @Test
  void aTransactionThatWasAnsweredWithConflictsMustComeBackInTime() {
    Tid base = database.commitElsewhere(A);
    database.commitElsewhere(A);
    FakeBallot stale = ballot(Map.of(A, base));
    assertThat(vote(stale)).isInstanceOf(Verdict.Conflicts.class);
    tick(TIMEOUT);
    await().untilAsserted(() -> assertThat(stale.told).containsExactly("timed out"));
  }
}
