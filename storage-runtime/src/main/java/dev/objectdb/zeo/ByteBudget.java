package dev.objectdb.zeo;

import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A number of bytes that may be held at once. Who needs more waits until others have given back; a
 * single need above the whole budget is served when nothing is held. Who waits is served in the
 * order of coming, so nothing waits for ever behind many that need little.
 */
final class ByteBudget {
  private final int bytesMax;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition givenBack = lock.newCondition();
  private long held;
  private long arrived;
  private long served;
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
      long place = arrived++;
      while (!closed && (place != served || (held > 0 && held + bytes > bytesMax))) {
        givenBack.awaitUninterruptibly();
      }
      if (closed) {
        return false;
      }
      held += bytes;
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
