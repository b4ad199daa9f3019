package dev.objectdb.storage.pg;

import dev.objectdb.object.Check;
import dev.objectdb.object.Oid;
import dev.objectdb.object.Tid;
import dev.objectdb.storage.ChangesSince;
import dev.objectdb.storage.StorageListener;
import dev.objectdb.storage.StorageUnavailableException;
import dev.objectdb.storage.Subscription;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the shared cache and every listener of each commit, in the order of tids, exactly once.
 *
 * <pre>
 *   sync()         query above the position ──┐
 *   lock 0 granted: what others did before ───┤ feed lock: cache · position · listeners
 *   own COMMIT, inside the feed lock ─────────┘
 *
 *   cutOff(), a subscription's close ───────── the lock of the calls only
 * </pre>
 *
 * <p>The position moves before the listeners are told, so whoever was told of a tid and asks is
 * answered at that tid at least.
 *
 * <p>The tables are the truth: everything above the position is read in one snapshot, and told with
 * its last tid and the union of its objects, as nobody knows which of several commits changed what.
 * That union is told at the first of those commits before: a client keeps what it had cached as
 * true up to the tid it was told, and that must not be beyond a change. A query runs outside the
 * lock, so what it found at or below a position that has moved on is left out when it is told.
 *
 * <p>An own commit is told from memory. Whoever committed below its tid did so before lock 0 was
 * granted, and was told then; the feed lock is held from before COMMIT until it is told, so that no
 * query can tell it first, as somebody else's. That may take long, when the database does not
 * answer; so listeners are called under a lock of their own, which is held for moments only, and
 * may be cut off meanwhile. Source: R1-R10 of the ZEO contract.
 */
final class InvalidationFeed implements FeedPosition {
  /** More changed objects than this are not told: whoever asks had better drop everything. */
  static final int CHANGES_SINCE_MAX = 100_000;

  /** How long a caller waits for others that query or commit. */
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private static final Logger log = LoggerFactory.getLogger(InvalidationFeed.class);

  private final FeedSource source;
  private final FeedCache cache;
  private final Runnable regressed;

  private final ReentrantLock querying = new ReentrantLock(true);
  private final AtomicLong asked = new AtomicLong();
  private long answered; // guarded by querying

  /** The feed lock: whoever holds it decides what is told next. */
  private final ReentrantLock lock = new ReentrantLock(true);

  /** Held while listeners are called, so one call at a time; the inner one of the two. */
  private final ReentrantLock calls = new ReentrantLock(true);

  private final Set<FeedSubscription> subscriptions = new LinkedHashSet<>(); // guarded by calls
  private volatile Tid position;
  private volatile Tid told;
  private volatile int timeline;
  private volatile boolean ended;
  private volatile boolean deaf;

  /**
   * Starts at a position.
   *
   * @param start a delta whose last tid is the position; nothing above it is in the cache
   * @param regressed called when the database is found to have lost commits; returns at once
   */
  InvalidationFeed(FeedSource source, FeedCache cache, Delta start, Runnable regressed) {
    this.source = source;
    this.cache = cache;
    this.position = start.last();
    this.told = start.last();
    this.timeline = start.timeline();
    this.regressed = regressed;
  }

  @Override
  public Tid position() {
    return position;
  }

  /**
   * {@inheritDoc}
   *
   * <p>Callers that wait together share one query: it begins after each of them asked.
   */
  @Override
  public Tid sync() {
    refuseIfEnded();
    long ticket = asked.incrementAndGet();
    acquire(querying);
    try {
      if (answered < ticket) {
        long all = asked.get();
        apply(source.above(position));
        answered = all;
      }
      return told;
    } finally {
      querying.unlock();
    }
  }

  /** Returns once the listeners were told everything up to this tid, which is committed. */
  void syncTo(Tid tid) {
    if (tid.isAfter(told)) {
      sync();
    }
  }

  /**
   * Tells what others committed.
   *
   * @throws StorageUnavailableException if the log ends below a commit that was told, or if this is
   *     another history than before: a standby took over, or a backup was restored
   */
  void apply(Delta delta) {
    if (delta.isBehind() || delta.timeline() != timeline) {
      regressed.run();
      throw new StorageUnavailableException("the database may have lost commits", null);
    }
    acquire(lock);
    try {
      if (!delta.last().isAfter(position)) {
        return;
      }
      if (delta.complete()) {
        Set<Oid> oids = delta.above(position);
        cache.changed(delta.last(), oids);
        Tid first = delta.firstAbove(position);
        position = delta.last();
        if (first.isBefore(delta.last()) && !oids.isEmpty()) {
          tell(first, subscription -> subscription.listener.changed(first, oids));
        }
        tell(delta.last(), subscription -> subscription.listener.changed(delta.last(), oids));
      } else {
        log.atInfo().log("what has changed cannot be told one by one: caches are dropped");
        restart(delta);
      }
    } finally {
      lock.unlock();
    }
  }

  /** Commits something; tells whether it is committed. */
  @FunctionalInterface
  interface CommitStep<E extends Exception> {
    boolean commit() throws E;
  }

  /**
   * Commits, and tells the transactions in their order if the step says that they are committed.
   * Then they are, whatever goes wrong with telling: the listeners are cut off instead.
   *
   * @param tids of the ballots, rising
   */
  <E extends Exception> boolean committing(
      CommitStep<E> step, List<? extends CommitSequencer.Ballot> ballots, List<Tid> tids) throws E {
    lock.lock();
    try {
      if (!step.commit()) {
        return false;
      }
      tellOwn(ballots, tids);
      return true;
    } finally {
      lock.unlock();
    }
  }

