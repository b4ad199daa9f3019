package dev.objectdb.storage.pg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import dev.objectdb.object.Oid;
import dev.objectdb.object.Tid;
import dev.objectdb.storage.StorageUnavailableException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The feed while LISTEN does not work; with it, see FeedIT. */
class DoorbellTest {
  private final FakeDatabase database = new FakeDatabase();
  private final Reluctant source = new Reluctant();
  private final AtomicLong clock = new AtomicLong();
  private final InvalidationFeed feed =
      new InvalidationFeed(source, new NoCache(), database.end(), () -> {});
  private final RecordingListener listener = new RecordingListener();
  private final Doorbell doorbell =
      new Doorbell(DoorbellTest::refuse, feed, new NoRecovery(), clock::get);

  /** The database, which may leave a query without an answer, or fail it. */
  private final class Reluctant implements FeedSource {
    private volatile boolean silent;
    private volatile @Nullable Throwable failure;
    private final CountDownLatch asked = new CountDownLatch(1);

    @Override
    public Delta end() {
      return database.end();
    }

    @Override
    public Delta above(Tid position) {
      switch (failure) {
        case null -> {}
        case Error error -> throw error;
        case RuntimeException exception -> throw exception;
        default -> throw new AssertionError(failure);
      }
      if (silent) {
        asked.countDown();
        try {
          new CountDownLatch(1).await();
        } catch (InterruptedException e) {
          throw new StorageUnavailableException("interrupted", e);
        }
      }
      return database.above(position);
    }

    @Override
    public Optional<Delta> since(Tid tid, int oidsMax) {
      return database.since(tid, oidsMax);
    }
  }

  /** Has nothing to recover from. */
  static final class NoRecovery implements Doorbell.Recovery {
    @Override
    public boolean isSameHistory(Connection connection) {
      return true;
    }

    @Override
    public void recover() {}
  }

  private static Connection refuse(String name) throws SQLException {
    throw new SQLException("no session for the " + name, "08001");
  }

  @AfterEach
  void close() {
    doorbell.close();
  }

  private void awaitCutOff() {
    await()
        .untilAsserted(
            () -> assertThat(listener.news).containsExactly(new RecordingListener.News.Lost()));
  }

  /** Nobody may until there are news again. */
  private void join(RecordingListener listener) {
    await().ignoreExceptions().until(() -> feed.subscribe(listener) != null);
  }

  @Test
  void nobodyMayJoinWhileNothingIsHeard() {
    database.setAway(true);
    doorbell.start();
    clock.addAndGet(Doorbell.DEAF_AFTER.toNanos() + 1);
    await()
        .untilAsserted(
            () ->
                assertThatExceptionOfType(StorageUnavailableException.class)
                    .isThrownBy(() -> feed.subscribe(listener))
                    .withMessageContaining("heard"));
    database.setAway(false);
    join(listener);
  }

  @Test
  void newsComeThroughThePoolWhileThereIsNoSessionToListenOn() {
    feed.subscribe(listener);
    doorbell.start();
    Tid tid = database.commitElsewhere(new Oid(1));
    await().until(() -> listener.told().equals(tid));
  }

  @Test
  void listenersAreCutOffOnceWhenThereWereNoNewsForTooLong() {
    feed.subscribe(listener);
    database.setAway(true);
    doorbell.start();
    clock.addAndGet(Doorbell.LOST_AFTER.toNanos());
    await().during(Duration.ofMillis(600)).until(() -> listener.news.isEmpty());
    clock.addAndGet(1);
    awaitCutOff();
    database.setAway(false);
    RecordingListener again = new RecordingListener();
    join(again);
    Tid tid = database.commitElsewhere(new Oid(1));
    await().until(() -> again.told().equals(tid));
    assertThat(listener.news).hasSize(1);
  }

  @Test
  void listenersAreCutOffWhileAQueryGetsNoAnswer() throws InterruptedException {
    feed.subscribe(listener);
    source.silent = true;
    doorbell.start();
    source.asked.await();
    clock.addAndGet(Doorbell.LOST_AFTER.toNanos() + 1);
    awaitCutOff();
  }

  @Test
  void listenersAreCutOffWhileACommitGetsNoAnswer() throws InterruptedException {
    InvalidationFeed.FeedSubscription owner =
        (InvalidationFeed.FeedSubscription) feed.subscribe(listener);
    FakeBallot ballot = new FakeBallot(owner, FakeBallot.storing(Map.of(new Oid(1), Tid.NONE)));
    CountDownLatch answer = new CountDownLatch(1);
    Thread committer =
        Thread.startVirtualThread(
            () ->
                feed.committing(
                    () -> {
                      awaitQuietly(answer);
                      return true;
                    },
                    List.of(ballot),
                    List.of(new Tid(1))));
    database.commitElsewhere(new Oid(1)); // so that the doorbell has something to tell, and waits
    doorbell.start();
    clock.addAndGet(Doorbell.LOST_AFTER.toNanos() + 1);
    awaitCutOff();
    answer.countDown();
    committer.join();
    assertThat(listener.news).hasSize(1);
    assertThat(ballot.told).isEmpty();
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void whoJoinsAfterACutOffHasTheWholeTimeAgain() {
    feed.subscribe(listener);
    database.setAway(true);
    doorbell.start();
    clock.addAndGet(Doorbell.LOST_AFTER.toNanos() + 1);
    awaitCutOff();
    database.setAway(false);
    RecordingListener again = new RecordingListener();
    join(again);
    database.setAway(true);
    await().during(Duration.ofMillis(600)).until(() -> again.news.isEmpty());
    clock.addAndGet(2 * Doorbell.LOST_AFTER.toNanos());
    await().until(() -> again.news.equals(List.of(new RecordingListener.News.Lost())));
  }

  @Test
  void aFaultOfOursCostsARound() {
    feed.subscribe(listener);
    source.failure = new IllegalStateException("made to fail");
    doorbell.start();
    Tid tid = database.commitElsewhere(new Oid(1));
    await().during(Duration.ofMillis(300)).until(() -> listener.news.isEmpty());
    source.failure = null;
    await().until(() -> listener.told().equals(tid));
  }

  @Test
  void anErrorEndsTheServiceWhereEverybodySeesIt() {
    feed.subscribe(listener);
    source.failure = new LinkageError("made to fail");
    doorbell.start();
    awaitCutOff();
    source.failure = null;
    assertThatExceptionOfType(StorageUnavailableException.class).isThrownBy(feed::sync);
  }

  @Test
  @Timeout(20)
  void closingDoesNotWaitForAnAnswer() throws InterruptedException {
    source.silent = true;
    doorbell.start();
    source.asked.await();
    doorbell.close();
  }
}
