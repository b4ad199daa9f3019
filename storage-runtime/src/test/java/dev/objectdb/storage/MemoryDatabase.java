package dev.objectdb.storage;

import dev.objectdb.object.Bytes;
import dev.objectdb.object.Check;
import dev.objectdb.object.Oid;
import dev.objectdb.object.Tid;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What several {@link MemoryStorage}s share, as pods share a PostgreSQL: the log, the revisions,
 * the reservations of voted transactions. Everything under one monitor.
 */
public final class MemoryDatabase {
  private static final Duration VOTE_PATIENCE = Duration.ofSeconds(10);

  final HistoryMode mode;
  final NavigableMap<Tid, Committed> log = new TreeMap<>();
  final NavigableMap<Oid, NavigableMap<Tid, Revision>> objects = new TreeMap<>();
  private final Map<Oid, Set<MemoryTransaction>> reserved = new HashMap<>();
  private long lastOid;

  /** One transaction of the log, with what it wrote. */
  record Committed(TransactionMeta meta, Set<Oid> oids) {}

  /** One revision; data null: the object does not exist from here on. */
  record Revision(Tid tid, @Nullable Bytes data) {}

  public MemoryDatabase(HistoryMode mode) {
    this.mode = mode;
  }

  synchronized Tid lastTid() {
    return log.isEmpty() ? Tid.NONE : log.lastKey();
  }

  synchronized List<Oid> newOids(int count) {
    List<Oid> oids = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      oids.add(new Oid(++lastOid));
    }
    return oids;
  }

  /** Returns the current revision's tid, {@link Tid#NONE} where there is none. */
  synchronized Tid currentTid(Oid oid) {
    Revision current = current(oid);
    return current == null ? Tid.NONE : current.tid();
  }

  synchronized @Nullable Revision current(Oid oid) {
    NavigableMap<Tid, Revision> revisions = objects.get(oid);
    return revisions == null ? null : revisions.lastEntry().getValue();
  }

  /** Returns the record of this very revision; null where it does not exist. */
  synchronized @Nullable Bytes data(Oid oid, Tid tid) {
    NavigableMap<Tid, Revision> revisions = objects.get(oid);
    Revision revision = revisions == null ? null : revisions.get(tid);
    return revision == null ? null : revision.data();
  }

  /** Waits until nobody else holds one of the oids, then holds them for the transaction. */
  synchronized void reserve(MemoryTransaction transaction) {
    Instant deadline = Instant.now().plus(VOTE_PATIENCE);
    while (!transaction.isEnded() && isHeldByOther(transaction)) {
      long left = Duration.between(Instant.now(), deadline).toMillis();
      if (left <= 0) {
        throw new StorageUnavailableException("vote waited too long", null);
      }
      try {
        wait(left);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new StorageUnavailableException("interrupted", e);
      }
    }
    if (transaction.isEnded()) {
      throw new StorageTransactionException("transaction has ended");
    }
    for (Oid oid : transaction.touched()) {
      reserved.computeIfAbsent(oid, _ -> new HashSet<>()).add(transaction);
    }
  }

  private boolean isHeldByOther(MemoryTransaction transaction) {
    return transaction.touched().stream()
        .flatMap(oid -> reserved.getOrDefault(oid, Set.of()).stream())
        .anyMatch(holder -> holder != transaction);
  }

  synchronized void release(MemoryTransaction transaction) {
    reserved.values().forEach(holders -> holders.remove(transaction));
    reserved.values().removeIf(Set::isEmpty);
    notifyAll();
  }

  synchronized Tid nextTid() {
    Tid now = Tid.at(Instant.now());
    return now.isAfter(lastTid()) ? now : lastTid().next();
  }

  synchronized Tid commit(MemoryTransaction transaction, @Nullable Tid given) {
    Tid tid = given == null ? nextTid() : given;
    Check.invariant(tid.isAfter(lastTid()), "tids rise");
    transaction
        .writes()
        .forEach(
            (oid, data) -> {
              lastOid = Math.max(lastOid, oid.value());
              objects.computeIfAbsent(oid, _ -> new TreeMap<>()).put(tid, new Revision(tid, data));
            });
    log.put(tid, new Committed(transaction.meta(), Set.copyOf(transaction.writes().keySet())));
    release(transaction);
    return tid;
  }

  /** Returns what changed in ({@code after}, {@code upTo}]. */
  synchronized Set<Oid> changes(Tid after, Tid upTo) {
    Set<Oid> oids = new HashSet<>();
    log.subMap(after, false, upTo, true).values().forEach(entry -> oids.addAll(entry.oids()));
    return oids;
  }

  /** Forgets replaced revisions, as a history-free database does after its window. */
  public synchronized void forgetReplaced() {
    objects.values().forEach(revisions -> revisions.headMap(revisions.lastKey(), false).clear());
  }
}