  private void tellOwn(List<? extends CommitSequencer.Ballot> ballots, List<Tid> tids) {
    try {
      for (int i = 0; i < ballots.size(); i++) {
        tellOwn(ballots.get(i), tids.get(i));
      }
    } catch (RuntimeException e) {
      log.atError().setCause(e).log("a commit could not be told: caches are dropped");
      forgetUpTo(tids.getLast());
    }
  }

  private void tellOwn(CommitSequencer.Ballot ballot, Tid tid) {
    Check.invariant(tid.isAfter(position), "own commits lie above all that was told");
    Set<Oid> oids = Set.copyOf(ballot.prepared().changed());
    cache.committed(tid, oids);
    position = tid;
    tell(
        tid,
        subscription -> {
          if (subscription == ballot.owner()) {
            ballot.committed(tid);
          } else {
            subscription.listener.changed(tid, oids);
          }
        });
  }

  /** Tells the owner of a transaction that it took too long, in its place among the other news. */
  void timedOut(CommitSequencer.Ballot ballot) {
    calls.lock();
    try {
      ballot.timedOut();
    } finally {
      calls.unlock();
    }
  }

  /** Says whether the database has not been heard of lately. */
  void deaf(boolean now) {
    deaf = now;
  }

  /**
   * Catches up, and adds the listener in the same step.
   *
   * @throws StorageUnavailableException at once while the database is not heard of: whoever waits
   *     here does not find another server
   */
  Subscription subscribe(StorageListener listener) {
    if (deaf) {
      throw new StorageUnavailableException("nothing is heard of the database", null);
    }
    sync();
    acquire(lock);
    try {
      return join(new FeedSubscription(listener, position));
    } finally {
      lock.unlock();
    }
  }

  private Subscription join(FeedSubscription subscription) {
    calls.lock();
    try {
      refuseIfEnded();
      subscriptions.add(subscription);
      return subscription;
    } finally {
      calls.unlock();
    }
  }

  /** Returns what changed above the tid; never runs ahead of the position. */
  ChangesSince changesSince(Tid since) {
    Optional<Delta> delta = source.since(since, CHANGES_SINCE_MAX);
    if (delta.isEmpty() || !delta.get().complete()) {
      return new ChangesSince.Unknown();
    }
    Delta found = delta.get();
    syncTo(found.last());
    return new ChangesSince.Known(found.last(), found.above(since));
  }

  /** What was told no longer holds: the cache is emptied and every listener cut off. */
  void restart(Delta from) {
    acquire(lock);
    try {
      forgetUpTo(from.last());
      timeline = from.timeline();
    } finally {
      lock.unlock();
    }
  }

  private void forgetUpTo(Tid last) {
    cutOff();
    cache.clear();
    position = last;
    told = last;
  }

  /**
   * Cuts every listener off, because news have been missing for too long. Never waits for the
   * database: a commit whose outcome is being learnt has nobody to be told to afterwards. The cache
   * stays: it answers up to the position, which is right however old it is.
   *
   * @return how many there were
   */
  int cutOff() {
    calls.lock();
    try {
      List<FeedSubscription> cut = new ArrayList<>(subscriptions);
      subscriptions.clear();
      cut.forEach(InvalidationFeed::lose);
      return cut.size();
    } finally {
      calls.unlock();
    }
  }

  /**
   * Ends the service, since a thread has died that it cannot do without: whoever is connected is
   * cut off, and nobody can join. To be the handler of what such threads do not catch.
   */
  void end(Thread thread, Throwable cause) {
    log.atError()
        .setCause(cause)
        .addKeyValue("thread", thread.getName())
        .log("a thread has died: nobody is served any more, restart the process");
    ended = true;
    cutOff();
  }

  boolean hasEnded() {
    return ended;
  }

  private void refuseIfEnded() {
    if (ended) {
      throw new StorageUnavailableException("the storage has failed for good", null);
    }
  }

  private void tell(Tid upTo, Consumer<FeedSubscription> news) {
    calls.lock();
    try {
      List<FeedSubscription> deaf = new ArrayList<>();
      for (FeedSubscription subscription : List.copyOf(subscriptions)) { // one may leave meanwhile
        try {
          news.accept(subscription);
        } catch (RuntimeException e) {
          log.atError().setCause(e).log("a listener failed: it is cut off, the others go on");
          deaf.add(subscription);
        }
      }
      subscriptions.removeAll(deaf);
      deaf.forEach(InvalidationFeed::lose);
    } finally {
      calls.unlock();
    }
    told = upTo;
  }

  private static void lose(FeedSubscription subscription) {
    try {
      subscription.listener.lost();
    } catch (RuntimeException e) {
      log.atError().setCause(e).log("a listener failed while it was cut off");
    }
  }

  private static void acquire(ReentrantLock lock) {
    try {
      if (lock.tryLock(PATIENCE.toNanos(), TimeUnit.NANOSECONDS)) {
        return;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StorageUnavailableException("interrupted while waiting for the feed", e);
    }
    throw new StorageUnavailableException("the feed is busy for too long", null);
  }

  /** A listener's place in this feed. */
  final class FeedSubscription implements Subscription {
    private final StorageListener listener;
    private final Tid baseline;

    private FeedSubscription(StorageListener listener, Tid baseline) {
      this.listener = listener;
      this.baseline = baseline;
    }

    @Override
    public Tid baseline() {
      return baseline;
    }

    StorageListener listener() {
      return listener;
    }

    @Override
    public void close() {
      calls.lock();
      try {
        subscriptions.remove(this);
      } finally {
        calls.unlock();
      }
    }
  }
}
