package dev.objectdb.storage;

import dev.objectdb.object.Bytes;
import dev.objectdb.object.Oid;
import dev.objectdb.object.Tid;
import dev.objectdb.storage.MemoryDatabase.Revision;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The contract of {@link Storage} as plainly as it can be written: the model that others are
 * compared with. Keeps all revisions in memory; a history-free one only shows fewer of them.
 *
 * <p>Several storages over one {@link MemoryDatabase} stand for several processes: each learns of
 * the commits of the others by {@link #sync}, or before its own next commit, and not earlier.
 */
public final class MemoryStorage implements Storage {
  private final MemoryDatabase database;
  private final Object feed = new Object();
  private final List<MemorySubscription> subscriptions = new CopyOnWriteArrayList<>();
  private final List<MemoryTransaction> begun = new CopyOnWriteArrayList<>();
  private Tid position;

  /** Called between a read and its return; lets a test commit just there. */
  private volatile Consumer<Oid> afterRead = _ -> {};

  private volatile Runnable beforeFinish = () -> {};

  private volatile @Nullable StorageException failure;

  public MemoryStorage(MemoryDatabase database) {
    this.database = database;
    this.position = database.lastTid();
  }

  public static MemoryStorage of(HistoryMode mode) {
    return new MemoryStorage(new MemoryDatabase(mode));
  }

  MemoryDatabase database() {
    return database;
  }

  /** Runs this after each read, before it returns. */
  public void afterRead(Consumer<Oid> action) {
    afterRead = action;
  }

  /** Makes every call fail like this, until it is called with null. */
  public void failWith(@Nullable StorageException exception) {
    failure = exception;
  }

  private void mayFail() {
    StorageException wanted = failure;
    if (wanted != null) {
      throw wanted;
    }
  }

  @Override
  public HistoryMode historyMode() {
    return database.mode;
  }

  @Override
  public List<Oid> newOids(int count) {
    mayFail();
    return database.newOids(count);
  }

  @Override
  public Optional<Loaded> loadBefore(Oid oid, Tid before) {
    mayFail();
    Optional<Loaded> loaded = read(oid, before);
    afterRead.accept(oid);
    return loaded;
  }

  private Optional<Loaded> read(Oid oid, Tid before) {
    Tid asOf = position();
    synchronized (database) {
      NavigableMap<Tid, Revision> all = database.objects.get(oid);
      if (all == null || all.firstKey().isAfter(asOf)) {
        throw new PosKeyException(oid);
      }
      NavigableMap<Tid, Revision> told = all.headMap(asOf, true);
      Map.Entry<Tid, Revision> found = told.lowerEntry(before);
      if (found == null) {
        return Optional.empty();
      }
      Bytes data = found.getValue().data();
      if (data == null) {
        throw new PosKeyException(oid);
      }
      Tid next = told.higherKey(found.getKey());
      return Optional.of(new Loaded(data, found.getKey(), next == null ? Tid.MAX : next, asOf));
    }
  }

  @Override
  public Map<Oid, Loaded> loadMany(Collection<Oid> oids) {
    Map<Oid, Loaded> found = new HashMap<>();
    for (Oid oid : oids) {
      try {
        loadBefore(oid, Tid.MAX).ifPresent(loaded -> found.put(oid, loaded));
      } catch (PosKeyException e) {
        // left out, as promised
      }
    }
    return found;
  }

  @Override
  public Bytes loadSerial(Oid oid, Tid serial) {
    mayFail();
    synchronized (database) {
      Bytes found = database.data(oid, serial);
      if (found == null) {
        throw new PosKeyException(oid);
      }
      return found;
    }
  }

  @Override
  public Tid getTid(Oid oid) {
    mayFail();
    Optional<Loaded> current = read(oid, Tid.MAX);
    return current.orElseThrow(() -> new PosKeyException(oid)).tid();
  }

  @Override
  public List<HistoryEntry> history(Oid oid, int size) {
    mayFail();
    synchronized (database) {
      NavigableMap<Tid, Revision> all = database.objects.get(oid);
      if (all == null) {
        throw new PosKeyException(oid);
      }
      int most = database.mode == HistoryMode.FREE ? Math.min(size, 1) : size;
      return all.descendingMap().values().stream()
          .filter(revision -> revision.data() != null)
          .limit(most)
          .map(this::historyEntry)
          .toList();
    }
  }

  private HistoryEntry historyEntry(Revision revision) {
    Bytes data = revision.data();
    MemoryDatabase.Committed committed = database.log.get(revision.tid());
    if (data == null || committed == null) {
      throw new IllegalStateException("a revision without data or transaction");
    }
    return new HistoryEntry(revision.tid(), committed.meta(), data.length());
  }

  @Override
  public TransactionCursor transactions(Tid first, Tid last) {
    mayFail();
    synchronized (database) {
      Deque<TransactionCursor.Transaction> found = new ArrayDeque<>();
      if (!first.isAfter(last)) {
        database
            .log
            .subMap(first, true, last, true)
            .forEach(
                (tid, entry) -> found.add(new TransactionCursor.Transaction(tid, entry.meta())));
      }
      return new MemoryCursor(found);
    }
  }

  @Override
  public Optional<CurrentRecord> recordFrom(Oid from) {
    mayFail();
    synchronized (database) {
      List<Oid> existing = new ArrayList<>();
      for (Oid oid : database.objects.tailMap(from, true).keySet()) {
        Revision current = database.current(oid);
        if (current != null && current.data() != null && existing.size() < 2) {
          existing.add(oid);
        }
      }
      if (existing.isEmpty()) {
        return Optional.empty();
      }
      Oid oid = existing.getFirst();
      Loaded loaded = read(oid, Tid.MAX).orElseThrow();
      Oid next = existing.size() > 1 ? existing.get(1) : null;
      return Optional.of(new CurrentRecord(oid, loaded.tid(), loaded.data(), next));
    }
  }

  @Override
  public ChangesSince changesSince(Tid since) {
    mayFail();
    synchronized (database) {
      boolean isEmpty = since.equals(Tid.NONE) && database.log.isEmpty();
      if (!isEmpty && !database.log.containsKey(since)) {
        return new ChangesSince.Unknown();
      }
      Tid last = database.lastTid();
      return new ChangesSince.Known(last, database.changes(since, last));
    }
  }

  @Override
  public StorageStats stats() {
    mayFail();
    synchronized (database) {
      return new StorageStats(database.objects.size(), database.log.size() * 100L);
    }
  }

  @Override
  public Tid position() {
    synchronized (feed) {
      return position;
    }
  }

  @Override
  public Tid sync() {
    mayFail();
    synchronized (feed) {
      advance(database.lastTid(), null);
      return position;
    }
  }

  /** Tells everybody everything up to {@code upTo}; the owner of a commit hears it as its own. */
  private void advance(Tid upTo, @Nullable MemoryTransaction own) {
    if (!upTo.isAfter(position)) {
      return;
    }
    Set<Oid> oids = database.changes(position, upTo);
    for (MemorySubscription subscription : subscriptions) {
      if (own != null && subscription == own.owner()) {
        subscription.listener().committed(own, upTo);
      } else {
        subscription.listener().changed(upTo, oids);
      }
    }
    position = upTo;
  }

  Tid finish(MemoryTransaction transaction, @Nullable Tid given) {
    mayFail();
    beforeFinish.run();
    synchronized (feed) {
      Tid tid;
      synchronized (database) {
        advance(database.lastTid(), null);
        tid = database.commit(transaction, given);
      }
      advance(tid, transaction);
      return tid;
    }
  }

  @Override
  public Subscription subscribe(StorageListener listener) {
    mayFail();
    synchronized (feed) {
      sync();
      MemorySubscription subscription = new MemorySubscription(listener, position);
      subscriptions.add(subscription);
      return subscription;
    }
  }

  /** Tells every listener that commits were lost. */
  public void loseCommits() {
    subscriptions.forEach(subscription -> subscription.listener().lost());
  }

  /** Times every open transaction out, as an engine does that waited too long for a finish. */
  public void timeOut() {
    for (MemoryTransaction transaction : begun) {
      if (!transaction.isEnded()) {
        transaction.abort();
        transaction.owner().listener().timedOut(transaction);
      }
    }
  }

  /** Runs this before each commit. */
  public void beforeFinish(Runnable action) {
    beforeFinish = action;
  }

  /** Number of listeners that have not gone. */
  public int listeners() {
    return subscriptions.size();
  }

  @Override
  public StorageTransaction begin(Subscription owner, TransactionMeta meta) {
    mayFail();
    return begun(new MemoryTransaction(this, (MemorySubscription) owner, meta, null));
  }

  @Override
  public StorageTransaction begin(Subscription owner, TransactionMeta meta, Tid tid) {
    mayFail();
    return begun(new MemoryTransaction(this, (MemorySubscription) owner, meta, tid));
  }

  private MemoryTransaction begun(MemoryTransaction transaction) {
    begun.removeIf(MemoryTransaction::isEnded);
    begun.add(transaction);
    return transaction;
  }

  @Override
  public void close() {
    subscriptions.clear();
  }

  /** A listener's place in the feed. */
  final class MemorySubscription implements Subscription {
    private final StorageListener listener;
    private final Tid baseline;

    MemorySubscription(StorageListener listener, Tid baseline) {
      this.listener = listener;
      this.baseline = baseline;
    }

    StorageListener listener() {
      return listener;
    }

    @Override
    public Tid baseline() {
      return baseline;
    }

    @Override
    public void close() {
      subscriptions.remove(this);
    }
  }

  private final class MemoryCursor implements TransactionCursor {
    private final Deque<Transaction> rest;

    MemoryCursor(Deque<Transaction> rest) {
      this.rest = rest;
    }

    @Override
    public Optional<Transaction> next() {
      return Optional.ofNullable(rest.poll());
    }

    @Override
    public RecordCursor records(Tid tid) {
      Deque<Entry> entries = new ArrayDeque<>();
      synchronized (database) {
        for (Oid oid : database.changes(new Tid(tid.value() - 1), tid).stream().sorted().toList()) {
          boolean current = database.currentTid(oid).equals(tid);
          if (current || database.mode == HistoryMode.PRESERVING) {
            entries.add(new Entry(oid, tid, database.data(oid, tid), null));
          }
        }
      }
      return new MemoryRecords(entries);
    }

    @Override
    public void close() {
      rest.clear();
    }
  }

  private record MemoryRecords(Deque<TransactionCursor.Entry> rest)
      implements TransactionCursor.RecordCursor {
    @Override
    public Optional<TransactionCursor.Entry> next() {
      return Optional.ofNullable(rest.poll());
    }

    @Override
    public void close() {
      rest.clear();
    }
  }
}
