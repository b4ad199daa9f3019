package dev.objectdb.zeo;

import dev.objectdb.object.Bytes;
import dev.objectdb.object.Oid;
import dev.objectdb.object.Tid;
import dev.objectdb.storage.ChangesSince;
import dev.objectdb.storage.ForwardingStorage;
import dev.objectdb.storage.Loaded;
import dev.objectdb.storage.Storage;
import dev.objectdb.storage.TransactionCursor;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * A storage with the weaknesses that tests want to see: it is slow to hand out what it has loaded,
 * or cannot say what changed when that is more than a few transactions.
 */
final class HinderedStorage extends ForwardingStorage {
  private final Duration loadDelay;
  private final int transactionsMax;

  /**
   * @param loadDelay what passes between reading a revision and handing it out
   * @param transactionsMax transactions that {@link #changesSince} covers
   */
  HinderedStorage(Storage inner, Duration loadDelay, int transactionsMax) {
    super(inner);
    this.loadDelay = loadDelay;
    this.transactionsMax = transactionsMax;
  }

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
}
