package dev.objectdb.storage.pg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.objectdb.object.Oid;
import dev.objectdb.object.Tid;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;

/** A sequencer over a database that fails on command, and what its tests do with it. */
abstract class SequencerFixture {
  static final Oid A = new Oid(1);
  static final Oid B = new Oid(2);
  static final Duration TIMEOUT = Duration.ofSeconds(10);

  final Executor threads = task -> Thread.ofVirtual().start(task);
  final FakeDatabase database = new FakeDatabase();
  final AtomicLong clock = new AtomicLong(1);
  volatile Runnable onRegression = () -> {};
  final InvalidationFeed feed =
      new InvalidationFeed(database, new NoCache(), database.end(), () -> onRegression.run());
  final RecordingListener listener = new RecordingListener();
  final InvalidationFeed.FeedSubscription owner =
      (InvalidationFeed.FeedSubscription) feed.subscribe(listener);
  final TenureSequencer sequencer = new TenureSequencer(database, feed, TIMEOUT, clock::get);

  @AfterEach
  void close() {
    sequencer.close();
    assertThat(database.isLocked()).as("the lock is free at the end").isFalse();
  }

  FakeBallot ballot(Map<Oid, Tid> bases) {
    return new FakeBallot(owner, FakeBallot.storing(bases));
  }

  Verdict vote(FakeBallot ballot) {
    return sequencer.vote(ballot, Deadline.after(Duration.ofSeconds(20)));
  }

  FakeBallot voted(Map<Oid, Tid> bases) {
    FakeBallot ballot = ballot(bases);
    assertThat(vote(ballot)).isInstanceOf(Verdict.Voted.class);
    return ballot;
  }

  CompletableFuture<Verdict> voting(FakeBallot ballot) {
    return CompletableFuture.supplyAsync(() -> vote(ballot), threads);
  }

  void tick(Duration duration) {
    clock.addAndGet(duration.toNanos());
    sequencer.abort(ballot(Map.of())); // wakes the thread
  }

  Tid commit(Map<Oid, Tid> bases) {
    return sequencer.finish(voted(bases));
  }

  static <T> T get(CompletableFuture<T> future) {
    try {
      return future.get(20, TimeUnit.SECONDS);
    } catch (InterruptedException | ExecutionException | TimeoutException e) {
      throw new AssertionError(e);
    }
  }

  static void staysUndone(CompletableFuture<?> future) {
    await().during(Duration.ofMillis(150)).until(() -> !future.isDone());
  }
}
