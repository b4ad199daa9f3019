package dev.objectdb.storage.pg;

import dev.objectdb.object.Check;
import dev.objectdb.object.Tid;
import dev.objectdb.storage.StorageTransactionException;
import dev.objectdb.storage.StorageUnavailableException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes and commits what is finished, and finds out what became of it when the answer is lost.
 *
 * <pre>
 *   write ─▶ COMMIT ─▶ told by the feed ─▶ answered
 *     │         └ connection lost: new session, lock 0, is the log row there?
 *     ├ transient error: again, under the same lock
 *     ├ data error in a batch: each member alone
 *     └ data error alone, or connection lost: it fails; nothing was changed
 * </pre>
 *
 * <p>Taking lock 0 before looking for the log row is what makes the look decisive: a backend that
 * is still committing still holds it. Rows of objects say nothing, since a writer behind us may
 * have overwritten them. Used by the sequencer's thread alone.
 */
final class BatchCommit {
  /** One batch is one message to the database, and one flush of its log. */
  private static final long BYTES_MAX = 8L << 20;

  private static final int MEMBERS_MAX = 256;

  /** A catalog worker that locks rows in another order costs us one; nobody costs us five. */
  private static final int ATTEMPTS_MAX = 5;

  /** A failover takes seconds; past this the client is told that nobody knows. */
  private static final Duration LEARNING = Duration.ofSeconds(60);

  private static final Duration PAUSE = Duration.ofMillis(200);

  private static final Logger log = LoggerFactory.getLogger(BatchCommit.class);

  private final Tenure tenure;
  private final Ballots ballots;
  private final InvalidationFeed feed;
  private final LongSupplier clock;
  private CommitSession.@Nullable Grant relocked;

  BatchCommit(Tenure tenure, Ballots ballots, InvalidationFeed feed, LongSupplier clock) {
    this.tenure = tenure;
    this.ballots = ballots;
    this.feed = feed;
    this.clock = clock;
  }

  /** Takes as many finishers from the head of the queue as go into one batch; at least one. */
  static List<TenureSequencer.Finisher> take(Deque<TenureSequencer.Finisher> finishers) {
    List<TenureSequencer.Finisher> batch = new ArrayList<>();
    long bytes = 0;
    while (!finishers.isEmpty() && batch.size() < MEMBERS_MAX) {
      bytes += finishers.getFirst().voter().prepared.size();
      if (bytes > BYTES_MAX && !batch.isEmpty()) {
        break;
      }
      batch.add(finishers.removeFirst());
    }
    return batch;
  }

  /**
   * Commits a batch and answers each of its members; leaves the tenure free if its lock is lost.
   */
  void commit(List<TenureSequencer.Finisher> batch) {
    try {
      for (int attempt = 1; !isDone(batch, attempt); attempt++) {}
    } catch (StorageUnavailableException e) {
      batch.forEach(member -> end(member, e)); // the outcome could not be learnt
    } catch (RuntimeException | Error e) {
      batch.forEach(member -> end(member, e)); // those already answered keep their answer
      throw e;
    }
  }

  /** Tries once; returns whether every member has its answer. */
  private boolean isDone(List<TenureSequencer.Finisher> batch, int attempt) {
    try {
      commitOnce(batch);
      return true;
    } catch (SQLException | CommitSession.SpoolException e) {
      if (isLockLost(e)) {
        tenure.lost();
        batch.forEach(member -> end(member, TenureSequencer.lockLost(e)));
        return true;
      }
      if (!isWorthRetrying(e) || attempt == ATTEMPTS_MAX) {
        fail(batch, e);
        return true;
      }
      log.atInfo().setCause(e).log("a commit is tried again");
      return false;
    }
  }

