package dev.objectdb.storage.pg;

import dev.objectdb.storage.StorageUnavailableException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
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
 * already. When no look has succeeded for {@link #LOST_AFTER}, listeners are cut off: their clients
 * would otherwise go on with what may be old news for as long as the database is away.
 */
final class Doorbell implements AutoCloseable {
  /** The channel that the trigger on transaction_log rings. */
  private static final String LISTEN = "LISTEN zodb_invalidations";

  /** How late news are when a notification is lost. */
  static final Duration POLL = Duration.ofSeconds(1);

  /** A client waits this long for a server; an outage it would not notice is no reason to cut. */
  static final Duration LOST_AFTER = Duration.ofSeconds(30);

  private static final Duration PAUSE_MIN = Duration.ofMillis(100);
  private static final Duration PAUSE_MAX = Duration.ofSeconds(5);

  private static final Logger log = LoggerFactory.getLogger(Doorbell.class);

  private final Sessions sessions;
  private final InvalidationFeed feed;
  private final Recovery recovery;
  private final LongSupplier clock;
  private final Thread thread;
  private volatile boolean closed;
  private volatile boolean suspicious;
  private volatile @Nullable Connection listening;
  private long lastNews;
  private boolean cutOff;
  private boolean broken;

  /** What is done about a history that is not the one before. */
  interface Recovery {
    /** Returns whether this session writes to the history that the feed tells of. */
    boolean isSameHistory(Connection connection) throws SQLException;

    /** Makes the database safe, and starts the feed anew. */
    void recover();
  }

  /**
   * Starts the thread.
   *
   * @param clock monotonic, in nanoseconds
   */
  Doorbell(Sessions sessions, InvalidationFeed feed, Recovery recovery, LongSupplier clock) {
    this.sessions = sessions;
    this.feed = feed;
    this.recovery = recovery;
    this.clock = clock;
    this.lastNews = clock.getAsLong();
    this.thread = Thread.ofVirtual().name("objectdb-doorbell").unstarted(this::run);
  }

  void start() {
    thread.start();
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
        if (closed) {
          return;
        }
        if (!broken) {
          log.atWarn().setCause(e).log("the doorbell is out of order: news come by the timer");
        }
        broken = true;
      } finally {
        listening = null;
      }
      pause = waitAndLook(pause);
    }
  }

  private void listen(Connection connection) throws SQLException {
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
    if (rings == null || rings.length == 0 || isNews(rings)) {
      look();
    }
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
    feed.sync();
    lastNews = clock.getAsLong();
    cutOff = false;
  }

  /** Without the doorbell: news through the pool, as long as that works. */
  private Duration waitAndLook(Duration pause) {
    LockSupport.parkNanos(pause.toNanos());
    try {
      look();
    } catch (RuntimeException e) {
      if (!cutOff && clock.getAsLong() - lastNews > LOST_AFTER.toNanos()) {
        log.atWarn().setCause(e).log("no news for too long: all listeners are cut off");
        cutOff = true;
        cutListenersOff();
      }
    }
    Duration doubled = pause.multipliedBy(2);
    return doubled.compareTo(PAUSE_MAX) < 0 ? doubled : PAUSE_MAX;
  }

  private void cutListenersOff() {
    try {
      feed.cutOff();
    } catch (StorageUnavailableException e) {
      cutOff = false; // the feed is busy, most likely with learning a commit's outcome
    }
  }

  @Override
  public void close() {
    closed = true;
    Connection connection = listening;
    if (connection != null) {
      try {
        // Interrupting a thread that waits for notifications would close the session as well.
        connection.abort(Runnable::run);
      } catch (SQLException e) {
        log.atDebug().setCause(e).log("the doorbell was not closed cleanly");
      }
    }
    LockSupport.unpark(thread);
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
