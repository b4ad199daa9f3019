package dev.objectdb.storage.pg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import dev.objectdb.object.Oid;
import dev.objectdb.object.Tid;
import dev.objectdb.storage.ChangesSince;
import dev.objectdb.storage.StorageListener;
import dev.objectdb.storage.StorageTransaction;
import dev.objectdb.storage.StorageUnavailableException;
import dev.objectdb.storage.Subscription;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Order and completeness of what is told, without a database. */
class InvalidationFeedTest {
  private static final Oid A = new Oid(1);
  private static final Oid B = new Oid(2);
  private static final Prepared STORING_A = FakeBallot.storing(Map.of(A, Tid.NONE));

  private final FakeDatabase database = new FakeDatabase();
  private final List<String> order = new ArrayList<>();
  private @Nullable Tid failing;
  private final AtomicInteger regressions = new AtomicInteger();
  private final InvalidationFeed feed =
      new InvalidationFeed(
          database, new OrderedCache(), database.end(), regressions::incrementAndGet);

  /** Notes when it is told. */
  private final class OrderedCache implements FeedCache {
    @Override
    public void changed(Tid upTo, Set<Oid> oids) {
      order.add("cache, position " + feed.position().value());
    }

    @Override
    public void committed(Tid tid, Set<Oid> oids) {
      if (tid.equals(failing)) {
        throw new IllegalStateException("made to fail");
      }
      order.add("cache own, position " + feed.position().value());
    }

    @Override
    public void clear() {
      order.add("cache cleared");
    }
  }

  private class OrderedListener implements StorageListener {
    @Override
    public void changed(Tid upTo, Set<Oid> oids) {
      order.add("listener, position " + feed.position().value());
    }

    @Override
    public void committed(StorageTransaction transaction, Tid tid) {}

    @Override
    public void timedOut(StorageTransaction transaction) {}

    @Override
    public void lost() {
      order.add("listener lost");
    }
  }

  @Test
  void theCacheIsToldFirstThenThePositionMovesThenListenersAreTold() {
    feed.subscribe(new OrderedListener());
    Tid tid = database.commitElsewhere(A);
    assertThat(feed.sync()).isEqualTo(tid);
    assertThat(order).containsExactly("cache, position 0", "listener, position 1");
    assertThat(feed.position()).isEqualTo(tid);
  }

  @Test
  void whoIsToldOfAnOwnCommitMayAskForItAtOnce() {
    feed.subscribe(new OrderedListener());
    FakeBallot ballot = new FakeBallot(join(new RecordingListener()), STORING_A);
    feed.committing(() -> true, List.of(ballot), List.of(new Tid(5)));
    assertThat(order).containsExactly("cache own, position 0", "listener, position 5");
  }

