package dev.objectdb.storage.pg;

import dev.objectdb.object.Oid;
import dev.objectdb.object.Tid;
import dev.objectdb.storage.StorageUnavailableException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * What the sequencer and the feed see of a database, in memory, failing on command: one lock, a
 * log, and the serial of each object. It records each call, so that tests can tell their order.
 */
final class FakeDatabase implements CommitSession.Source, FeedSource {
  /** What a call can fail with. */
  enum Failure {
    LOST("08006"),
    TRANSIENT("40P01"),
    BAD_DATA("22P05"),
    LOCK_TIMEOUT("55P03"),
    CANCELED("57014");

    private final String state;

    Failure(String state) {
      this.state = state;
    }

    SQLException make() {
      return new SQLException("made to fail", state);
    }
  }

  private final ReentrantLock monitor = new ReentrantLock();
  private final Condition released = monitor.newCondition();
  private final TreeMap<Tid, Set<Oid>> log = new TreeMap<>();
  private final Map<Oid, Tid> objects = new HashMap<>();
  private final Set<CommitSession.Revision> replaced = new HashSet<>();
  private final Map<String, Failure> failures = new HashMap<>();
  private final Map<String, Throwable> bugs = new HashMap<>();
  private final List<String> calls = new ArrayList<>();
  private final Set<Oid> poisoned = new HashSet<>();
  private @Nullable Object holder;
  private volatile int timeline = 1;
  private volatile boolean away;
  private volatile boolean awaited;

  /** Makes the next call of this name fail; with "+" in front, after it has taken effect. */
  void failNext(String call, Failure error) {
    locked(() -> failures.put(call, error));
  }

  /** Makes the next call of this name throw what no database throws: a bug of ours. */
  void breakNext(String call, Throwable bug) {
    locked(() -> bugs.put(call, bug));
  }

  /** Makes every write of this object fail as bad data does. */
  void poison(Oid oid) {
    locked(() -> poisoned.add(oid));
  }

  /** Lets the feed's queries fail. */
  void setAway(boolean away) {
    this.away = away;
  }

  /** Lets it seem that another process waits for the lock. */
  void setAwaited(boolean awaited) {
    this.awaited = awaited;
  }

  void setTimeline(int timeline) {
    this.timeline = timeline;
  }

  /** Commits as another process would, without asking anybody. */
  Tid commitElsewhere(Oid... oids) {
    return locked(() -> append(Set.of(oids)));
  }

  Object takeLockElsewhere() {
    return locked(
        () -> {
          Object other = new Object();
          holder = other;
          return other;
        });
  }

  void releaseElsewhere() {
    locked(
        () -> {
          holder = null;
          released.signalAll();
          return holder == null;
        });
  }

  boolean isLocked() {
    return locked(() -> holder != null);
  }

  List<String> calls() {
    return locked(() -> List.copyOf(calls));
  }

  Map<Tid, Set<Oid>> log() {
    return locked(() -> new LinkedHashMap<>(log));
  }

  private Tid append(Set<Oid> oids) {
    Tid tid = last().next();
    for (Oid oid : oids) {
      Tid before = objects.put(oid, tid);
      if (before != null) {
        replaced.add(new CommitSession.Revision(oid, before));
      }
    }
    log.put(tid, oids);
    return tid;
  }

  private Tid last() {
    return log.isEmpty() ? Tid.NONE : log.lastKey();
  }

  private <T> T locked(java.util.function.Supplier<T> action) {
    monitor.lock();
    try {
      return action.get();
    } finally {
      monitor.unlock();
    }
  }

  private void fail(String call) throws SQLException {
    Failure failure = failures.remove(call);
    if (failure != null) {
      throw failure.make();
    }
  }

  @Override
  public Delta end() {
    return locked(() -> new Delta(last(), last(), List.of(), timeline, List.of(), true));
  }

  @Override
  public Delta above(Tid position) {
    if (away) {
      throw new StorageUnavailableException("made to be away", null);
    }
    return locked(
        () -> {
          List<Delta.Touched> touched = new ArrayList<>();
          objects.forEach(
              (oid, tid) -> {
                if (tid.isAfter(position)) {
                  touched.add(new Delta.Touched(oid, tid));
                }
              });
          return new Delta(
              position,
              last(),
              List.copyOf(log.tailMap(position, false).keySet()),
              timeline,
              touched,
              true);
        });
  }

