package dev.objectdb.zeo;

import dev.objectdb.codec.pickle.PickleValue;
import dev.objectdb.object.Tid;
import dev.objectdb.storage.TransactionCursor;
import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The open iterators of one link, by the numbers its client knows them by. Those of transactions
 * and those of records share one counter. Beyond the limit the one that rested longest is closed;
 * so is one that rests for too long. Its client then gets a KeyError, and begins again.
 *
 * <p>One call at a time uses them: a client walks one iterator after the other.
 */
final class Cursors implements AutoCloseable {
  private final Extensions extensions;
  private final LinkLimits limits;
  private final LongSupplier nanoTime;

  private final ReentrantLock lock = new ReentrantLock();
  private final Map<Long, Entry> entries = new LinkedHashMap<>(16, 0.75f, true);
  private long nextId;
  private boolean closed;

  private static final class Entry {
    final TransactionCursor transactions;
    final TransactionCursor.@Nullable RecordCursor records;
    @Nullable Tid returned;
    long used;

    Entry(TransactionCursor transactions, TransactionCursor.@Nullable RecordCursor records) {
      this.transactions = transactions;
      this.records = records;
    }

    void close() {
      if (records != null) {
        records.close();
      } else {
        transactions.close();
      }
    }
  }

  Cursors(Extensions extensions, LinkLimits limits, LongSupplier nanoTime) {
    this.extensions = extensions;
    this.limits = limits;
    this.nanoTime = nanoTime;
  }

  /** Keeps an iterator over transactions, and answers its id. */
  Reply start(TransactionCursor cursor) {
    lock.lock();
    try {
      return Reply.of(PickleValue.of(add(new Entry(cursor, null))));
    } finally {
      lock.unlock();
    }
  }

  private long add(Entry entry) {
    if (closed) {
      entry.close();
      return nextId;
    }
    if (entries.size() >= limits.cursorsMax()) {
      Iterator<Entry> eldestFirst = entries.values().iterator();
      eldestFirst.next().close();
      eldestFirst.remove();
    }
    entry.used = nanoTime.getAsLong();
    entries.put(nextId, entry);
    return nextId++;
  }

  /** Answers the next transaction, or None at the end, which also ends the iterator. */
  Reply next(long id) {
    lock.lock();
    try {
      Entry entry = use(id);
      if (entry == null || entry.records != null) {
        return WireErrors.key(id);
      }
      Optional<TransactionCursor.Transaction> next = entry.transactions.next();
      if (next.isEmpty()) {
        remove(id);
        return Reply.NONE;
      }
      TransactionCursor.Transaction found = next.get();
      entry.returned = found.tid();
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

  /** Begins to walk the records of the transaction that the iterator returned last. */
  Reply startRecords(long id, Tid tid) {
    lock.lock();
    try {
      Entry entry = use(id);
      if (entry == null || entry.records != null) {
        return WireErrors.key(id);
      }
      if (!tid.equals(entry.returned)) {
        return WireErrors.value("not the transaction that the iterator returned last");
      }
      TransactionCursor.RecordCursor records = entry.transactions.records(tid);
      return Reply.of(PickleValue.of(add(new Entry(entry.transactions, records))));
    } finally {
      lock.unlock();
    }
  }

  /** Answers the next record, or None at the end, which also ends this iterator. */
  Reply nextRecord(long id) {
    lock.lock();
    try {
      Entry entry = use(id);
      if (entry == null || entry.records == null) {
        return WireErrors.key(id);
      }
      Optional<TransactionCursor.Entry> next = entry.records.next();
      if (next.isEmpty()) {
        remove(id);
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

  private @Nullable Entry use(long id) {
    Entry entry = entries.get(id);
    if (entry != null) {
      entry.used = nanoTime.getAsLong();
    }
    return entry;
  }

  private void remove(long id) {
    Entry entry = entries.remove(id);
    if (entry != null) {
      entry.close();
    }
  }

  /** Ends these; ids that have ended before are none of our concern. */
  void forget(Collection<Long> ids) {
    lock.lock();
    try {
      ids.forEach(this::remove);
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
      Iterator<Entry> eldestFirst = entries.values().iterator();
      while (eldestFirst.hasNext()) {
        Entry entry = eldestFirst.next();
        if (now - entry.used <= limits.cursorIdleMax().toNanos()) {
          return;
        }
        entry.close();
        eldestFirst.remove();
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
      entries.values().forEach(Entry::close);
      entries.clear();
    } finally {
      lock.unlock();
    }
  }
}
