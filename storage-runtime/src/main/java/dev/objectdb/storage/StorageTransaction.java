package dev.objectdb.storage;

import dev.objectdb.object.Bytes;
import dev.objectdb.object.Oid;
import dev.objectdb.object.Tid;
import org.jspecify.annotations.Nullable;

/**
 * One transaction on its way through two-phase commit.
 *
 * <pre>
 *   store* ──vote──▶ Voted ──finish──▶ committed
 *     ▲       │
 *     └─ Conflicts (store the resolved records, vote again)      abort: from anywhere, any time
 * </pre>
 *
 * <p>Used by one thread at a time, except {@link #abort}, which any thread may call. Each record is
 * transcoded when it is stored; no lock is held before {@link #vote}.
 */
public interface StorageTransaction extends AutoCloseable {
  /**
   * Adds a record. The last one for an oid wins; each is checked against the committed revision.
   *
   * @param base serial of the revision this one replaces, {@link Tid#NONE} for a new object
   * @throws InvalidRecordException if the record is over a limit, or has a class but no state
   */
  void store(Oid oid, Tid base, Bytes data);

  /**
   * Adds a record without checking for conflicts, as a copy of another storage does.
   *
   * @param data the record, or null: the object does not exist from here on
   */
  void restore(Oid oid, @Nullable Bytes data);

  /** Demands that the object's current serial is still this one when the transaction commits. */
  void checkCurrent(Oid oid, Tid serial);

  /**
   * Checks everything, and reserves what was stored until {@link #finish} or {@link #abort}.
   *
   * @throws ConflictException if a conflict cannot be left to the client
   * @throws ReadConflictException if a {@link #checkCurrent} demand does not hold
   * @throws StorageTransactionException if this transaction already ended
   * @throws StorageUnavailableException if the database does not answer in time; nothing was
   *     changed
   */
  VoteResult vote();

  /**
   * Commits. Before it returns, every listener has been told of each earlier commit and of this
   * one, and this transaction's own listener got {@link StorageListener#committed}.
   *
   * @return the transaction's tid, durable and visible
   * @throws StorageTransactionException unless the last vote answered {@link VoteResult.Voted}
   * @throws StorageUnavailableException if the outcome cannot be learnt
   */
  Tid finish();

  /** Ends the transaction without a trace; does nothing after {@link #finish} or another abort. */
  void abort();

  /** The same as {@link #abort}. */
  @Override
  default void close() {
    abort();
  }
}
