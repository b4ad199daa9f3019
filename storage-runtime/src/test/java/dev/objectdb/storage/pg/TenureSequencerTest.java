package dev.objectdb.storage.pg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import dev.objectdb.object.Oid;
import dev.objectdb.object.Tid;
import dev.objectdb.storage.ConflictException;
import dev.objectdb.storage.ReadConflictException;
import dev.objectdb.storage.StorageTransactionException;
import dev.objectdb.storage.StorageUnavailableException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** The order of votes and finishes, against a database that fails on command. */
class TenureSequencerTest extends SequencerFixture {
  @Test
  void aVoteWritesNothingAndAFinishCommits() {
    FakeBallot ballot = voted(Map.of(A, Tid.NONE));
    assertThat(database.log()).isEmpty();
    assertThat(database.isLocked()).isTrue();
    Tid tid = sequencer.finish(ballot);
    assertThat(database.log()).containsExactly(Map.entry(tid, Set.of(A)));
    assertThat(ballot.told).containsExactly("committed " + tid.value());
    await().until(() -> !database.isLocked());
  }

  @Test
  void whatOthersCommittedIsToldBeforeTheOwnCommit() {
    Tid foreign = database.commitElsewhere(B);
    Tid own = commit(Map.of(A, Tid.NONE));
    assertThat(listener.news)
        .containsExactly(new RecordingListener.News.Changed(foreign, Set.of(B)));
    assertThat(own).isGreaterThan(foreign);
    assertThat(feed.position()).isEqualTo(own);
  }

  @Test
  void votersOfDifferentObjectsAreVotedInOneTenure() {
    FakeBallot one = voted(Map.of(A, Tid.NONE));
    FakeBallot two = voted(Map.of(B, Tid.NONE));
    assertThat(database.calls().stream().filter("lock"::equals)).hasSize(1);
    assertThat(sequencer.finish(two)).isLessThan(sequencer.finish(one));
  }

  @Test
  void aVoterOfAReservedObjectWaitsAndIsThenChecked() {
    FakeBallot first = voted(Map.of(A, Tid.NONE));
    FakeBallot second = ballot(Map.of(A, Tid.NONE));
    CompletableFuture<Verdict> verdict = voting(second);
    staysUndone(verdict);
    Tid tid = sequencer.finish(first);
    assertThat(get(verdict))
        .isInstanceOfSatisfying(
            Verdict.Failed.class,
            failed ->
                assertThat(failed.cause())
                    .isInstanceOfSatisfying(
                        ConflictException.class, e -> assertThat(e.committed()).isEqualTo(tid)));
  }

  @Test
  void aVoterOfAReservedObjectIsVotedWhenItsHolderAborts() {
    FakeBallot first = voted(Map.of(A, Tid.NONE));
    CompletableFuture<Verdict> verdict = voting(ballot(Map.of(A, Tid.NONE)));
    staysUndone(verdict);
    sequencer.abort(first);
    assertThat(get(verdict)).isInstanceOf(Verdict.Voted.class);
  }

  @Test
  void aReadDemandIsSharedAndExcludesAWriterUntilItEnds() {
    Tid base = database.commitElsewhere(A);
    FakeBallot reader =
        new FakeBallot(owner, FakeBallot.prepared(Map.of(B, Tid.NONE), Map.of(A, base), null));
    FakeBallot other =
        new FakeBallot(
            owner, FakeBallot.prepared(Map.of(new Oid(3), Tid.NONE), Map.of(A, base), null));
    assertThat(vote(reader)).isInstanceOf(Verdict.Voted.class);
    assertThat(vote(other)).isInstanceOf(Verdict.Voted.class);
    CompletableFuture<Verdict> writer = voting(ballot(Map.of(A, base)));
    staysUndone(writer);
    sequencer.finish(reader);
    staysUndone(writer);
    sequencer.finish(other);
    assertThat(get(writer)).isInstanceOf(Verdict.Voted.class);
  }

  @Test
  void aReadDemandThatNoLongerHoldsIsAReadConflict() {
    Tid base = database.commitElsewhere(A);
    Tid newer = database.commitElsewhere(A);
    FakeBallot reader =
        new FakeBallot(owner, FakeBallot.prepared(Map.of(B, Tid.NONE), Map.of(A, base), null));
    assertThat(vote(reader))
        .isInstanceOfSatisfying(
            Verdict.Failed.class,
            failed ->
                assertThat(failed.cause())
                    .isInstanceOfSatisfying(
                        ReadConflictException.class,
                        e -> assertThat(e.committed()).isEqualTo(newer)));
  }

  @Test
  void anotherBaseOnAMissingObjectIsAConflictAndNeverCreatesItAgain() {
    assertThat(vote(ballot(Map.of(A, new Tid(7)))))
        .isInstanceOfSatisfying(
            Verdict.Failed.class,
            failed -> assertThat(failed.cause()).isInstanceOf(ConflictException.class));
  }

