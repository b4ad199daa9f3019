package dev.objectdb.storage.pg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.objectdb.object.Tid;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** What a transaction keeps while its conflicts are merged, and for how long. */
class StaleVoteTest extends SequencerFixture {
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
