package dev.objectdb.server;

import dev.objectdb.storage.Storage;
import dev.objectdb.storage.StorageStats;
import dev.objectdb.storage.StorageUnavailableException;
import java.time.Duration;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells whether this server should get clients: PostgreSQL answers, and what it has committed is
 * known here. Measures the database on the way.
 *
 * <p>One loop asks, every second; any number of probes only read its last result. A probe is so
 * never the one that waits for a database that is away, and costs the database nothing.
 */
final class Readiness implements AutoCloseable {
  /** Often enough that a readiness probe every few seconds sees the truth. */
  private static final Duration PERIOD = Duration.ofSeconds(1);

  /** Time without an answer after which the server is not ready: an answer may take a while. */
  static final Duration STALE = Duration.ofSeconds(5);

  /** Sizes change slowly, and what asks for them looks at days. */
  private static final int PERIODS_PER_MEASURE = 10;

  private static final Logger LOG = LoggerFactory.getLogger(Readiness.class);

  private final Storage storage;
  private final Thread loop;
  private volatile long lastGoodNanos = System.nanoTime();
  private volatile boolean good = true;
  private volatile StorageStats stats;

  /**
   * Begins to ask; the storage answers here, so it counts as ready until it does not.
   *
   * @throws StorageUnavailableException if it does not even answer now
   */
  Readiness(Storage storage) {
    this.storage = storage;
    this.stats = storage.stats();
    this.loop = Thread.ofVirtual().name("readiness").start(this::run);
  }

  /** Returns why clients should go elsewhere, or empty if they should come. */
  Optional<String> problem() {
    if (!good || lag().compareTo(STALE) > 0) {
      return Optional.of("PostgreSQL does not answer");
    }
    return Optional.empty();
  }

  /** Returns the time since this server last knew everything that was committed. */
  Duration lag() {
    return Duration.ofNanos(System.nanoTime() - lastGoodNanos);
  }

  /** Returns the sizes, as they were some seconds ago. */
  StorageStats stats() {
    return stats;
  }

  private void run() {
    try {
      for (int period = 1; ; period++) {
        Thread.sleep(PERIOD);
        ask(period % PERIODS_PER_MEASURE == 0);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // closed
    }
  }

  private void ask(boolean measure) {
    long start = System.nanoTime();
    boolean answered = false;
    try {
      storage.sync();
      if (measure) {
        stats = storage.stats();
      }
      lastGoodNanos = start;
      answered = true;
    } catch (StorageUnavailableException e) {
      LOG.debug("no answer from PostgreSQL", e);
    } catch (Throwable e) { // whatever it is: without this loop no probe would learn of a recovery
      LOG.atError().setCause(e).log("the feed of commits cannot be read");
    }
    if (answered != good) {
      good = answered;
      LOG.atWarn().addKeyValue("ready", answered).log("readiness changed");
    }
  }

  @Override
  public void close() {
    loop.interrupt();
  }
}
