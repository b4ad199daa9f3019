package dev.objectdb.storage;

import dev.objectdb.object.Bytes;
import dev.objectdb.object.Oid;
import dev.objectdb.object.Tid;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Does what another storage does; a test overrides what it wants to go differently. */
public abstract class ForwardingStorage implements Storage {
  protected final Storage inner;

  protected ForwardingStorage(Storage inner) {
    this.inner = inner;
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
  public Optional<Loaded> loadBefore(Oid oid, Tid before) {
    return inner.loadBefore(oid, before);
  }

  @Override
  public Map<Oid, Loaded> loadMany(Collection<Oid> oids) {
    return inner.loadMany(oids);
  }

  @Override
  public Bytes loadSerial(Oid oid, Tid serial) {
    return inner.loadSerial(oid, serial);
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

  /** Does what another transaction does; its listener is told of the other one. */
  public abstract static class Transaction implements StorageTransaction {
    protected final StorageTransaction inner;

    protected Transaction(StorageTransaction inner) {
      this.inner = inner;
    }

    @Override
    public void store(Oid oid, Tid base, Bytes data) {
      inner.store(oid, base, data);
    }

    @Override
    public void restore(Oid oid, @Nullable Bytes data) {
      inner.restore(oid, data);
    }

    @Override
    public void checkCurrent(Oid oid, Tid serial) {
      inner.checkCurrent(oid, serial);
    }

    @Override
    public VoteResult vote() {
      return inner.vote();
    }

    @Override
    public Tid finish() {
      return inner.finish();
    }

    @Override
    public void abort() {
      inner.abort();
    }
  }
}
