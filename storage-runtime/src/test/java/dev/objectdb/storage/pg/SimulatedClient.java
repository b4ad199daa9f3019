package dev.objectdb.storage.pg;

import static org.assertj.core.api.Assertions.assertThat;

import dev.objectdb.object.Check;
import dev.objectdb.object.Oid;
import dev.objectdb.object.Tid;
import dev.objectdb.storage.ConflictException;
import dev.objectdb.storage.Loaded;
import dev.objectdb.storage.PosKeyException;
import dev.objectdb.storage.StorageTransaction;
import dev.objectdb.storage.StorageTransactionException;
import dev.objectdb.storage.StorageUnavailableException;
import dev.objectdb.storage.Subscription;
import dev.objectdb.storage.TransactionMeta;
import dev.objectdb.storage.VoteResult;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** One client of the simulation: transactions at random, noting what it was answered and told. */
final class SimulatedClient {
  static final int OBJECTS = 8;

  /** Every record that is ever stored is another one, so that a stale read shows. */
  private static final AtomicInteger NUMBERS = new AtomicInteger();

  private final PgStorage storage;
  private final Random random;
  private final RecordingListener listener = new RecordingListener();
  private final Subscription subscription;
  private final List<Done> done = new ArrayList<>();
  private final List<Seen> seen = new ArrayList<>();
  private @Nullable Throwable failure;
  private int refused;

  /** An object after a transaction; number 0: it ceased to exist. */
  record Value(int number, Tid tid) {
    boolean isGone() {
      return number == 0;
    }

    Value at(Tid committed) {
      return new Value(number, committed);
    }
  }

  /**
   * A transaction that was acknowledged.
   *
   * @param bases what was compared: the serial of each object, {@link Tid#NONE} if it was new
   */
  record Done(Tid tid, Map<Oid, Tid> bases, Map<Oid, Value> written) {}

  /** An answer to a load. */
  private record Seen(Oid oid, Tid before, Loaded loaded) {}

  SimulatedClient(PgStorage storage, Random random) {
    this.storage = storage;
    this.random = random;
    this.subscription = storage.subscribe(listener);
  }

  List<Done> done() {
    return done;
  }

  /** Returns how many of its steps ended in a conflict or found the database away. */
  int refused() {
    return refused;
  }

  @Nullable Throwable failure() {
    return failure;
  }

  void run(int steps) {
    try {
      for (int i = 0; i < steps; i++) {
        try {
          step();
        } catch (ConflictException | StorageUnavailableException e) {
          refused++; // somebody was first, or a session was killed: on to the next one
        }
      }
    } catch (RuntimeException | AssertionError e) {
      failure = e;
    }
  }

  private void step() {
    switch (random.nextInt(5)) {
      case 0 -> load();
      case 1 -> storage.sync();
      default -> transaction();
    }
  }

  private void load() {
    Oid oid = anyOid();
    Tid before = random.nextBoolean() ? Tid.MAX : storage.position().next();
    try {
      storage.loadBefore(oid, before).ifPresent(found -> seen.add(new Seen(oid, before, found)));
    } catch (PosKeyException e) {
      return; // not yet, or no longer
    }
  }

  private Oid anyOid() {
    return new Oid(1 + random.nextInt(OBJECTS));
  }

  private Tid serial(Oid oid) {
    try {
      return storage.getTid(oid);
    } catch (PosKeyException e) {
      return Tid.NONE;
    }
  }

  private void transaction() {
    StorageTransaction transaction = storage.begin(subscription, TransactionMeta.EMPTY);
    Map<Oid, Tid> bases = new HashMap<>();
    Map<Oid, Value> written = new HashMap<>();
    for (int i = random.nextInt(3); i >= 0; i--) {
      change(transaction, anyOid(), bases, written);
    }
    Oid other = anyOid();
    Tid current = serial(other);
    if (random.nextInt(4) == 0 && !written.containsKey(other) && !current.equals(Tid.NONE)) {
      transaction.checkCurrent(other, current);
      bases.put(other, current);
    }
    if (!isVoted(transaction, bases, written)) {
      transaction.abort();
    } else if (random.nextInt(6) == 0) {
      Thread.ofVirtual().start(transaction::abort);
    } else {
      finish(transaction, bases, written);
    }
  }

