package dev.objectdb.storage.pg;

import dev.objectdb.object.Check;
import dev.objectdb.object.Tid;
import java.sql.SQLException;
import java.time.Duration;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One process's turn at the commit lock, and the session that has it.
 *
 * <pre>
 *   FREE ──ask──▶ ASKED ──granted──▶ HELD ──release──▶ FREE
 *                   └──refused──▶ FREE   └──lost──▶ FREE, without a session
 * </pre>
 *
 * <p>The wait for the lock is on a thread of its own, so that the sequencer goes on to hear aborts
 * and time-outs; the answer comes back as a command. Used by the sequencer's thread alone, but for
 * {@link #stop} and {@link #close}.
 */
final class Tenure {
  /** After this long no new vote is admitted, so that other writers get their turn. */
  static final Duration ADMISSION = Duration.ofMillis(25);

  private static final Duration WAIT_MIN = Duration.ofMillis(50);

  private static final Logger log = LoggerFactory.getLogger(Tenure.class);

  private enum State {
    FREE,
    ASKED,
    HELD
  }

  private final CommitSession.Source sessions;
  private State state = State.FREE;
  private volatile @Nullable CommitSession session;
  private volatile boolean closed;
  private long since;
  private long lookedAround;
  private boolean behind;
  private Tid last = Tid.NONE;
  private Tid clock = Tid.NONE;

  Tenure(CommitSession.Source sessions) {
    this.sessions = sessions;
  }

  /** What came of asking. */
  sealed interface Answer {
    record Granted(CommitSession session, CommitSession.Grant grant) implements Answer {}

    /** The lock was not granted. */
    record Refused(Throwable cause) implements Answer {}
  }

  boolean isFree() {
    return state == State.FREE;
  }

  boolean isClosed() {
    return closed;
  }

  boolean isHeld() {
    return state == State.HELD;
  }

  /** Tells whether this turn may still take on new work. */
  boolean isFresh(long now) {
    return state == State.HELD && now - since < ADMISSION.toNanos();
  }

  /** Returns for how many nanoseconds more this turn may take on new work. */
  long freshFor(long now) {
    return since + ADMISSION.toNanos() - now;
  }

  /** Begins the turn anew, if nobody else waits for the lock; looks at most once in its time. */
  void renew(long now) throws SQLException {
    if (now - lookedAround < ADMISSION.toNanos()) {
      return;
    }
    lookedAround = now;
    if (!session().isAwaited()) {
      since = now;
    }
  }

  /** Tells whether the feed did not take in what others did before this turn. */
  boolean isBehind() {
    return behind;
  }

  void fallBehind() {
    behind = true;
  }

  /** The greatest committed tid. Nobody else can raise it while the lock is held. */
  Tid last() {
    return last;
  }

  void raiseLast(Tid tid) {
    Check.invariant(tid.isAfter(last), "tids rise");
    last = tid;
  }

  /** The database's clock when the lock was granted. */
  Tid clock() {
    return clock;
  }

  CommitSession session() {
    Check.invariant(state == State.HELD, "the lock is held");
    return Check.present(session, "who holds the lock has a session");
  }

  /** Asks for the lock; the answer is delivered later, from another thread. */
  void ask(Duration wait, Tid position, Consumer<Answer> answer) {
    Check.invariant(state == State.FREE, "the lock is asked for once");
    state = State.ASKED;
    Duration bound = wait.compareTo(WAIT_MIN) < 0 ? WAIT_MIN : wait;
    Thread.ofVirtual()
        .name("objectdb-commit-lock")
        .start(() -> answer.accept(waitForLock(bound, position)));
  }

  private Answer waitForLock(Duration wait, Tid position) {
    CommitSession known = session;
    if (known != null) {
      try {
        return new Answer.Granted(known, known.lock(wait, position));
      } catch (SQLException e) {
        if (!known.isLost(e)) {
          return new Answer.Refused(e);
        }
        // It died while nobody used it: that is no reason to bother anybody.
        log.atInfo().log("the commit session was lost while idle: a new one is opened");
        discard(known);
      } catch (Throwable e) { // the sequencer waits for an answer, whatever it is
        discard(known);
        return new Answer.Refused(e);
      }
    }
    return waitOnNewSession(wait, position);
  }

  private Answer waitOnNewSession(Duration wait, Tid position) {
    CommitSession opened = null;
    try {
      opened = open();
      return new Answer.Granted(opened, opened.lock(wait, position));
    } catch (Throwable e) {
      boolean kept = e instanceof SQLException sql && opened != null && !opened.isLost(sql);
      if (!kept && opened != null) {
        discard(opened);
      }
      return new Answer.Refused(e);
    }
  }

  /** Opens a session and makes it the one in use. */
  CommitSession open() throws SQLException {
    CommitSession opened = sessions.open();
    session = opened;
    if (closed) {
      opened.close();
    }
    return opened;
  }

  private void discard(CommitSession lost) {
    session = null;
    lost.close();
  }

  /** The lock is ours from now on. */
  void granted(CommitSession holder, CommitSession.Grant grant, long now) {
    Check.invariant(session == holder || closed, "the session that asked is the one that holds");
    state = State.HELD;
    since = now;
    lookedAround = now;
    behind = false;
    last = grant.delta().last();
    clock = grant.clock();
  }

  void refused() {
    state = State.FREE;
  }

  /**
   * The session is of no use any more; the server frees the lock. While the lock is asked for, the
   * session is the asking thread's, whose answer is still to come.
   */
  void lost() {
    if (state == State.ASKED) {
      return;
    }
    CommitSession current = session;
    state = State.FREE;
    if (current != null) {
      discard(current);
    }
  }

  /** Gives the lock back. */
  void release() {
    CommitSession holder = session();
    state = State.FREE;
    try {
      holder.unlock();
    } catch (SQLException e) {
      log.atWarn().setCause(e).log("the commit lock could not be given back: its session is ended");
      discard(holder);
    }
  }

  /** From now on no session is opened; any thread may call it. */
  void stop() {
    closed = true;
  }

  /** Ends the session, so that nobody waits for it any longer; any thread may call it. */
  void close() {
    stop();
    CommitSession current = session;
    if (current != null) {
      current.close();
    }
  }
}