  @Test
  void aSyncReturnsOnlyOnceWhatItFoundIsTold() throws Exception {
    CountDownLatch telling = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    feed.subscribe(
        new OrderedListener() {
          @Override
          public void changed(Tid upTo, Set<Oid> oids) {
            telling.countDown();
            awaitQuietly(go);
          }
        });
    Tid tid = database.commitElsewhere(A);
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<Tid> first = threads.submit(feed::sync);
      telling.await();
      assertThat(feed.position()).isEqualTo(tid);
      Future<Tid> second = threads.submit(feed::sync);
      Future<?> changes = threads.submit(() -> feed.changesSince(tid));
      await().during(Duration.ofMillis(100)).until(() -> !second.isDone() && !changes.isDone());
      go.countDown();
      assertThat(List.of(first.get(), second.get())).containsOnly(tid);
      changes.get();
    }
  }

  private InvalidationFeed.FeedSubscription join(StorageListener listener) {
    return (InvalidationFeed.FeedSubscription) feed.subscribe(listener);
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void listenersAreCutOffWhileTheOutcomeOfACommitIsNotKnown() throws Exception {
    RecordingListener owner = new RecordingListener();
    RecordingListener other = new RecordingListener();
    FakeBallot ballot = new FakeBallot(join(owner), STORING_A);
    Subscription leaving = feed.subscribe(new RecordingListener());
    feed.subscribe(other);
    CountDownLatch committing = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    InvalidationFeed.CommitStep<RuntimeException> step =
        () -> {
          committing.countDown();
          awaitQuietly(go);
          return true;
        };
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<Boolean> commit =
          threads.submit(() -> feed.committing(step, List.of(ballot), List.of(new Tid(5))));
      committing.await();
      threads.submit(leaving::close).get(10, TimeUnit.SECONDS);
      threads.submit(() -> feed.timedOut(ballot)).get(10, TimeUnit.SECONDS);
      assertThat(threads.submit(feed::cutOff).get(10, TimeUnit.SECONDS)).isEqualTo(2);
      assertThat(owner.news).containsExactly(new RecordingListener.News.Lost());
      go.countDown();
      assertThat(commit.get()).as("it is committed all the same").isTrue();
    }
    assertThat(feed.position()).isEqualTo(new Tid(5));
    assertThat(order).containsExactly("cache own, position 0");
    assertThat(other.news).containsExactly(new RecordingListener.News.Lost());
    assertThat(ballot.told).containsExactly("timed out");
  }

  @Test
  void aCommitThatCannotBeToldIsCommittedAllTheSame() {
    RecordingListener listener = new RecordingListener();
    feed.subscribe(listener);
    FakeBallot good = new FakeBallot(join(new RecordingListener()), STORING_A);
    FakeBallot next = new FakeBallot(join(new RecordingListener()), STORING_A);
    failing = new Tid(5);
    assertThat(feed.committing(() -> true, List.of(good, next), List.of(new Tid(5), new Tid(6))))
        .isTrue();
    assertThat(order).containsExactly("cache cleared");
    assertThat(feed.position()).isEqualTo(new Tid(6));
    assertThat(listener.news).containsExactly(new RecordingListener.News.Lost());
    assertThat(good.told).isEmpty();
  }

  @Test
  void aDeadThreadEndsTheServiceForWhoIsThereAndWhoComes() {
    RecordingListener listener = new RecordingListener();
    feed.subscribe(listener);
    feed.end(Thread.currentThread(), new LinkageError("made to fail"));
    assertThat(listener.news).containsExactly(new RecordingListener.News.Lost());
    assertThatExceptionOfType(StorageUnavailableException.class).isThrownBy(feed::sync);
    assertThatExceptionOfType(StorageUnavailableException.class)
        .isThrownBy(() -> feed.subscribe(listener));
  }

  @Test
  void nothingNewIsNotTold() {
    RecordingListener listener = new RecordingListener();
    feed.subscribe(listener);
    feed.sync();
    assertThat(listener.news).isEmpty();
  }

  @Test
  void aQueryOvertakenByAnotherTellsOnlyTheRest() {
    RecordingListener listener = new RecordingListener();
    feed.subscribe(listener);
    database.commitElsewhere(A);
    Delta slow = database.above(Tid.NONE);
    Tid first = feed.sync();
    feed.apply(slow);
    database.commitElsewhere(B);
    feed.apply(database.above(Tid.NONE)); // begun before A was told
    assertThat(listener.news)
        .containsExactly(
            new RecordingListener.News.Changed(first, Set.of(A)),
            new RecordingListener.News.Changed(first.next(), Set.of(B)));
  }

  /** Of A, both commits may be the change; whoever keeps it as true up to the first is right. */
  @Test
  void whatSeveralCommitsChangedIsToldAtTheFirstOfThemToo() {
    RecordingListener listener = new RecordingListener();
    feed.subscribe(listener);
    Tid first = database.commitElsewhere(A);
    Tid second = database.commitElsewhere(B);
    feed.sync();
    assertThat(listener.news)
        .containsExactly(
            new RecordingListener.News.Changed(first, Set.of(A, B)),
            new RecordingListener.News.Changed(second, Set.of(A, B)));
  }

  @Test
  void tooMuchAtOnceCutsListenersOffAndGoesOnFromThere() {
    RecordingListener listener = new RecordingListener();
    feed.subscribe(listener);
    Tid tid = database.commitElsewhere(A);
    feed.apply(new Delta(Tid.NONE, tid, List.of(tid), 1, List.of(), false));
    assertThat(listener.news).containsExactly(new RecordingListener.News.Lost());
    assertThat(order).containsExactly("cache cleared");
    assertThat(feed.position()).isEqualTo(tid);
  }

  @Test
  void anotherTimelineIsReportedAndNotTold() {
    database.commitElsewhere(A);
    feed.sync();
    database.setTimeline(2);
    database.commitElsewhere(B);
    assertThatExceptionOfType(StorageUnavailableException.class).isThrownBy(feed::sync);
    assertThat(regressions).hasValue(1);
    feed.restart(database.end());
    assertThat(feed.sync()).isEqualTo(new Tid(2));
  }

  @Test
  void aLogThatEndsTooLowIsReported() {
    assertThatExceptionOfType(StorageUnavailableException.class)
        .isThrownBy(
            () -> feed.apply(new Delta(new Tid(9), new Tid(8), List.of(), 1, List.of(), true)));
    assertThat(regressions).hasValue(1);
  }

  @Test
  void aListenerThatFailsIsCutOffAndTheOthersAreTold() {
    RecordingListener good = new RecordingListener();
    feed.subscribe(
        new OrderedListener() {
          @Override
          public void changed(Tid upTo, Set<Oid> oids) {
            throw new IllegalStateException("made to fail");
          }
        });
    feed.subscribe(good);
    database.commitElsewhere(A);
    feed.sync();
    database.commitElsewhere(B);
    feed.sync();
    assertThat(good.changedOids()).containsExactlyInAnyOrder(A, B);
    assertThat(order).containsOnlyOnce("listener lost");
  }

  @Test
  void aListenerMayLeaveWhileItIsTold() {
    List<Subscription> own = new ArrayList<>();
    RecordingListener good = new RecordingListener();
    own.add(
        feed.subscribe(
            new OrderedListener() {
              @Override
              public void changed(Tid upTo, Set<Oid> oids) {
                super.changed(upTo, oids);
                own.getFirst().close();
              }
            }));
    feed.subscribe(good);
    database.commitElsewhere(A);
    feed.sync();
    database.commitElsewhere(B);
    feed.sync();
    assertThat(order).containsOnlyOnce("listener, position 1");
    assertThat(good.news).hasSize(2);
  }

  @Test
  void anOwnCommitIsToldInItsPlaceAndAFailedOneIsNot() {
    RecordingListener other = new RecordingListener();
    FakeBallot ballot = new FakeBallot(join(new RecordingListener()), STORING_A);
    feed.subscribe(other);
    assertThat(feed.committing(() -> false, List.of(ballot), List.of(new Tid(5)))).isFalse();
    assertThat(other.news).isEmpty();
    assertThat(feed.committing(() -> true, List.of(ballot), List.of(new Tid(5)))).isTrue();
    assertThat(ballot.told).containsExactly("committed 5");
    assertThat(other.news)
        .containsExactly(new RecordingListener.News.Changed(new Tid(5), Set.of(A)));
    assertThat(order).containsExactly("cache own, position 0");
  }

  @Test
  void changesSinceNeverRunAheadOfThePosition() {
    Tid first = database.commitElsewhere(A);
    Tid second = database.commitElsewhere(B);
    assertThat(feed.changesSince(first)).isEqualTo(new ChangesSince.Known(second, Set.of(B)));
    assertThat(feed.position()).isEqualTo(second);
    assertThat(feed.changesSince(new Tid(99))).isEqualTo(new ChangesSince.Unknown());
  }
}
