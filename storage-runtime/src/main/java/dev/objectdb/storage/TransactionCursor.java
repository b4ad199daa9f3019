package dev.objectdb.storage;

import dev.objectdb.object.Bytes;
import dev.objectdb.object.Oid;
import dev.objectdb.object.Tid;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Walks committed transactions in tid order, holding a bounded number of them in memory.
 *
 * <p>Used by one thread at a time. All of a walk sees the snapshot of its beginning.
 */
public interface TransactionCursor extends AutoCloseable {
  /**
   * Returns the next transaction, or empty at the end, after which the cursor is closed.
   *
   * @throws StorageUnavailableException if it was closed before its end
   */
  Optional<Transaction> next();

  /**
   * Opens the records of a transaction that {@link #next} returned. They cannot be read on when
   * this cursor is closed.
   */
  RecordCursor records(Tid tid);

  @Override
  void close();

  /** A transaction as it stands in the log. */
  record Transaction(Tid tid, TransactionMeta meta) {}

  /** Walks the records of one transaction, by oid. */
  interface RecordCursor extends AutoCloseable {
    /**
     * Returns the next record, or empty at the end.
     *
     * @throws StorageUnavailableException if the cursor it belongs to was closed before that
     */
    Optional<Entry> next();

    @Override
    void close();
  }

  /**
   * What a transaction did to one object.
   *
   * @param data the record, or null where the object ceased to exist
   * @param dataTid the earlier transaction whose record this one repeats, or null
   */
  record Entry(Oid oid, Tid tid, @Nullable Bytes data, @Nullable Tid dataTid) {}
}
