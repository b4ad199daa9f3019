package dev.objectdb.zeo;

import dev.objectdb.object.Bytes;
import dev.objectdb.object.Oid;
import dev.objectdb.object.Tid;
import dev.objectdb.storage.ChangesSince;
import dev.objectdb.storage.CurrentRecord;
import dev.objectdb.storage.HistoryEntry;
import dev.objectdb.storage.HistoryMode;
import dev.objectdb.storage.Loaded;
import dev.objectdb.storage.Storage;
import dev.objectdb.storage.StorageListener;
import dev.objectdb.storage.StorageStats;
import dev.objectdb.storage.StorageTransaction;
import dev.objectdb.storage.Subscription;
import dev.objectdb.storage.TransactionCursor;
import dev.objectdb.storage.TransactionMeta;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * A storage with the weaknesses that tests want to see: it is slow to hand out what it has loaded,
 * or cannot say what changed when that is more than a few transactions.
 *
 * @param loadDelay what passes between reading a revision and handing it out
 * @param transactionsMax transactions that {@link #changesSince} covers
 */
record HinderedStorage(Storage inner, Duration loadDelay, int transactionsMax) implements Storage {
  private <T> T late(Supplier<T> load) {
    T loaded = load.get();
    try {
      Thread.sleep(loadDelay);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return loaded;
  }

  @Override
  public Optional<Loaded> loadBefore(Oid oid, Tid before) {
    return late(() -> inner.loadBefore(oid, before));
  }

  @Override
  public Map<Oid, Loaded> loadMany(Collection<Oid> oids) {
    return late(() -> inner.loadMany(oids));
  }

  @Override
  public Bytes loadSerial(Oid oid, Tid serial) {
    return late(() -> inner.loadSerial(oid, serial));
  }

  @Override
  public ChangesSince changesSince(Tid since) {
    try (TransactionCursor walk = inner.transactions(since.next(), Tid.MAX)) {
      for (int count = 0; walk.next().isPresent(); count++) {
        if (count == transactionsMax) {
          return new ChangesSince.Unknown();
        }
      }
    }
    return inner.changesSince(since);
  }

  @Override
  public HistoryMode historyMode() {
    return inner.historyMode();
  }

  @Override
  public List<Oid> newOids(int count) {
    return inner.newOids(count);
  }

  @Override
  public Tid getTid(Oid oid) {
    return inner.getTid(oid);
  }

  @Override
  public List<HistoryEntry> history(Oid oid, int size) {
    return inner.history(oid, size);
  }

  @Override
  public TransactionCursor transactions(Tid first, Tid last) {
    return inner.transactions(first, last);
  }

  @Override
  public Optional<CurrentRecord> recordFrom(Oid from) {
    return inner.recordFrom(from);
  }

  @Override
  public StorageStats stats() {
    return inner.stats();
  }

  @Override
  public Tid position() {
    return inner.position();
  }

  @Override
  public Tid sync() {
    return inner.sync();
  }

  @Override
  public Subscription subscribe(StorageListener listener) {
    return inner.subscribe(listener);
  }

  @Override
  public StorageTransaction begin(Subscription owner, TransactionMeta meta) {
    return inner.begin(owner, meta);
  }

  @Override
  public StorageTransaction begin(Subscription owner, TransactionMeta meta, Tid tid) {
    return inner.begin(owner, meta, tid);
  }

  @Override
  public void close() {
    inner.close();
  }
}
