package dev.objectdb.storage.pg;

import dev.objectdb.object.Tid;
import java.sql.Connection;
import java.sql.SQLException;

/**
 * Puts the commits of all processes into one order: tids rise as transactions become visible.
 *
 * <pre>
 *   vote ──▶ Voted ─────▶ finish ──▶ tid          checks and reserves; writes nothing, has no tid
 *     ├────▶ Conflicts    (reserved still; votes again, or lets go)
 *     └────▶ Failed       (over)                   abort: from anywhere, any time, idempotent
 * </pre>
 *
 * <p>No connection and no tid leave a vote, and what was not finished can be read by nobody. Every
 * ballot is bounded by the transaction timeout, counted from its answer; past it the transaction is
 * aborted and its owner told.
 */
interface CommitSequencer extends AutoCloseable {
  /**
   * Checks the transaction against what is committed and against what others have voted, and
   * reserves it. Waits for the database-wide lock, and for those who reserved the same objects.
   *
   * @throws dev.objectdb.storage.StorageUnavailableException if the deadline passes; the
   *     transaction is over then
   */
  Verdict vote(Ballot ballot, Deadline deadline);

  /**
   * Writes and commits a voted transaction, and tells the feed: everything committed before it
   * first, then the transaction itself, in its place.
   *
   * @throws dev.objectdb.storage.StorageTransactionException if it is not voted
   * @throws dev.objectdb.storage.StorageUnavailableException if it was not committed because the
   *     database failed, or if the outcome cannot be learnt
   */
  Tid finish(Ballot ballot);

  /**
   * Gives up what is reserved since a vote was answered with conflicts: whoever is asked to merge
   * them now may take long. The transaction may still vote again.
   */
  void letGo(Ballot ballot);

  /** Drops a transaction, whether it waits, is voted, or answered with conflicts. */
  void abort(Ballot ballot);

  /**
   * Runs a task on the session that holds the lock, while nothing is voted.
   *
   * @throws dev.objectdb.storage.StorageUnavailableException if the deadline passes before it runs,
   *     or if the database fails
   */
  <T> T exclusive(Task<T> task, Deadline deadline);

  /** Fails everything that waits or is voted, and gives the lock back. */
  @Override
  void close();

  /** Something to be done under the lock, in auto-commit mode. */
  @FunctionalInterface
  interface Task<T> {
    T run(Connection connection) throws SQLException;
  }

  /** A transaction before the sequencer; the same object from its first vote to its end. */
  interface Ballot {
    /** Returns what is voted on; stays the same from a vote to its answer, and once it is voted. */
    Prepared prepared();

    /**
     * The transaction timeout has passed; the sequencer has dropped the ballot already. Called with
     * the feed locked.
     */
    void timedOut();

    /** Returns the place in the feed of whoever began the transaction. */
    InvalidationFeed.FeedSubscription owner();

    /** The transaction is committed; called with the feed locked, at its place in the order. */
    void committed(Tid tid);
  }
}