  @Test
  void aTurnThatOthersWaitForAdmitsNoNewVoteAfterItsTimeButFinishesWhatIsVoted() {
    database.setAwaited(true);
    FakeBallot first = voted(Map.of(A, Tid.NONE));
    tick(Tenure.ADMISSION);
    CompletableFuture<Verdict> late = voting(ballot(Map.of(B, Tid.NONE)));
    staysUndone(late);
    sequencer.finish(first);
    assertThat(get(late)).isInstanceOf(Verdict.Voted.class);
    assertThat(database.calls().stream().filter("lock"::equals)).hasSize(2);
  }

  @Test
  void aClientThatDoesNotFinishKeepsNobodyOutWhileNoOtherProcessWaits() {
    FakeBallot hung = voted(Map.of(A, Tid.NONE));
    tick(Tenure.ADMISSION.multipliedBy(40));
    commit(Map.of(B, Tid.NONE));
    database.setAwaited(true);
    tick(Tenure.ADMISSION);
    CompletableFuture<Verdict> late = voting(ballot(Map.of(new Oid(3), Tid.NONE)));
    staysUndone(late);
    tick(TIMEOUT);
    assertThat(get(late)).isInstanceOf(Verdict.Voted.class);
    assertThat(hung.told).containsExactly("timed out");
    assertThat(database.calls().stream().filter("lock"::equals)).hasSize(2);
  }

  @Test
  void aGivenTidIsVotedAlone() {
    FakeBallot copy =
        new FakeBallot(owner, FakeBallot.prepared(Map.of(A, Tid.NONE), Map.of(), new Tid(5_000)));
    assertThat(vote(copy)).isInstanceOf(Verdict.Voted.class);
    CompletableFuture<Verdict> other = voting(ballot(Map.of(B, Tid.NONE)));
    staysUndone(other);
    sequencer.abort(copy);
    assertThat(get(other)).isInstanceOf(Verdict.Voted.class);
  }

  @Test
  void aGivenTidBelowTheGreatestIsRefused() {
    Tid last = database.commitElsewhere(A);
    FakeBallot copy =
        new FakeBallot(owner, FakeBallot.prepared(Map.of(B, Tid.NONE), Map.of(), last));
    assertThat(vote(copy))
        .isInstanceOfSatisfying(
            Verdict.Failed.class,
            failed -> assertThat(failed.cause()).isInstanceOf(StorageTransactionException.class));
  }

