package dev.objectdb.operator.health;

import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * A thread that only shows that threads of this process still run. It is a virtual one, as all are
 * that do the work: when those stand still, so does it. Nothing outside the process can stop it, so
 * no restart follows from an API server that is away.
 *
 * <p>It also notices when the whole process stood still, as a node does that is suspended: whoever
 * acts by a lease then does not know any more whether it still has it.
 */
public final class Heartbeat implements AutoCloseable {
  private static final Duration PERIOD = Duration.ofSeconds(1);

  /** A machine that is short of everything is late too; a restart would make that worse. */
  private static final Duration DEAD_AFTER = Duration.ofSeconds(30);

  private final LongSupplier nanoTime;
  private final long standstillNanosMax;
  private final Runnable stoodStill;
  private volatile long lastNanos;
  private final Thread thread;

  /**
   * Starts to beat.
   *
   * @param standstillMax how long the process may stand still
   * @param stoodStill runs on the first beat after a longer time
   */
  public Heartbeat(Duration standstillMax, Runnable stoodStill) {
    this(standstillMax, stoodStill, System::nanoTime);
  }

  Heartbeat(Duration standstillMax, Runnable stoodStill, LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
    this.standstillNanosMax = standstillMax.toNanos();
    this.stoodStill = stoodStill;
    this.lastNanos = nanoTime.getAsLong();
    this.thread = Thread.ofVirtual().name("heartbeat").unstarted(this::run);
    thread.start();
  }

  /** Returns whether threads run here. */
  public boolean isBeating() {
    return nanoTime.getAsLong() - lastNanos < DEAD_AFTER.toNanos();
  }

  void beat() {
    long now = nanoTime.getAsLong();
    long pause = now - lastNanos;
    lastNanos = now;
    if (pause > standstillNanosMax) {
      stoodStill.run();
    }
  }

  private void run() {
    try {
      while (true) {
        Thread.sleep(PERIOD);
        beat();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // closed
    }
  }

  @Override
  public void close() {
    thread.interrupt();
  }
}
