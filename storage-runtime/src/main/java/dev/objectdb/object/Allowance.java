package dev.objectdb.object;

import java.util.concurrent.atomic.AtomicLong;

/**
 * What many may hold of something together, bytes or objects. Nobody waits for it: who gets nothing
 * does without, or refuses what needs it. Safe for use by many threads.
 */
public final class Allowance {
  private final long most;
  private final AtomicLong held = new AtomicLong();

  /** Of this much in all. */
  public Allowance(long most) {
    this.most = most;
  }

  /** Takes so much if that leaves the whole within its bound; else takes nothing. */
  public boolean tryTake(long amount) {
    if (held.addAndGet(amount) <= most) {
      return true;
    }
    held.addAndGet(-amount);
    return false;
  }

  /** Gives back what was taken. */
  public void giveBack(long amount) {
    Check.invariant(held.addAndGet(-amount) >= 0, "what is given back was taken");
  }

  /** Returns what all hold now. */
  public long held() {
    return held.get();
  }
}
