package dev.objectdb.storage.pg;

import dev.objectdb.object.Oid;
import dev.objectdb.object.Tid;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The one database session that takes the commit lock and writes under it. If it dies, so do the
 * lock and what it was about to write: nothing is ever written by anybody but the holder.
 *
 * <p>Used by one thread at a time. Every call is one round trip, but {@link #write} (two, and one
 * more per chunk of a huge transaction).
 */
interface CommitSession extends AutoCloseable {
  /**
   * Waits for the lock, and reads what others committed in the meantime, in a snapshot taken after
   * the lock was granted.
   *
   * @param wait bound of the wait; past it the server answers lock_not_available
   * @param position where the feed stands
   */
  Grant lock(Duration wait, Tid position) throws SQLException;

  /** Returns the serials of those of these objects that exist. */
  Map<Oid, Tid> current(Collection<Oid> oids) throws SQLException;

  /** Returns those of these revisions that can still be loaded. */
  Set<Revision> loadable(Collection<Revision> revisions) throws SQLException;

  /** Begins a transaction and writes these members into it, with rising tids in their order. */
  Batch write(List<Member> members) throws SQLException, SpoolException;

  /** Commits what {@link #write} wrote. */
  void commit() throws SQLException;

  /** Undoes what {@link #write} wrote; keeps the lock. */
  void rollback() throws SQLException;

  /** Returns whether this batch, written by another session that died, was committed. */
  boolean isCommitted(Batch batch) throws SQLException;

  /** Gives the lock back. */
  void unlock() throws SQLException;

  /** Returns whether another session waits for the lock. */
  boolean isAwaited() throws SQLException;

  /** Runs a task in auto-commit mode. */
  <T> T run(CommitSequencer.Task<T> task) throws SQLException;

  /** Returns whether the session cannot be used any more, this error being the last it said. */
  boolean isLost(SQLException error);

  /** Ends the session, from any thread, without waiting; the server then frees the lock. */
  @Override
  void close();

  /** Opens sessions. */
  @FunctionalInterface
  interface Source {
    CommitSession open() throws SQLException;
  }

  /**
   * The lock is ours.
   *
   * @param delta what was committed above the feed's position
   * @param clock the database's clock as a tid
   */
  record Grant(Delta delta, Tid clock) {}

  /** One revision of one object. */
  record Revision(Oid oid, Tid tid) {}

  /**
   * A voted transaction on its way into a batch.
   *
   * @param existing how many of the objects it changes existed when it was checked
   * @param deleted how many of the objects it deletes existed then
   */
  record Member(Prepared prepared, int existing, int deleted) {}

  /**
   * What was written and not yet committed.
   *
   * @param tids of the members, in their order
   * @param xid PostgreSQL's number of the transaction, to know its log rows from a stranger's
   */
  record Batch(List<Tid> tids, long xid) {
    public Batch {
      tids = List.copyOf(tids);
    }
  }

  /** The staged rows cannot be read back. */
  final class SpoolException extends Exception {
    SpoolException(Throwable cause) {
      super("the staged records cannot be read back", cause);
    }
  }
}
