package dev.objectdb.storage;

import dev.objectdb.object.Bytes;
import dev.objectdb.object.Oid;
import dev.objectdb.object.Tid;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One object database. Safe for use by any number of threads.
 *
 * <p>Every method may throw {@link StorageUnavailableException}: the database did not answer within
 * its deadline, nothing was changed, and a later call may succeed.
 */
public interface Storage extends AutoCloseable {
  HistoryMode historyMode();

  /** Returns this many oids that nobody else was given, ascending. */
  List<Oid> newOids(int count);

  /**
   * Returns the newest revision below {@code before}. {@code before = Tid.MAX} means the newest one
   * at the feed's position.
   *
   * @return empty if the object exists, but no revision from before is known (any more)
   * @throws PosKeyException if the object does not exist, or did not at that point
   */
  Optional<Loaded> loadBefore(Oid oid, Tid before);

  /** Returns the current revisions of these objects in one round trip; leaves out unknown ones. */
  Map<Oid, Loaded> loadMany(Collection<Oid> oids);

  /**
   * Returns exactly this revision.
   *
   * @throws PosKeyException if it is not there (any more)
   */
  Bytes loadSerial(Oid oid, Tid serial);

  /**
   * Returns the serial of the current revision.
   *
   * @throws PosKeyException if the object does not exist
   */
  Tid getTid(Oid oid);

  /**
   * Returns up to {@code size} revisions, newest first.
   *
   * @throws PosKeyException if the object does not exist
   */
  List<HistoryEntry> history(Oid oid, int size);

  /** Walks the transactions from {@code first} to {@code last}, both included. */
  TransactionCursor transactions(Tid first, Tid last);

  /** Returns the existing object with the lowest oid not below {@code from}. */
  Optional<CurrentRecord> recordFrom(Oid from);

  /** Returns what changed after {@code since}, as far as a cache can be mended by it. */
  ChangesSince changesSince(Tid since);

  /** Returns sizes and counts, estimated. */
  StorageStats stats();

  /**
   * Returns the feed's position: nobody is answered with anything newer, and no listener of this
   * process was told of anything newer.
   */
  Tid position();

  /**
   * Tells the listeners everything that is committed now, anywhere.
   *
   * @return a tid up to which the listeners were told everything
   */
  Tid sync();

  /** Catches up as {@link #sync} does, and adds the listener to the feed in the same step. */
  Subscription subscribe(StorageListener listener);

  /**
   * Begins a transaction. Takes no lock and sends nothing.
   *
   * @param owner the subscription whose listener is told of this transaction's end
   */
  StorageTransaction begin(Subscription owner, TransactionMeta meta);

  /**
   * Begins a transaction that keeps the tid it had in another storage.
   *
   * @param tid must be above every committed tid when the transaction votes
   */
  StorageTransaction begin(Subscription owner, TransactionMeta meta, Tid tid);

  /** Drops every subscription and connection; open transactions are aborted. */
  @Override
  void close();
}