  @Test
  void finishersThatWaitTogetherAreWrittenTogether() {
    List<FakeBallot> ballots = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      ballots.add(voted(Map.of(new Oid(100 + i), Tid.NONE)));
    }
    List<Tid> tids = Collections.synchronizedList(new ArrayList<>());
    List<CompletableFuture<Void>> all =
        ballots.stream()
            .map(b -> CompletableFuture.runAsync(() -> tids.add(sequencer.finish(b)), threads))
            .toList();
    all.forEach(TenureSequencerTest::get);
    assertThat(tids).doesNotHaveDuplicates().hasSize(8);
    assertThat(database.calls().stream().filter(call -> call.startsWith("write")))
        .hasSizeLessThanOrEqualTo(8);
    assertThat(database.log()).hasSize(8);
  }

  @Test
  void badDataFailsThatMemberAlone() {
    database.poison(A);
    FakeBallot bad = voted(Map.of(A, Tid.NONE));
    FakeBallot good = voted(Map.of(B, Tid.NONE));
    CompletableFuture<Tid> goodTid =
        CompletableFuture.supplyAsync(() -> sequencer.finish(good), threads);
    assertThatExceptionOfType(StorageTransactionException.class)
        .isThrownBy(() -> sequencer.finish(bad));
    Tid tid = get(goodTid);
    assertThat(database.log()).containsOnlyKeys(tid);
  }

  @Test
  void aDeadlockIsTriedAgainUnderTheSameLock() {
    FakeBallot ballot = voted(Map.of(A, Tid.NONE));
    database.failNext("commit", FakeDatabase.Failure.TRANSIENT);
    sequencer.finish(ballot);
    assertThat(database.calls())
        .containsSubsequence("lock", "write 1", "commit", "rollback", "write 1", "commit");
    assertThat(database.calls().stream().filter("lock"::equals)).hasSize(1);
  }

  @Test
  void aSessionThatDiesBeforeTheFinishFailsAllThatWasVotedAndANewOneGoesOn() {
    FakeBallot one = voted(Map.of(A, Tid.NONE));
    FakeBallot two = voted(Map.of(B, Tid.NONE));
    database.failNext("write 1", FakeDatabase.Failure.LOST);
    assertThatExceptionOfType(StorageUnavailableException.class)
        .isThrownBy(() -> sequencer.finish(one));
    assertThatExceptionOfType(StorageUnavailableException.class)
        .isThrownBy(() -> sequencer.finish(two));
    assertThat(database.log()).isEmpty();
    commit(Map.of(A, Tid.NONE));
  }

  @Test
  void aCommitWhoseAnswerIsLostIsFoundInTheLogAndToldInItsPlace() {
    FakeBallot ballot = voted(Map.of(A, Tid.NONE));
    database.failNext("+commit", FakeDatabase.Failure.LOST);
    Tid tid = sequencer.finish(ballot);
    assertThat(database.calls()).containsSubsequence("commit", "open", "lock", "isCommitted");
    assertThat(ballot.told).containsExactly("committed " + tid.value());
    assertThat(feed.position()).isEqualTo(tid);
  }

  @Test
  void aCommitThatIsNotInTheLogFails() {
    FakeBallot ballot = voted(Map.of(A, Tid.NONE));
    database.failNext("commit", FakeDatabase.Failure.LOST);
    assertThatExceptionOfType(StorageUnavailableException.class)
        .isThrownBy(() -> sequencer.finish(ballot));
    assertThat(ballot.told).isEmpty();
    assertThat(database.log()).isEmpty();
    commit(Map.of(A, Tid.NONE));
  }

  @Test
  void aSessionThatDiedWhileIdleIsReplacedUnnoticed() {
    commit(Map.of(A, Tid.NONE));
    await().until(() -> !database.isLocked());
    database.failNext("lock", FakeDatabase.Failure.LOST);
    commit(Map.of(B, Tid.NONE));
  }

  @Test
  void aVotedTransactionIsAbortedWhenItsTimeIsOver() {
    FakeBallot slow = voted(Map.of(A, Tid.NONE));
    CompletableFuture<Verdict> next = voting(ballot(Map.of(A, Tid.NONE)));
    staysUndone(next);
    tick(TIMEOUT.minusMillis(1));
    staysUndone(next);
    tick(Duration.ofMillis(1));
    assertThat(get(next)).isInstanceOf(Verdict.Voted.class);
    assertThat(slow.told).containsExactly("timed out");
    assertThatExceptionOfType(StorageUnavailableException.class)
        .isThrownBy(() -> sequencer.finish(slow));
  }

  @Test
  void aVoteGivesUpWhenTheLockIsNotGrantedInTime() {
    database.takeLockElsewhere();
    assertThatExceptionOfType(StorageUnavailableException.class)
        .isThrownBy(
            () ->
                sequencer.vote(
                    ballot(Map.of(A, Tid.NONE)), Deadline.after(Duration.ofMillis(100))));
    database.releaseElsewhere();
    commit(Map.of(A, Tid.NONE));
  }

  @Test
  void aDatabaseThatIsAwayFailsTheVoteAndServiceResumes() {
    database.failNext("open", FakeDatabase.Failure.LOST);
    assertThatExceptionOfType(StorageUnavailableException.class)
        .isThrownBy(() -> vote(ballot(Map.of(A, Tid.NONE))));
    commit(Map.of(A, Tid.NONE));
  }

  @Test
  void aCheckThatFailsGivesTheLockUp() {
    database.failNext("current", FakeDatabase.Failure.CANCELED);
    assertThatExceptionOfType(StorageUnavailableException.class)
        .isThrownBy(() -> vote(ballot(Map.of(A, Tid.NONE))));
    commit(Map.of(A, Tid.NONE));
  }

  @Test
  void aLockThatCannotBeHadForAnotherReasonThanItsHolderFailsTheVoteAtOnce() {
    database.failNext("lock", FakeDatabase.Failure.CANCELED);
    assertThatExceptionOfType(StorageUnavailableException.class)
        .isThrownBy(() -> vote(ballot(Map.of(A, Tid.NONE))));
    commit(Map.of(A, Tid.NONE));
  }

  @Test
  void aTaskThatNobodyWaitsForAnyMoreAsksForNoLock() {
    database.takeLockElsewhere();
    assertThatExceptionOfType(StorageUnavailableException.class)
        .isThrownBy(() -> sequencer.exclusive(_ -> "done", Deadline.after(Duration.ofMillis(100))));
    await().during(Duration.ofMillis(300)).until(() -> locks() <= 3);
    database.releaseElsewhere();
  }

  private long locks() {
    return database.calls().stream().filter("lock"::equals).count();
  }

  @Test
  void anAbortEndsAVoteThatWaitsForAnother() {
    FakeBallot first = voted(Map.of(A, Tid.NONE));
    FakeBallot second = ballot(Map.of(A, Tid.NONE));
    CompletableFuture<Verdict> verdict = voting(second);
    staysUndone(verdict);
    sequencer.abort(second);
    assertThat(verdict)
        .failsWithin(10, TimeUnit.SECONDS)
        .withThrowableThat()
        .withCauseInstanceOf(StorageTransactionException.class);
    sequencer.finish(first);
  }

  @Test
  void noVoteIsCheckedInATurnWhoseNewsTheFeedRefused() {
    FakeBallot second = ballot(Map.of(B, Tid.NONE));
    CompletableFuture<Verdict> late = new CompletableFuture<>();
    onRegression =
        () -> {
          onRegression = () -> {};
          arriveMeanwhile(() -> vote(second), late);
        };
    database.setTimeline(2);
    assertThatExceptionOfType(StorageUnavailableException.class)
        .isThrownBy(() -> vote(ballot(Map.of(A, Tid.NONE))));
    assertThat(late)
        .failsWithin(20, TimeUnit.SECONDS)
        .withThrowableThat()
        .withCauseInstanceOf(StorageUnavailableException.class);
    assertThat(database.calls()).doesNotContain("current");
  }

  /** Makes a call from another thread, and returns once that thread waits for its answer. */
  private static <T> void arriveMeanwhile(Supplier<T> call, CompletableFuture<T> answer) {
    Thread caller =
        Thread.ofPlatform()
            .start(
                () -> {
                  try {
                    answer.complete(call.get());
                  } catch (RuntimeException e) {
                    answer.completeExceptionally(e);
                  }
                });
    await()
        .until(
            () ->
                caller.getState() == Thread.State.TIMED_WAITING
                    || caller.getState() == Thread.State.WAITING);
  }

  @Test
  void anErrorOfOursFailsWhatWaitsAndServiceResumes() {
    database.breakNext("current", new AssertionError("made to fail"));
    assertThatExceptionOfType(StorageUnavailableException.class)
        .isThrownBy(() -> vote(ballot(Map.of(A, Tid.NONE))));
    database.breakNext("lock", new AssertionError("made to fail"));
    assertThatExceptionOfType(StorageUnavailableException.class)
        .isThrownBy(() -> vote(ballot(Map.of(A, Tid.NONE))));
    commit(Map.of(A, Tid.NONE));
  }

  @Test
  void anErrorOfOursWhileTheLockIsAskedForDoesNotAskASecondTime() {
    database.takeLockElsewhere();
    CompletableFuture<Verdict> waiting = voting(ballot(Map.of(A, Tid.NONE)));
    database.awaitCall("lock", 1);
    FakeBallot broken = ballot(Map.of(B, Tid.NONE));
    broken.onPrepared =
        () -> {
          throw new AssertionError("made to fail");
        };
    CompletableFuture<Verdict> never = voting(broken);
    assertThat(waiting).failsWithin(20, TimeUnit.SECONDS);
    CompletableFuture<Verdict> next = voting(ballot(Map.of(A, Tid.NONE)));
    staysUndone(next);
    database.releaseElsewhere();
    assertThat(get(next)).isInstanceOf(Verdict.Voted.class);
    assertThat(database.calls().stream().filter("open"::equals)).hasSize(1);
    assertThat(never).isNotDone();
  }

  @Test
  void aBugWhileOneOfABatchIsWrittenLeavesNobodyWaiting() {
    FakeBallot first = voted(Map.of(new Oid(3), Tid.NONE));
    FakeBallot bad = voted(Map.of(A, Tid.NONE));
    FakeBallot good = voted(Map.of(B, Tid.NONE));
    database.poison(A);
    CompletableFuture<Tid> badTid = new CompletableFuture<>();
    CompletableFuture<Tid> goodTid = new CompletableFuture<>();
    first.onCommitted =
        () -> { // the two that come now are one batch
          database.breakNext("write 1", new IllegalStateException("made to fail"));
          arriveMeanwhile(() -> sequencer.finish(bad), badTid);
          arriveMeanwhile(() -> sequencer.finish(good), goodTid);
        };
    Tid tid = sequencer.finish(first);
    assertThat(badTid).failsWithin(20, TimeUnit.SECONDS);
    assertThat(goodTid).failsWithin(20, TimeUnit.SECONDS);
    assertThat(database.calls()).contains("write 2");
    assertThat(database.log()).containsOnlyKeys(tid);
    commit(Map.of(B, Tid.NONE));
  }

  @Test
  void closingFailsWhoeverWaits() {
    database.takeLockElsewhere();
    CompletableFuture<Verdict> waiting = voting(ballot(Map.of(A, Tid.NONE)));
    database.awaitCall("lock", 1);
    sequencer.close();
    assertThatExceptionOfType(ExecutionException.class)
        .isThrownBy(() -> waiting.get(5, TimeUnit.SECONDS))
        .withCauseInstanceOf(StorageUnavailableException.class);
    database.releaseElsewhere();
  }
}