  private void commitOnce(List<TenureSequencer.Finisher> batch)
      throws SQLException, CommitSession.SpoolException {
    relocked = null;
    List<Ballots.Voter> voters = batch.stream().map(TenureSequencer.Finisher::voter).toList();
    CommitSession.Batch written =
        tenure.session().write(voters.stream().map(Ballots.Voter::member).toList());
    checkOrder(written.tids());
    boolean committed =
        feed.committing(
            () -> commitOrLearn(written),
            voters.stream().map(voter -> voter.ballot).toList(),
            written.tids());
    CommitSession.Grant grant = relocked;
    if (grant == null) {
      written.tids().forEach(tenure::raiseLast);
    }
    for (int i = 0; i < batch.size(); i++) {
      if (committed) {
        ballots.drop(voters.get(i).ballot);
        batch.get(i).tid().complete(written.tids().get(i));
      } else {
        end(batch.get(i), TenureSequencer.lockLost(null));
      }
    }
    if (grant != null) {
      afterLearning(grant);
    }
  }

  private void checkOrder(List<Tid> tids) {
    Tid before = tenure.last();
    for (Tid tid : tids) {
      Check.invariant(tid.isAfter(before), "a tid is above every committed one");
      before = tid;
    }
  }

  private boolean commitOrLearn(CommitSession.Batch written) throws SQLException {
    CommitSession session = tenure.session();
    try {
      session.commit();
      return true;
    } catch (SQLException e) {
      if (!session.isLost(e)) {
        throw e;
      }
      log.atWarn().setCause(e).log("the connection was lost during a commit");
      tenure.lost();
      return learn(written, e);
    }
  }

  /** Asks on a new session, under the lock, whether the batch is in the log. */
  private boolean learn(CommitSession.Batch written, SQLException lost) {
    Deadline deadline = Deadline.after(LEARNING);
    while (!deadline.left().isZero() && !tenure.isClosed()) {
      try {
        CommitSession session = tenure.open();
        CommitSession.Grant grant = session.lock(deadline.left(), feed.position());
        boolean committed = session.isCommitted(written);
        tenure.granted(session, grant, clock.getAsLong());
        relocked = grant;
        log.atInfo().addKeyValue("committed", committed).log("the outcome of a commit is known");
        return committed;
      } catch (SQLException e) {
        tenure.lost();
        pause();
      }
    }
    throw new StorageUnavailableException("the outcome of the commit is not known", lost);
  }

  private static void pause() {
    try {
      Thread.sleep(PAUSE);
    } catch (InterruptedException e) {
      throw new IllegalStateException("nobody interrupts the sequencer", e);
    }
  }

  /** What others committed before we had the lock again; what was voted before is void. */
  private void afterLearning(CommitSession.Grant grant) {
    ballots.dropVoted();
    try {
      feed.apply(grant.delta());
    } catch (StorageUnavailableException e) {
      log.atWarn().setCause(e).log("the feed could not be told what was learnt");
    }
    tenure.release();
  }

  /** Nothing of a failed attempt stays behind in the session, or the session goes with it. */
  private boolean isLockLost(Exception error) {
    if (!tenure.isHeld()) {
      return true;
    }
    CommitSession session = tenure.session();
    if (error instanceof SQLException sql && session.isLost(sql)) {
      return true;
    }
    try {
      session.rollback();
      return false;
    } catch (SQLException e) {
      error.addSuppressed(e);
      return true;
    }
  }

  private static boolean isWorthRetrying(Exception error) {
    return error instanceof SQLException sql
        && (SqlErrors.kind(sql) == SqlErrors.Kind.TRANSIENT || SqlErrors.isLockTimeout(sql));
  }

  private void fail(List<TenureSequencer.Finisher> batch, Exception cause) {
    if (cause instanceof SQLException busy && SqlErrors.kind(busy) == SqlErrors.Kind.BUSY) {
      log.atWarn().setCause(cause).log("a commit could not be written");
      batch.forEach(member -> end(member, SqlErrors.unavailable("writing a commit", busy)));
      return;
    }
    if (batch.size() > 1) {
      log.atWarn().setCause(cause).log("a batch failed: its members are committed one by one");
      for (TenureSequencer.Finisher member : batch) {
        if (tenure.isHeld()) {
          commit(List.of(member));
        } else {
          end(member, TenureSequencer.lockLost(cause));
        }
      }
      return;
    }
    log.atError().setCause(cause).log("a transaction could not be written");
    end(batch.getFirst(), new StorageTransactionException("the database refused it", cause));
  }

  private void end(TenureSequencer.Finisher member, Throwable cause) {
    ballots.drop(member.voter().ballot);
    member.tid().completeExceptionally(cause);
  }
}