  private void change(
      StorageTransaction transaction, Oid oid, Map<Oid, Tid> bases, Map<Oid, Value> written) {
    if (written.containsKey(oid)) {
      return;
    }
    if (random.nextInt(12) == 0) {
      transaction.restore(oid, null);
      written.put(oid, new Value(0, Tid.NONE));
    } else {
      Tid base = serial(oid);
      int number = NUMBERS.incrementAndGet();
      transaction.store(oid, base, Commits.record(number));
      bases.put(oid, base);
      written.put(oid, new Value(number, Tid.NONE));
    }
  }

  /** Merges a few times, as clients do. */
  private boolean isVoted(
      StorageTransaction transaction, Map<Oid, Tid> bases, Map<Oid, Value> written) {
    for (int round = 0; round < 3; round++) {
      switch (transaction.vote()) {
        case VoteResult.Voted _ -> {
          return true;
        }
        case VoteResult.Conflicts(List<VoteResult.Conflict> conflicts) -> {
          for (VoteResult.Conflict conflict : conflicts) {
            int number = NUMBERS.incrementAndGet();
            transaction.store(conflict.oid(), conflict.committed(), Commits.record(number));
            bases.put(conflict.oid(), conflict.committed());
            written.put(conflict.oid(), new Value(number, Tid.NONE));
          }
        }
      }
    }
    return false;
  }

  private void finish(
      StorageTransaction transaction, Map<Oid, Tid> bases, Map<Oid, Value> written) {
    try {
      Tid tid = transaction.finish();
      assertThat(listener.told()).as("told before it is answered").isGreaterThanOrEqualTo(tid);
      done.add(new Done(tid, bases, written));
    } catch (StorageTransactionException e) {
      throw new AssertionError("a voted transaction was refused", e);
    }
  }

  /** Each commit is told by the first news at or above its tid, with all its objects. */
  void judgeNews(NavigableMap<Tid, Done> all) {
    Set<Tid> own = new HashSet<>();
    done.forEach(transaction -> own.add(transaction.tid()));
    Tid told = subscription.baseline();
    for (int i = 0; i < listener.news.size(); i++) {
      switch (listener.news.get(i)) {
        case RecordingListener.News.Changed(Tid upTo, Set<Oid> oids) -> {
          Set<Oid> expected = new HashSet<>();
          all.subMap(told, false, upTo, true)
              .forEach(
                  (tid, transaction) -> {
                    assertThat(own).as("an own commit is told as such").doesNotContain(tid);
                    expected.addAll(transaction.written().keySet());
                  });
          assertThat(oids).as("told up to %s", upTo).containsAll(expected);
          if (!isToldAt(i - 1, oids) && !isToldAt(i + 1, oids)) {
            assertThat(oids).as("told up to %s", upTo).isEqualTo(expected);
          }
          told = upTo;
        }
        case RecordingListener.News.Committed(_, Tid tid) -> {
          assertThat(own).contains(tid);
          assertThat(all.subMap(told, false, tid, false)).as("told before %s", tid).isEmpty();
          told = tid;
        }
        case RecordingListener.News.TimedOut _ -> throw new AssertionError("nobody was slow");
        case RecordingListener.News.Lost _ -> throw new AssertionError("nothing was lost");
      }
    }
    assertThat(told).isEqualTo(all.lastKey());
  }

  /** What several commits changed is told at the first of them, and once more at the last. */
  private boolean isToldAt(int index, Set<Oid> oids) {
    return index >= 0
        && index < listener.news.size()
        && listener.news.get(index) instanceof RecordingListener.News.Changed(_, Set<Oid> others)
        && others.equals(oids);
  }

  /** Each load was answered with the revision in force, and with its true end or none. */
  void judgeLoads(NavigableMap<Tid, Done> all) {
    for (Seen one : seen) {
      Loaded loaded = one.loaded();
      Done origin = Check.present(all.get(loaded.tid()), "what is loaded was committed");
      Value value = Check.present(origin.written().get(one.oid()), "by who wrote the object");
      assertThat(loaded.data()).isEqualTo(Commits.record(value.number()));
      assertThat(loaded.tid()).isLessThan(one.before());
      Tid next = Tid.MAX;
      for (Done later : all.tailMap(loaded.tid(), false).values()) {
        if (later.written().containsKey(one.oid())) {
          next = later.tid();
          break;
        }
      }
      if (loaded.isCurrent()) {
        assertThat(next).as("open as of %s", loaded.asOf()).isGreaterThan(loaded.asOf());
      } else {
        assertThat(loaded.next()).isEqualTo(next);
      }
    }
  }
}
