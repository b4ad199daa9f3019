package dev.objectdb.zeo;

import dev.objectdb.codec.pickle.PickleValue;
import dev.objectdb.object.Tid;
import dev.objectdb.storage.TransactionCursor;
import dev.objectdb.storage.TransactionCursor.RecordCursor;
import java.util.Collection;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The open iterators of one link, by the numbers its client knows them by: walks over transactions,
 * and over the records of one transaction of a walk. Both share one counter.
 *
 * <p>A walk may hold a snapshot of the database, so there are few: beyond the limit the one that
 * rested longest is closed, and so is one that rests for too long. Clients forget iterators and
 * tell only later. The records of a walk end with it. Who goes on with an ended one gets a
 * KeyError, never a premature end that would look like all of it.
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

  private record Records(long walkId, Walk walk, RecordCursor cursor) {}

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
      Walk walk = use(id);
      if (walk == null) {
        return WireErrors.key(id);
      }
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
    } finally {
      lock.unlock();
    }
  }

  /** Begins to walk the records of the transaction that the walk returned last. */
  Reply startRecords(long id, Tid tid) {
    lock.lock();
    try {
      Walk walk = use(id);
      if (walk == null) {
        return WireErrors.key(id);
      }
      if (!tid.equals(walk.returned)) {
        return WireErrors.value("not the transaction that the iterator returned last");
      }
      endRecordsOf(id); // one at a time: those of earlier transactions are forgotten ones
      records.put(nextId, new Records(id, walk, walk.cursor.records(tid)));
      return Reply.of(PickleValue.of(nextId++));
    } finally {
      lock.unlock();
    }
  }

  /** Answers the next record, or None at the end, which also ends this iterator. */
  Reply nextRecord(long id) {
    lock.lock();
    try {
      Records open = records.get(id);
      if (open == null) {
        return WireErrors.key(id);
      }
      use(open.walkId());
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
    } finally {
      lock.unlock();
    }
  }

  private @Nullable Walk use(long id) {
    Walk walk = walks.get(id);
    if (walk != null) {
      walk.used = nanoTime.getAsLong();
    }
    return walk;
  }

  private void end(long id) {
    endRecordsOf(id);
    Walk walk = walks.remove(id);
    if (walk != null) {
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

  /** Ends these; ids that have ended before are none of our concern. */
  void forget(Collection<Long> ids) {
    lock.lock();
    try {
      for (long id : ids) {
        Records open = records.get(id);
        if (open != null) {
          endRecordsOf(open.walkId());
        }
        end(id);
      }
    } finally {
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
      for (Iterator<Walk> eldestFirst = walks.values().iterator(); eldestFirst.hasNext(); ) {
        Walk walk = eldestFirst.next();
        if (now - walk.used <= idleMax) {
          return;
        }
        eldestFirst.remove();
        walk.cursor.close();
        records.values().removeIf(open -> open.walk().equals(walk));
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
