package dev.objectdb.zeo;

import dev.objectdb.object.Allowance;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A number of bytes that may be held at once; for a link, part of what all links hold together. Who
 * needs more waits until others have given back, in the order of coming, so nobody waits for ever
 * behind many that need little. A need is always served when nothing is held: a single one may be
 * above the whole budget, and no link waits for another.
 */
final class ByteBudget {
  private final int bytesMax;
  private final Allowance pool;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition givenBack = lock.newCondition();
  private long held;
  private long arrived;
  private long served;
  private long pooled;
  private boolean closed;

  /** A budget of its own. */
  ByteBudget(int bytesMax) {
    this(bytesMax, new Allowance(Long.MAX_VALUE));
  }

  /**
   * @param pool what all links may hold, above one need each
   */
  ByteBudget(int bytesMax, Allowance pool) {
    this.bytesMax = bytesMax;
    this.pool = pool;
  }

  /**
   * Waits until the bytes may be held.
   *
   * @return false if the budget is closed; then nothing is held
   */
  boolean take(int bytes) {
    lock.lock();
    try {
      long place = arrived++;
      while (!closed && (place != served || !fits(bytes))) {
        givenBack.awaitUninterruptibly();
      }
      if (closed) {
        return false;
      }
      served++;
      givenBack.signalAll(); // there may be room for the next one as well
      return true;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Takes the bytes if that keeps the budget.
   *
   * @return false if it does not; then nothing is held
   */
  boolean tryTake(int bytes) {
    lock.lock();
    try {
      return !closed && arrived == served && fits(bytes);
    } finally {
      lock.unlock();
    }
  }

  /** Takes the bytes if it may. */
  private boolean fits(int bytes) {
    if (held > 0) {
      if (held + bytes > bytesMax || !pool.tryTake(bytes)) {
        return false;
      }
      pooled += bytes;
    }
    held += bytes;
    return true;
  }

  /** Waits until nothing is held, or the budget is closed. */
  void awaitNoneHeld() {
    lock.lock();
    try {
      while (!closed && held > 0) {
        givenBack.awaitUninterruptibly();
      }
    } finally {
      lock.unlock();
    }
  }

  void giveBack(int bytes) {
    lock.lock();
    try {
      held -= bytes;
      long back = Math.min(bytes, pooled);
      pooled -= back;
      pool.giveBack(back);
      givenBack.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** The link ends, and with it what it holds: who waits goes, with nothing. */
  void close() {
    lock.lock();
    try {
      closed = true;
      pool.giveBack(pooled);
      pooled = 0;
      givenBack.signalAll();
    } finally {
      lock.unlock();
    }
  }

  long held() {
    lock.lock();
    try {
      return held;
    } finally {
      lock.unlock();
    }
  }
}
