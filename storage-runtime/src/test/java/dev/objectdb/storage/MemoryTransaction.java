package dev.objectdb.storage;

import dev.objectdb.object.Bytes;
import dev.objectdb.object.Oid;
import dev.objectdb.object.Tid;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A transaction of {@link MemoryStorage}. */
final class MemoryTransaction implements StorageTransaction {
  private final MemoryStorage storage;
  private final MemoryStorage.MemorySubscription owner;
  private final TransactionMeta meta;
  private final @Nullable Tid given;
  private final Map<Oid, @Nullable Bytes> writes = new LinkedHashMap<>();
  private final Map<Oid, Tid> bases = new HashMap<>();
  private final Map<Oid, Tid> demands = new HashMap<>();
  private boolean voted;
  private volatile boolean ended;

  MemoryTransaction(
      MemoryStorage storage,
      MemoryStorage.MemorySubscription owner,
      TransactionMeta meta,
      @Nullable Tid given) {
    this.storage = storage;
    this.owner = owner;
    this.meta = meta;
    this.given = given;
  }

  TransactionMeta meta() {
    return meta;
  }

  MemoryStorage.MemorySubscription owner() {
    return owner;
  }

  Map<Oid, @Nullable Bytes> writes() {
    return writes;
  }

  Set<Oid> touched() {
    Set<Oid> touched = new HashSet<>(writes.keySet());
    touched.addAll(demands.keySet());
    return touched;
  }

  boolean isEnded() {
    return ended;
  }

  @Override
  public void store(Oid oid, Tid base, Bytes data) {
    demandOpen();
    if (data.toUtf8().startsWith("invalid")) {
      throw new InvalidRecordException(oid, "record has a class but no state", null);
    }
    writes.put(oid, data);
    bases.put(oid, base);
  }

  @Override
  public void restore(Oid oid, @Nullable Bytes data) {
    demandOpen();
    writes.put(oid, data);
  }

  @Override
  public void checkCurrent(Oid oid, Tid serial) {
    demandOpen();
    demands.put(oid, serial);
  }

  private void demandOpen() {
    if (ended || voted) {
      throw new StorageTransactionException("transaction is not open");
    }
  }

  @Override
  public VoteResult vote() {
    if (ended) {
      throw new StorageTransactionException("transaction has ended");
    }
    try {
      return check(storage.database());
    } catch (StorageException e) {
      ended = true;
      throw e;
    }
  }

  private VoteResult check(MemoryDatabase database) {
    database.reserve(this);
    if (given != null && !given.isAfter(database.lastTid())) {
      database.release(this);
      throw new StorageTransactionException("the given tid is not above the last one");
    }
    demands.forEach(
        (oid, serial) -> {
          Tid committed = database.currentTid(oid);
          if (!committed.equals(serial)) {
            database.release(this);
            throw new ReadConflictException(oid, committed, serial);
          }
        });
    List<VoteResult.Conflict> conflicts = conflicts(database);
    voted = conflicts.isEmpty();
    if (!voted) {
      database.release(this);
      return new VoteResult.Conflicts(conflicts);
    }
    return new VoteResult.Voted(Set.of());
  }

  private List<VoteResult.Conflict> conflicts(MemoryDatabase database) {
    List<VoteResult.Conflict> conflicts = new ArrayList<>();
    bases.forEach(
        (oid, base) -> {
          Tid committed = database.currentTid(oid);
          Bytes data = writes.get(oid);
          if (!committed.equals(base) && data != null) {
            if (base.equals(Tid.NONE) || committed.equals(Tid.NONE)) {
              database.release(this);
              throw new ConflictException(oid, committed, base);
            }
            conflicts.add(new VoteResult.Conflict(oid, committed, base, data));
          }
        });
    return conflicts;
  }

  @Override
  public Tid finish() {
    if (ended || !voted) {
      throw new StorageTransactionException("transaction is not voted");
    }
    ended = true;
    return storage.finish(this, given);
  }

  @Override
  public void abort() {
    if (!ended) {
      ended = true;
      storage.database().release(this);
    }
  }
}