  @Override
  public Optional<Delta> since(Tid tid, int oidsMax) {
    return locked(() -> log.containsKey(tid)) ? Optional.of(above(tid)) : Optional.empty();
  }

  @Override
  public CommitSession open() throws SQLException {
    calls.add("open");
    fail("open");
    return new Session();
  }

  private final class Session implements CommitSession {
    private @Nullable Runnable pending;
    private boolean dead;

    private void call(String name) throws SQLException {
      calls.add(name);
      if (dead) {
        throw Failure.LOST.make();
      }
      switch (bugs.remove(name)) {
        case RuntimeException bug -> throw bug;
        case Error bug -> throw bug;
        case null, default -> {}
      }
      Failure failure = failures.remove(name);
      if (failure != null) {
        if (failure == Failure.LOST) {
          close();
        }
        throw failure.make();
      }
    }

    @Override
    public Grant lock(Duration wait, Tid position) throws SQLException {
      monitor.lock();
      try {
        call("lock");
        long left = wait.toNanos();
        while (holder != null && !dead) {
          if (left <= 0) {
            throw Failure.LOCK_TIMEOUT.make();
          }
          left = released.awaitNanos(left);
        }
        if (dead) {
          throw Failure.LOST.make();
        }
        holder = this;
        return new Grant(above(position), last());
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      } finally {
        monitor.unlock();
      }
    }

    @Override
    public Map<Oid, Tid> current(Collection<Oid> oids) throws SQLException {
      monitor.lock();
      try {
        call("current");
        Map<Oid, Tid> found = new HashMap<>(objects);
        found.keySet().retainAll(Set.copyOf(oids));
        return found;
      } finally {
        monitor.unlock();
      }
    }

    @Override
    public Set<Revision> loadable(Collection<Revision> revisions) throws SQLException {
      monitor.lock();
      try {
        call("loadable");
        Set<Revision> found = new HashSet<>(revisions);
        found.retainAll(replaced);
        return found;
      } finally {
        monitor.unlock();
      }
    }

    @Override
    public Batch write(List<Member> members) throws SQLException {
      monitor.lock();
      try {
        call("write " + members.size());
        if (members.stream()
            .anyMatch(m -> m.prepared().changed().stream().anyMatch(poisoned::contains))) {
          throw Failure.BAD_DATA.make();
        }
        List<Tid> tids = new ArrayList<>();
        Tid next = last();
        for (Member ignored : members) {
          next = next.next();
          tids.add(next);
        }
        pending = () -> members.forEach(member -> append(Set.copyOf(member.prepared().changed())));
        return new Batch(tids, 7);
      } finally {
        monitor.unlock();
      }
    }

    @Override
    public void commit() throws SQLException {
      monitor.lock();
      try {
        call("commit");
        if (pending != null) {
          pending.run();
        }
        pending = null;
        call("+commit");
      } finally {
        monitor.unlock();
      }
    }

    @Override
    public void rollback() throws SQLException {
      monitor.lock();
      try {
        call("rollback");
        pending = null;
      } finally {
        monitor.unlock();
      }
    }

    @Override
    public boolean isCommitted(Batch batch) throws SQLException {
      monitor.lock();
      try {
        call("isCommitted");
        return log.containsKey(batch.tids().getFirst());
      } finally {
        monitor.unlock();
      }
    }

    @Override
    public void unlock() throws SQLException {
      monitor.lock();
      try {
        call("unlock");
        free();
      } finally {
        monitor.unlock();
      }
    }

    private void free() {
      if (holder == this) {
        holder = null;
        released.signalAll();
      }
    }

    @Override
    public boolean isAwaited() throws SQLException {
      monitor.lock();
      try {
        call("isAwaited");
        return awaited;
      } finally {
        monitor.unlock();
      }
    }

    @Override
    public <T> T run(CommitSequencer.Task<T> task) {
      throw new UnsupportedOperationException("tasks need a real session");
    }

    @Override
    public boolean isLost(SQLException error) {
      return dead || SqlErrors.kind(error) == SqlErrors.Kind.LOST;
    }

    @Override
    public void close() {
      monitor.lock();
      try {
        calls.add("close");
        dead = true;
        free();
        released.signalAll();
      } finally {
        monitor.unlock();
      }
    }
  }

  /** Waits until a call of this name was made. */
  void awaitCall(String name, int times) {
    org.awaitility.Awaitility.await()
        .atMost(10, TimeUnit.SECONDS)
        .until(() -> calls().stream().filter(name::equals).count() >= times);
  }
}
