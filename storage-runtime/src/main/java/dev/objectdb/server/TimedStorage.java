package dev.objectdb.server;

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
import io.micrometer.core.instrument.Timer;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Times loads and commits, so that neither the engine nor the protocol has to know of metrics.
 *
 * <p>Its transactions wrap the engine's. A listener knows the one that {@link #begin} gave out and
 * not the one inside: {@code open} leads from the latter to the former while it lives.
 */
final class TimedStorage implements Storage {
  private final Storage inner;
  private final Metrics metrics;
  private final Map<StorageTransaction, StorageTransaction> open = new ConcurrentHashMap<>();

  TimedStorage(Storage inner, Metrics metrics) {
    this.inner = inner;
    this.metrics = metrics;
  }

  @Override
  public Optional<Loaded> loadBefore(Oid oid, Tid before) {
    return timed(metrics.loadBefore, () -> inner.loadBefore(oid, before));
  }

  @Override
  public Map<Oid, Loaded> loadMany(Collection<Oid> oids) {
    return timed(metrics.loadMany, () -> inner.loadMany(oids));
  }

  @Override
  public Bytes loadSerial(Oid oid, Tid serial) {
    return timed(metrics.loadSerial, () -> inner.loadSerial(oid, serial));
  }

  @Override
  public Subscription subscribe(StorageListener listener) {
    return inner.subscribe(new Listener(listener));
  }

  @Override
  public StorageTransaction begin(Subscription owner, TransactionMeta meta) {
    return wrap(inner.begin(owner, meta));
  }

  @Override
  public StorageTransaction begin(Subscription owner, TransactionMeta meta, Tid tid) {
    return wrap(inner.begin(owner, meta, tid));
  }

  private StorageTransaction wrap(StorageTransaction transaction) {
    StorageTransaction timed =
        new TimedTransaction(transaction, metrics.commits, () -> open.remove(transaction));
    open.put(transaction, timed);
    return timed;
  }

  private static <T> T timed(Timer timer, Supplier<T> call) {
    long start = System.nanoTime();
    try {
      return call.get();
    } finally {
      timer.record(System.nanoTime() - start, TimeUnit.NANOSECONDS);
    }
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
  public ChangesSince changesSince(Tid since) {
    return inner.changesSince(since);
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
  public void close() {
    inner.close();
  }

  /** Tells of the transactions that this storage gave out. */
  private final class Listener implements StorageListener {
    private final StorageListener outer;

    Listener(StorageListener outer) {
      this.outer = outer;
    }

    @Override
    public void changed(Tid upTo, Set<Oid> oids) {
      outer.changed(upTo, oids);
    }

    @Override
    public void committed(StorageTransaction transaction, Tid tid) {
      outer.committed(givenOut(transaction), tid);
    }

    @Override
    public void timedOut(StorageTransaction transaction) {
      outer.timedOut(givenOut(transaction));
    }

    @Override
    public void lost() {
      outer.lost();
    }

    private StorageTransaction givenOut(StorageTransaction transaction) {
      return open.getOrDefault(transaction, transaction);
    }
  }
}
