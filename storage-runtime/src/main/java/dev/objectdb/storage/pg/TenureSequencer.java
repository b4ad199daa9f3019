package dev.objectdb.storage.pg;

import dev.objectdb.object.Tid;
import dev.objectdb.storage.StorageException;
import dev.objectdb.storage.StorageUnavailableException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The order of commits by advisory lock 0: this process takes the lock for all its voters together,
 * and writes what they finish in batches.
 *
 * <pre>
 *   voters ──▶ inbox ──▶ one thread:  ask ▸ granted: feed what others did
 *                                     check everybody who waits, in one query ▸ answer
 *   finishers ─▶ inbox ─▶             write all that are finished ▸ COMMIT and feed ▸ answer
 *                                     nobody voted: unlock, ask again if somebody waits
 * </pre>
 *
 * <p>One thread runs commands from the inbox and owns all state; callers wait for its answers. A
 * tenure admits votes for {@link Tenure#ADMISSION}, then only finishes what is voted, so that other
 * processes and Python writers, whom PostgreSQL lets in by turns, do not starve; while none of them
 * waits, a client that does not finish keeps nobody out. Nor do we starve: who merges, and found
 * another process first three times, keeps the tenure until then. If the session dies, the lock is
 * gone: everything voted under it fails, as nothing may be written without it.
 */
final class TenureSequencer implements CommitSequencer {
  /** For a commit that is under way, when the storage is closed. */
  private static final Duration CLOSING = Duration.ofSeconds(5);

  /** A longer wait is asked in parts, since who asks does not notice that the server is gone. */
  private static final Duration ASK_MAX = Duration.ofSeconds(60);

  private static final Logger log = LoggerFactory.getLogger(TenureSequencer.class);

  private final InvalidationFeed feed;
  private final LongSupplier clock;
  private final Tenure tenure;
  private final Ballots ballots;
  private final BatchCommit batches;

  /** At most one command per open transaction waits here, and one per asked lock. */
  private final BlockingQueue<Runnable> inbox = new LinkedBlockingQueue<>();

  private final Deque<Finisher> finishers = new ArrayDeque<>();
  private final Thread thread;
  private volatile boolean closed;
  private volatile boolean ended;

  /** A voted transaction whose owner waits for its tid. */
  record Finisher(Ballots.Voter voter, CompletableFuture<Tid> tid) {}

  /**
   * Starts the thread.
   *
   * @param transactionTimeout bound from the answer to a vote to finish, abort or the next vote
   * @param clock monotonic, in nanoseconds
   */
  TenureSequencer(
      CommitSession.Source sessions,
      InvalidationFeed feed,
      Duration transactionTimeout,
      LongSupplier clock) {
    this.feed = feed;
    this.clock = clock;
    this.tenure = new Tenure(sessions);
    this.ballots = new Ballots(transactionTimeout.toNanos());
    this.batches = new BatchCommit(tenure, ballots, feed, clock);
    this.thread = Thread.ofVirtual().name("objectdb-commit").start(this::run);
  }

  @Override
  public Verdict vote(Ballot ballot, Deadline deadline) {
    CompletableFuture<Verdict> answer = new CompletableFuture<>();
    send(() -> ballots.arrive(ballot, answer, deadline), answer);
    try {
      return await(answer, deadline);
    } catch (StorageException e) {
      abort(ballot);
      throw e;
    }
  }

  @Override
  public Tid finish(Ballot ballot) {
    CompletableFuture<Tid> tid = new CompletableFuture<>();
    send(() -> finishing(ballot, tid), tid);
    return await(tid, null);
  }

  private void finishing(Ballot ballot, CompletableFuture<Tid> tid) {
    Ballots.Voter voter = ballots.finishing(ballot);
    if (voter == null) {
      tid.completeExceptionally(lockLost(null));
    } else {
      finishers.add(new Finisher(voter, tid));
    }
  }

  @Override
  public void letGo(Ballot ballot) {
    inbox.add(() -> ballots.letGo(ballot));
  }

  @Override
  public void abort(Ballot ballot) {
    inbox.add(() -> ballots.abort(ballot));
  }

  @Override
  public <T> T exclusive(Task<T> task, Deadline deadline) {
    CompletableFuture<T> answer = new CompletableFuture<>();
    Ballots.Exclusive<T> exclusive = new Ballots.Exclusive<>(task, deadline, answer);
    send(() -> ballots.arrive(exclusive), answer);
    try {
      return await(answer, deadline);
    } catch (StorageException e) {
      inbox.add(() -> ballots.drop(exclusive)); // or the lock would be asked for it for ever
      throw e;
    }
  }

  @Override
  public void close() {
    closed = true;
    tenure.stop();
    inbox.add(() -> {});
    try {
      if (!thread.join(CLOSING)) {
        tenure.close(); // it waits for a database that does not answer
        thread.join();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void send(Runnable command, CompletableFuture<?> answer) {
    inbox.add(command);
    if (ended) { // what came before that is answered by the thread, as its last act
      answer.completeExceptionally(new StorageUnavailableException("the storage is closed", null));
    }
  }

  /** Waits for an answer; without a deadline the sequencer's own bounds hold. */
  private static <T> T await(CompletableFuture<T> answer, @Nullable Deadline deadline) {
    try {
      return deadline == null
          ? answer.get()
          : answer.get(deadline.left().toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      answer.cancel(false);
      throw new StorageUnavailableException("the commit lock was not granted in time", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StorageUnavailableException("interrupted while waiting for the commit lock", e);
    } catch (ExecutionException e) {
      throw rethrown(e.getCause());
    }
  }

  private static RuntimeException rethrown(@Nullable Throwable cause) {
    return cause instanceof StorageException known
        ? known
        : new IllegalStateException("the commit failed for a reason of ours", cause);
  }

  private void run() {
    while (!closed) {
      try {
        Runnable command = next();
        while (command != null) {
          command.run();
          command = inbox.poll();
        }
        for (Ballot ballot : ballots.takeTimedOut(clock.getAsLong())) {
          log.atInfo().log("a transaction took too long after its vote: it is aborted");
          feed.timedOut(ballot);
        }
        step();
      } catch (Throwable e) { // callers wait for this thread, whatever happens to it
        log.atError().setCause(e).log("the commit side failed: all that is voted is aborted");
        lose(e);
        failWaiting(e);
      }
    }
    end();
  }

  /** The thread's last act: everybody who waits, or still comes, is answered. */
  private void end() {
    StorageUnavailableException closing =
        new StorageUnavailableException("the storage is closed", null);
    lose(closing);
    tenure.close();
    ended = true;
    for (Runnable late = inbox.poll(); late != null; late = inbox.poll()) {
      try {
        late.run();
      } catch (Throwable e) {
        log.atError().setCause(e).log("a command failed while the commit side ended");
      }
    }
    failFinishers(closing);
    failWaiting(closing);
  }

  private @Nullable Runnable next() {
    if (!finishers.isEmpty()) {
      return inbox.poll();
    }
    OptionalLong timeout = ballots.nextTimeout();
    try {
      if (tenure.isHeld() && !ballots.isAnyVoted()) { // it is kept for somebody who merges
        return inbox.poll(tenure.freshFor(clock.getAsLong()), TimeUnit.NANOSECONDS);
      }
      return timeout.isPresent()
          ? inbox.poll(timeout.getAsLong() - clock.getAsLong(), TimeUnit.NANOSECONDS)
          : inbox.take();
    } catch (InterruptedException e) {
      throw new IllegalStateException("nobody interrupts the sequencer", e);
    }
  }

  /** Does everything that can be done now. */
  private void step() {
    if (tenure.isHeld()) {
      finishAll();
    }
    if (isSomebodySlow()) {
      renew();
    }
    if (tenure.isFresh(clock.getAsLong())) {
      if (!tenure.isBehind()) {
        admit();
      }
      runExclusive();
    }
    if (tenure.isHeld() && !ballots.isAnyVoted() && isTurnOver()) {
      tenure.release();
    }
    if (tenure.isFree() && ballots.isWaiting() && !closed) {
      tenure.ask(longestWait(), feed.position(), answer -> inbox.add(() -> answered(answer)));
    }
  }

  /** The turn is over but for a client that has not finished yet, and others have come since. */
  private boolean isSomebodySlow() {
    return tenure.isHeld()
        && !tenure.isFresh(clock.getAsLong())
        && !tenure.isBehind()
        && ballots.isAnyVoted()
        && ballots.isWaiting();
  }

  private void renew() {
    try {
      tenure.renew(clock.getAsLong());
    } catch (SQLException e) {
      log.atWarn().setCause(e).log("the commit lock could not be looked at");
      lose(e);
    }
  }

  /** A new vote that has just arrived, or was overtaken often, may use the rest of the turn. */
  private boolean isTurnOver() {
    return tenure.isBehind()
        || !tenure.isFresh(clock.getAsLong())
        || (inbox.isEmpty() && !ballots.isAnyOvertaken());
  }

  private Duration longestWait() {
    Duration longest = Duration.ZERO;
    for (Ballots.Waiter waiter : ballots.waiting()) {
      Duration left = waiter.deadline().left();
      longest = left.compareTo(longest) > 0 ? left : longest;
    }
    return longest.compareTo(ASK_MAX) < 0 ? longest : ASK_MAX;
  }

  private void answered(Tenure.Answer answer) {
    switch (answer) {
      case Tenure.Answer.Granted(CommitSession session, CommitSession.Grant grant) -> {
        tenure.granted(session, grant, clock.getAsLong());
        try {
          feed.apply(grant.delta());
        } catch (StorageUnavailableException e) {
          tenure.fallBehind(); // nobody is checked against what the feed did not take in
          ballots.takeVoters().forEach(voter -> voter.fail(e)); // tasks run: one may mend it
        }
      }
      case Tenure.Answer.Refused(Throwable cause) -> {
        tenure.refused();
        // Not granted in time: whoever has time left asks again. All else would fail again at once.
        if (!(cause instanceof SQLException error && SqlErrors.isLockTimeout(error))) {
          failWaiting(cause);
        }
      }
    }
  }

  private void admit() {
    List<Ballots.Voter> voters = ballots.admissible();
    voters.removeIf(this::isGivenUp);
    if (voters.isEmpty()) {
      return;
    }
    List<Prepared> prepared = voters.stream().map(voter -> voter.prepared).toList();
    try {
      List<ConflictCheck.Checked> checked =
          ConflictCheck.check(tenure.session(), prepared, tenure.last(), tenure.clock());
      for (int i = 0; i < voters.size(); i++) {
        answer(voters.get(i), checked.get(i));
      }
    } catch (SQLException e) {
      log.atWarn().setCause(e).log("votes could not be checked");
      lose(e);
      failWaiting(e);
    }
  }

  private boolean isGivenUp(Ballots.Voter voter) {
    if (voter.answer.isDone()) {
      ballots.drop(voter.ballot);
      return true;
    }
    return false;
  }

  private void answer(Ballots.Voter voter, ConflictCheck.Checked checked) {
    long now = clock.getAsLong();
    switch (checked.verdict()) {
      case Verdict.Voted _ ->
          ballots.accept(
              voter,
              new CommitSession.Member(voter.prepared, checked.existing(), checked.deleted()),
              now);
      case Verdict.Conflicts _ -> ballots.conflicting(voter, now);
      case Verdict.Failed _ -> ballots.drop(voter.ballot);
    }
    voter.answer.complete(checked.verdict());
  }

  private void finishAll() {
    while (!finishers.isEmpty()) {
      List<Finisher> batch = BatchCommit.take(finishers);
      batches.commit(batch);
      if (!tenure.isHeld()) {
        lose(null);
        return;
      }
    }
  }

  private void runExclusive() {
    Ballots.Exclusive<?> exclusive = ballots.takeExclusive();
    if (exclusive != null) {
      run(exclusive);
      if (tenure.isHeld()) {
        tenure.release(); // what it committed is read anew with the next grant
      }
    }
  }

  private <T> void run(Ballots.Exclusive<T> exclusive) {
    if (exclusive.answer().isDone()) {
      return;
    }
    CommitSession session = tenure.session();
    try {
      exclusive.answer().complete(session.run(exclusive.task()));
    } catch (SQLException e) {
      exclusive.fail(new StorageUnavailableException("the task under the commit lock failed", e));
      if (session.isLost(e)) {
        tenure.lost();
      }
    } catch (RuntimeException | Error e) {
      exclusive.fail(e);
      tenure.lost(); // nobody knows in which state it left the session
    }
  }

  /** The lock is gone, and with it everything that was voted under it. */
  private void lose(@Nullable Throwable cause) {
    tenure.lost();
    failFinishers(lockLost(cause));
    ballots.dropVoted();
  }

  private void failFinishers(StorageUnavailableException cause) {
    for (Finisher finisher : finishers) {
      finisher.tid().completeExceptionally(cause);
    }
    finishers.clear();
  }

  private void failWaiting(Throwable cause) {
    for (Ballots.Waiter waiter : ballots.takeWaiting()) {
      waiter.fail(
          cause instanceof StorageUnavailableException known
              ? known
              : new StorageUnavailableException("the database could not take the vote", cause));
    }
  }

  static StorageUnavailableException lockLost(@Nullable Throwable cause) {
    return new StorageUnavailableException(
        "the commit lock was lost between vote and finish; nothing was changed", cause);
  }
}
