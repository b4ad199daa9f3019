package dev.objectdb.zeo;

import dev.objectdb.codec.pickle.PickleValue;
import dev.objectdb.object.Tid;
import dev.objectdb.storage.TransactionCursor;
import dev.objectdb.storage.TransactionCursor.RecordCursor;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The open iterators of one link, by the numbers its client knows them by: walks over transactions,
 * and over the records of one transaction of a walk. Both share one counter.
 *
 * <p>A walk may hold a snapshot of the database, so there are few: beyond the limit the one that
 * rested longest is closed, and so is one that rests for too long. Clients forget iterators and
 * tell only later. The records of a walk end with it, and a walk ends when one of its steps fails.
 * Who goes on with an ended one gets a KeyError, never a premature end that would look like all of
 * it.
 *
 * <p>One call at a time uses them: a client walks one iterator after the other.
 */
final class Cursors implements AutoCloseable {
  private final Extensions extensions;
  private final LinkLimits limits;
  private final LongSupplier nanoTime;

  private final ReentrantLock lock = new ReentrantLock();
  private final Map<Long, Walk> walks = new LinkedHashMap<>(16, 0.75f, true);
  private final Map<Long, Records> records = new HashMap<>();

  /** What {@link #forget} is about to end. */
  private final Set<Long> leaving = ConcurrentHashMap.newKeySet();

  private long nextId;
  private boolean closed;

  private static final class Walk {
    final TransactionCursor cursor;
    @Nullable Tid returned;
    long used;

    Walk(TransactionCursor cursor) {
      this.cursor = cursor;
    }
  }

  private record Records(long walkId, RecordCursor cursor) {}

  Cursors(Extensions extensions, LinkLimits limits, LongSupplier nanoTime) {
    this.extensions = extensions;
    this.limits = limits;
    this.nanoTime = nanoTime;
  }

  /** Makes room for a walk that is about to begin, before it waits for what others hold. */
  void makeRoom() {
    lock.lock();
    try {
      if (walks.size() >= limits.cursorsMax()) {
        end(walks.keySet().iterator().next());
      }
    } finally {
      lock.unlock();
    }
  }

  /** Keeps a walk over transactions, and answers its id. */
  Reply start(TransactionCursor cursor) {
    makeRoom();
    lock.lock();
    try {
      Walk walk = new Walk(cursor);
      walk.used = nanoTime.getAsLong();
      walks.put(nextId, walk);
      if (closed) {
        end(nextId); // the link has ended meanwhile
      }
      return Reply.of(PickleValue.of(nextId++));
    } finally {
      lock.unlock();
    }
  }

  /** Answers the next transaction, or None at the end, which also ends the walk. */
  Reply next(long id) {
    lock.lock();
    try {
      return step(id, id, walk -> next(id, walk));
    } finally {
      lock.unlock();
    }
  }

  private Reply next(long id, Walk walk) {
    Optional<TransactionCursor.Transaction> next = walk.cursor.next();
    if (next.isEmpty()) {
      end(id);
      return Reply.NONE;
    }
    TransactionCursor.Transaction found = next.get();
    walk.returned = found.tid();
    List<PickleValue> extension = extensions.plainItems(found.meta().extension());
    return Reply.of(
        PickleValue.tuple(
            Reply.value(found.tid()),
            PickleValue.of(" "),
            PickleValue.of(found.meta().user()),
            PickleValue.of(found.meta().description()),
            PickleValue.dict(extension.toArray(PickleValue[]::new))));
  }

  /** Begins to walk the records of the transaction that the walk returned last. */
  Reply startRecords(long id, Tid tid) {
    lock.lock();
    try {
      return step(id, id, walk -> startRecords(id, walk, tid));
    } finally {
      lock.unlock();
    }
  }

  private Reply startRecords(long id, Walk walk, Tid tid) {
    if (!tid.equals(walk.returned)) {
      return WireErrors.value("not the transaction that the iterator returned last");
    }
    endRecordsOf(id); // one at a time: those of earlier transactions are forgotten ones
    records.put(nextId, new Records(id, walk.cursor.records(tid)));
    return Reply.of(PickleValue.of(nextId++));
  }

  /** Answers the next record, or None at the end, which also ends this iterator. */
  Reply nextRecord(long id) {
    lock.lock();
    try {
      Records open = records.get(id);
      return open == null
          ? WireErrors.key(id)
          : step(id, open.walkId(), _ -> nextRecord(open)); // its walk does not rest either
    } finally {
      lock.unlock();
    }
  }

  private Reply nextRecord(Records open) {
    Optional<TransactionCursor.Entry> next = open.cursor().next();
    if (next.isEmpty()) {
      endRecordsOf(open.walkId());
      return Reply.NONE;
    }
    TransactionCursor.Entry record = next.get();
    return Reply.of(
        PickleValue.tuple(
            Reply.value(record.oid()),
            Reply.value(record.tid()),
            record.data() == null ? PickleValue.None.NONE : PickleValue.of(record.data()),
            record.dataTid() == null ? PickleValue.None.NONE : Reply.value(record.dataTid())));
  }

  /**
   * Takes a step of a walk. One that fails ends the walk, whose cursor may be anywhere now: closed,
   * so that it would answer its end, or behind what was not answered.
   *
   * @param id the iterator that the client named
   */
  private Reply step(long id, long walkId, Function<Walk, Reply> step) {
    Walk walk = walks.get(walkId);
    if (walk == null || leaving.contains(id)) {
      return WireErrors.key(id);
    }
    try {
      return step.apply(walk);
    } catch (Throwable e) {
      end(walkId);
      throw e;
    } finally {
      walk.used = nanoTime.getAsLong(); // it rests from now on, however long the step took
    }
  }

  /** Ends a walk, and with it its records, which are read on the walk's own session. */
  private void end(long id) {
    Walk walk = walks.remove(id);
    if (walk != null) {
      records.values().removeIf(open -> open.walkId() == id);
      walk.cursor.close();
    }
  }

  private void endRecordsOf(long walkId) {
    records
        .values()
        .removeIf(
            open -> {
              boolean ends = open.walkId() == walkId;
              if (ends) {
                open.cursor().close();
              }
              return ends;
            });
  }

  /**
   * Says that these are about to be forgotten, which may have to wait for a step of a walk: the
   * calls that come after this find them no more.
   */
  void announceForget(Collection<Long> ids) {
    leaving.addAll(ids);
  }

  /** Ends these; ids that have ended before are none of our concern. */
  void forget(Collection<Long> ids) {
    lock.lock();
    try {
      for (long id : ids) {
        Records open = records.get(id);
        if (open != null) {
          endRecordsOf(open.walkId());
        } else {
          end(id);
        }
      }
    } finally {
      leaving.removeAll(ids);
      lock.unlock();
    }
  }

  /** Closes what rested for too long; called from time to time. */
  void closeIdle() {
    if (!lock.tryLock()) {
      return; // in use, so not idle
    }
    try {
      long now = nanoTime.getAsLong();
      long idleMax = limits.cursorIdleMax().toNanos();
      for (Map.Entry<Long, Walk> eldestFirst : List.copyOf(walks.entrySet())) {
        if (now - eldestFirst.getValue().used <= idleMax) {
          return;
        }
        end(eldestFirst.getKey());
      }
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      List.copyOf(walks.keySet()).forEach(this::end);
    } finally {
      lock.unlock();
    }
  }
}
