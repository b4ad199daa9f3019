package dev.objectdb.zeo;

import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A number of bytes that may be held at once. Who needs more waits until others have given back; a
 * single need above the whole budget is served when nothing is held, so nothing waits for ever.
 */
final class ByteBudget {
  private final int bytesMax;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition givenBack = lock.newCondition();
  private long held;
  private boolean closed;

  ByteBudget(int bytesMax) {
    this.bytesMax = bytesMax;
  }

  /**
   * Waits until the bytes may be held.
   *
   * @return false if the budget is closed; then nothing is held
   */
  boolean take(int bytes) {
    lock.lock();
    try {
      while (!closed && held > 0 && held + bytes > bytesMax) {
        givenBack.awaitUninterruptibly();
      }
      if (!closed) {
        held += bytes;
      }
      return !closed;
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
      boolean fits = held + bytes <= bytesMax;
      if (fits) {
        held += bytes;
      }
      return fits;
    } finally {
      lock.unlock();
    }
  }

  void giveBack(int bytes) {
    lock.lock();
    try {
      held -= bytes;
      givenBack.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Lets everybody who waits go, with nothing. */
  void close() {
    lock.lock();
    try {
      closed = true;
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
