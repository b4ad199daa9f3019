package dev.objectdb.storage.pg;

import dev.objectdb.storage.StorageUnavailableException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Wakes the feed when somebody commits: LISTEN on a session of its own, and a timer for what a
 * notification does not reach.
 *
 * <pre>
 *   connect ─▶ is it the same history? ─▶ sync ─▶ wait for a ring or the timer ─▶ sync ─▶ ...
 *      ▲  no: reconcile, drop caches and links       │ session lost
 *      └──────────── pause, rising; sync through the pool meanwhile ◀┘
 * </pre>
 *
 * <p>A ring says nothing but "look": its payload only saves the look when the feed is there
 * already. A look is due once a {@link #POLL} in any case, rung for or not.
 *
 * <p>When no look has succeeded for {@link #DEAF_AFTER}, nobody may join, and after {@link
 * #LOST_AFTER} listeners are cut off: their clients would otherwise go on with what may be old news
 * for as long as the database is away. A thread of its own sees to that, which never waits for the
 * database: the first one may, at any point.
 *
 * <p>A thread that dies ends the service of the feed.
 */
final class Doorbell implements AutoCloseable {
  /** The channel that the trigger on transaction_log rings. */
  private static final String LISTEN = "LISTEN zodb_invalidations";

  /** How late news are when a notification is lost. */
  static final Duration POLL = Duration.ofSeconds(1);

  /** A client waits this long for a server; an outage it would not notice is no reason to cut. */
  static final Duration LOST_AFTER = Duration.ofSeconds(30);

  /** How long new clients are let in without news; the longest pause between two looks is less. */
  static final Duration DEAF_AFTER = Duration.ofSeconds(10);

  /** For a short statement on the session; a server that takes longer is as good as away. */
  private static final Duration ANSWER_MAX = Duration.ofSeconds(5);

  /** How late a cut-off may be. */
  private static final Duration WATCH = Duration.ofMillis(250);

  /** A query that is under way ends by itself, if the database is there. */
  private static final Duration CLOSING = Duration.ofMillis(500);

  /** Who is interrupted ends within moments, wherever it waits. */
  private static final Duration INTERRUPTED = Duration.ofSeconds(2);

  private static final Duration PAUSE_MIN = Duration.ofMillis(100);
  private static final Duration PAUSE_MAX = Duration.ofSeconds(5);

  private static final Logger log = LoggerFactory.getLogger(Doorbell.class);

  private final Sessions sessions;
  private final InvalidationFeed feed;
  private final Recovery recovery;
  private final LongSupplier clock;
  private final Thread thread;
  private final Thread watch;

  /** When the last look began that succeeded, or when listeners were cut off after that. */
  private final AtomicLong lastNews = new AtomicLong();

  /** When the last look began that succeeded. */
  private volatile long lastLook;

  private volatile boolean closed;
  private volatile boolean suspicious;
  private volatile @Nullable Connection listening;
  private boolean broken;

  /** What is done about a history that is not the one before. */
  interface Recovery {
    /** Returns whether this session writes to the history that the feed tells of. */
    boolean isSameHistory(Connection connection) throws SQLException;

    /** Makes the database safe, and starts the feed anew. */
    void recover();
  }

  /**
   * Starts nothing yet.
   *
   * @param clock monotonic, in nanoseconds
   */
  Doorbell(Sessions sessions, InvalidationFeed feed, Recovery recovery, LongSupplier clock) {
    this.sessions = sessions;
    this.feed = feed;
    this.recovery = recovery;
    this.clock = clock;
    this.thread = vital(Thread.ofVirtual(), "objectdb-doorbell", this::run);
    // Not a virtual one: it must get its turn when all of those are busy.
    this.watch = vital(Thread.ofPlatform().daemon(), "objectdb-doorbell-watch", this::watch);
  }

  private Thread vital(Thread.Builder builder, String name, Runnable body) {
    return builder.name(name).uncaughtExceptionHandler(feed::end).unstarted(body);
  }

  /** Starts both threads, when nobody listens to the feed yet. */
  void start() {
    lastLook = clock.getAsLong();
    lastNews.set(lastLook);
    thread.start();
    watch.start();
  }

  /** Says that the database may have lost commits: the next look finds out. Returns at once. */
  void suspect() {
    suspicious = true;
    if (Thread.currentThread() != thread) {
      LockSupport.unpark(thread);
    }
  }

  private void run() {
    Duration pause = PAUSE_MIN;
    while (!closed) {
      try (Connection connection = sessions.open("doorbell")) {
        listening = connection;
        listen(connection);
        pause = PAUSE_MIN;
        broken = false;
        while (!closed) {
          hear(connection);
        }
      } catch (SQLException | RuntimeException e) {
        note(e);
      } finally {
        listening = null;
      }
      if (!closed) {
        pause = waitAndLook(pause);
      }
    }
  }

  /** An outage is told once; anything else is a fault of ours, and told each time. */
  private void note(Exception failure) {
    if (closed) {
      return;
    }
    if (!(failure instanceof SQLException || failure instanceof StorageUnavailableException)) {
      log.atError().setCause(failure).log("the doorbell failed: it goes on after a pause");
    } else if (!broken) {
      log.atWarn().setCause(failure).log("the doorbell is out of order: news come by the timer");
    }
    broken = true;
  }

  private void listen(Connection connection) throws SQLException {
    connection.setNetworkTimeout(Runnable::run, Math.toIntExact(ANSWER_MAX.toMillis()));
    try (Statement statement = connection.createStatement()) {
      statement.execute(LISTEN);
    }
    if (suspicious || !recovery.isSameHistory(connection)) {
      recover();
    }
    look();
  }

  /** The way to it meets the same contradiction again, so what was suspected meanwhile is void. */
  private void recover() {
    recovery.recover();
    suspicious = false;
  }

  private void hear(Connection connection) throws SQLException {
    PGNotification[] rings =
        connection.unwrap(PGConnection.class).getNotifications((int) POLL.toMillis());
    if (suspicious) {
      recover();
    }
    if (rings == null || rings.length == 0 || isNews(rings) || isOverdue()) {
      look();
    }
  }

  /** A busy server is rung by its own commits all the time, and yet has to look for others'. */
  private boolean isOverdue() {
    return clock.getAsLong() - lastNews.get() > POLL.toNanos();
  }

  private boolean isNews(PGNotification[] rings) {
    long position = feed.position().value();
    for (PGNotification ring : rings) {
      try {
        if (Long.parseLong(ring.getParameter()) > position) {
          return true;
        }
      } catch (NumberFormatException e) {
        return true; // anybody may ring
      }
    }
    return false;
  }

  private void look() {
    long begun = clock.getAsLong();
    feed.sync();
    lastLook = begun;
    lastNews.accumulateAndGet(begun, Math::max);
    feed.deaf(false);
  }

  /** Without the doorbell: news through the pool, as long as that works. */
  private Duration waitAndLook(Duration pause) {
    LockSupport.parkNanos(pause.toNanos());
    try {
      look();
    } catch (RuntimeException e) {
      note(e);
    }
    Duration doubled = pause.multipliedBy(2);
    return doubled.compareTo(PAUSE_MAX) < 0 ? doubled : PAUSE_MAX;
  }

  private void watch() {
    try {
      while (!closed) {
        Thread.sleep(WATCH);
        feed.deaf(clock.getAsLong() - lastLook > DEAF_AFTER.toNanos());
        cutOffWhoHearsNothing();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // closed
    }
  }

  /** Who joins after a cut-off was told everything then, so the time begins anew. */
  private void cutOffWhoHearsNothing() {
    long now = clock.getAsLong();
    if (now - lastNews.get() > LOST_AFTER.toNanos()) {
      lastNews.set(now);
      int cut = feed.cutOff();
      if (cut > 0) {
        log.atWarn().addKeyValue("listeners", cut).log("no news for too long: all are cut off");
      }
    }
  }

  @Override
  public void close() {
    closed = true;
    Connection connection = listening;
    if (connection != null) {
      try {
        connection.abort(Runnable::run);
      } catch (SQLException e) {
        log.atDebug().setCause(e).log("the doorbell was not closed cleanly");
      }
    }
    LockSupport.unpark(thread);
    watch.interrupt();
    try {
      if (!thread.join(CLOSING)) {
        thread.interrupt(); // it waits for a session, an answer or a lock
        if (!thread.join(INTERRUPTED)) {
          log.atWarn().log("the doorbell is closed, and its thread still waits");
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
