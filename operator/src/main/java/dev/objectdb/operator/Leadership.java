package dev.objectdb.operator;

import java.time.Duration;
import java.util.function.IntConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether this process is the one of several that acts. A process that may have lost the lease ends
 * without any orderly way out: that could still write, and the next leader is at work by then.
 */
final class Leadership {
  /** How long nobody else takes over from a leader that is silent. */
  static final Duration LEASE = Duration.ofSeconds(15);

  /** How long a leader tries to renew its lease before it gives up. */
  static final Duration RENEW = Duration.ofSeconds(10);

  /** How often it is renewed, and how often others look. */
  static final Duration RETRY = Duration.ofSeconds(2);

  private static final Logger LOG = LoggerFactory.getLogger(Leadership.class);
  private static final int LEASE_LOST = 3;

  private final IntConsumer halt;
  private volatile boolean leading;
  private volatile boolean stopping;

  /**
   * Makes it.
   *
   * @param alone whether there is no other, so that this one acts from the beginning
   * @param halt ends the process with that exit code, at once
   */
  Leadership(boolean alone, IntConsumer halt) {
    this.leading = alone;
    this.halt = halt;
  }

  boolean isLeading() {
    return leading;
  }

  /** The lease is ours. */
  void won() {
    leading = true;
    LOG.info("this operator acts from now on");
  }

  /** The lease was not renewed in time, or we gave it back. */
  void lost() {
    leading = false;
    if (!stopping) {
      LOG.error("the lease of the leader was lost; ending");
      halt.accept(LEASE_LOST);
    }
  }

  /** The process stood still for longer than the lease is safe; somebody else may be at work. */
  void stoodStill() {
    if (leading && !stopping) {
      LOG.error("this process stood still for longer than its lease allows; ending");
      halt.accept(LEASE_LOST);
    }
  }

  /** From now on the end is wanted. */
  void stop() {
    stopping = true;
  }
}
