package dev.objectdb.operator.pg;

import dev.objectdb.operator.pg.Observation.Counts;
import dev.objectdb.operator.pg.Observation.Failed;
import dev.objectdb.operator.pg.Observation.Reached;
import dev.objectdb.operator.pg.Observation.Trouble;
import dev.objectdb.operator.pg.Probe.Target;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps an eye on the PostgreSQL of each database that passes ask for: one virtual thread each,
 * which looks, remembers what it saw, tells when that is news, and ends when nobody asks any more.
 *
 * <p>Thread-safe.
 */
public final class PostgresWatch {
  /** While something is wrong it looks so much more often: its end is known soon. */
  private static final int OFTENER_IN_TROUBLE = 3;

  /**
   * Estimates move all the time, and a status that follows them would be written all the time;
   * asking takes a lock on every table.
   */
  private static final Duration COUNTS_PERIOD = Duration.ofMinutes(5);

  /** Passes come every two minutes at least, as long as there is a database. */
  private static final Duration FORGET_AFTER = Duration.ofMinutes(10);

  /** Looks at one time: many servers that are away at once take their turns. */
  private static final int LOOKS_MAX = 16;

  private static final Logger LOG = LoggerFactory.getLogger(PostgresWatch.class);

  private final Probe probe;
  private final Clock clock;
  private final Duration period;
  private final Semaphore looks = new Semaphore(LOOKS_MAX);
  private final Map<ResourceID, Eye> eyes = new ConcurrentHashMap<>();
  private volatile Consumer<ResourceID> news = _ -> {};

  /**
   * Watches nothing yet.
   *
   * @param period between two looks at one database
   */
  public PostgresWatch(Probe probe, Clock clock, Duration period) {
    this.probe = probe;
    this.clock = clock;
    this.period = period;
  }

  /** Sets who is told when a look at a database says something else than the one before. */
  public void onNews(Consumer<ResourceID> listener) {
    news = listener;
  }

  /**
   * Returns what the last look saw, and sees to it that there are more. Nothing yet for a new
   * target: the first look at it is news.
   */
  public Optional<Observation> lastLook(ResourceID database, Target target) {
    Eye eye =
        eyes.compute(
            database,
            (id, there) -> {
              Eye open = there == null ? new Eye(id, target) : there;
              open.lookAt(target, clock.instant());
              if (there == null) {
                Thread.ofVirtual().name("postgres watch " + id).start(open);
              }
              return open;
            });
    return eye.last(target);
  }

  /**
   * What counts as seen.
   *
   * @param counted when the counts in it were asked for
   * @param doubtful whether the last look failed where that may be chance
   */
  private record Look(Target target, Observation saw, Instant counted, boolean doubtful) {
    boolean isFine() {
      return !doubtful && saw instanceof Reached reached && !reached.readOnly();
    }
  }

  /** The thread of one database. */
  private final class Eye implements Runnable {
    private final ResourceID database;
    private final Semaphore other = new Semaphore(0);
    private volatile Target target;
    private volatile Instant asked = Instant.EPOCH;
    private volatile @Nullable Look last;

    Eye(ResourceID database, Target target) {
      this.database = database;
      this.target = target;
    }

    void lookAt(Target wanted, Instant now) {
      asked = now;
      if (!wanted.equals(target)) {
        target = wanted;
        other.release();
      }
    }

    Optional<Observation> last(Target wanted) {
      return Optional.ofNullable(last).filter(it -> it.target().equals(wanted)).map(Look::saw);
    }

    @Override
    public void run() {
      try {
        while (isAskedFor()) {
          Duration pause = look().isFine() ? period : period.dividedBy(OFTENER_IN_TROUBLE);
          if (other.tryAcquire(pause.toMillis(), TimeUnit.MILLISECONDS)) {
            other.drainPermits();
          }
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      } finally {
        eyes.remove(database, this); // whatever ended it, the next pass begins anew
      }
    }

    private boolean isAskedFor() {
      return eyes.computeIfPresent(
              database, (_, eye) -> clock.instant().isAfter(asked.plus(FORGET_AFTER)) ? null : eye)
          != null;
    }

    private Look look() throws InterruptedException {
      Target at = target;
      Look before = Optional.ofNullable(last).filter(it -> it.target().equals(at)).orElse(null);
      Instant now = clock.instant();
      boolean counting =
          before == null
              || !(before.saw() instanceof Reached)
              || now.isAfter(before.counted().plus(COUNTS_PERIOD));
      Look look = judged(before, new Look(at, saw(at, counting), now, false), counting);
      last = look;
      if (before == null || !isSame(before.saw(), look.saw())) {
        news.accept(database);
      }
      return look;
    }

    private Observation saw(Target at, boolean counting) throws InterruptedException {
      looks.acquire();
      try {
        return probe.look(at, counting);
      } catch (RuntimeException e) {
        LOG.atError()
            .addKeyValue("database", database)
            .setCause(e)
            .log("a look failed by our own fault");
        return new Failed(Trouble.UNREACHABLE, "the operator itself failed: " + e.getClass());
      } finally {
        looks.release();
      }
    }
  }

  /** The counts of before stay until there are others; once may be chance. */
  private static Look judged(@Nullable Look before, Look now, boolean counting) {
    if (before == null || !(before.saw() instanceof Reached earlier)) {
      return now;
    }
    if (now.saw() instanceof Failed(Trouble trouble, _) && trouble == Trouble.BUSY) {
      return before.doubtful() ? now : new Look(before.target(), earlier, before.counted(), true);
    }
    if (now.saw() instanceof Reached later && later.counts().equals(Counts.NONE)) {
      Instant counted = counting ? now.counted() : before.counted();
      return new Look(now.target(), later.with(earlier.counts()), counted, false);
    }
    return now;
  }

  /** Counts alone are no news; the next pass tells them. */
  private static boolean isSame(Observation before, Observation now) {
    if (before instanceof Reached earlier && now instanceof Reached later) {
      return earlier.equals(later.with(earlier.counts()));
    }
    return before.equals(now);
  }
}
