package dev.objectdb.storage.pg;

import dev.objectdb.storage.StorageUnavailableException;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps object_window short: revisions replaced longer ago than the snapshot window, and beyond a
 * size the oldest ones, are removed, and with each its row of object_record, unless that revision
 * is still current.
 *
 * <p>Small deletes that pass over rows another process is just removing, so any number of processes
 * may do it at once. The database's clock decides, like everywhere. A reader who comes too late is
 * told to retry. In a history-preserving database the table is empty, and so is the work.
 */
final class WindowTrimmer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(WindowTrimmer.class);

  private static final int BATCH_ROWS = 1_000;

  /** What the replaced records may take, by their own length. */
  private static final long BYTES_MAX = 1L << 30;

  /** Rounds in a window's time: a row stays at most that much longer than asked for. */
  private static final int ROUNDS_PER_WINDOW = 10;

  private static final Duration PAUSE_MIN = Duration.ofSeconds(1);

  private static final String TRIM =
      """
      WITH too_old AS (
        SELECT greatest(
          objectdb_tid(clock_timestamp() - make_interval(secs => ?)),
          coalesce((SELECT next_tid FROM (
            SELECT next_tid, sum(state_size) OVER (ORDER BY next_tid DESC, zoid) AS bytes
            FROM object_window) sizes WHERE bytes > ? ORDER BY next_tid DESC LIMIT 1), 0)
        ) AS tid
      ), trimmed AS (
        DELETE FROM object_window WHERE (zoid, tid) IN (
          SELECT zoid, tid FROM object_window
          WHERE next_tid <= (SELECT tid FROM too_old)
          ORDER BY next_tid LIMIT ? FOR UPDATE SKIP LOCKED)
        RETURNING zoid, tid
      ), unused AS (
        DELETE FROM object_record r USING trimmed d
        WHERE r.zoid = d.zoid AND r.tid = d.tid
          AND NOT EXISTS (SELECT FROM object_state s WHERE s.zoid = d.zoid AND s.tid = d.tid)
      )
      SELECT count(*) FROM trimmed
      """;

  private final Pool pool;
  private final Duration window;
  private final Thread thread;

  /**
   * Starts nothing yet.
   *
   * @param died told if the thread ends by an error, which nobody would see otherwise
   */
  WindowTrimmer(Pool pool, Duration window, Thread.UncaughtExceptionHandler died) {
    this.pool = pool;
    this.window = window;
    thread =
        Thread.ofVirtual()
            .name("objectdb-window-trimmer")
            .uncaughtExceptionHandler(died)
            .unstarted(this::run);
  }

  void start() {
    thread.start();
  }

  private void run() {
    Duration pause = window.dividedBy(ROUNDS_PER_WINDOW);
    try {
      while (true) {
        Thread.sleep(pause.compareTo(PAUSE_MIN) < 0 ? PAUSE_MIN : pause);
        trimQuietly();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // closed
    }
  }

  private void trimQuietly() {
    try {
      trim();
    } catch (StorageUnavailableException e) {
      LOG.atInfo().setCause(e).log("the window was not trimmed, next time then");
    } catch (RuntimeException e) {
      LOG.atError().setCause(e).log("the window could not be trimmed, it is tried again");
    }
  }

  /** Removes everything that is too old now. */
  void trim() {
    int removed;
    do {
      removed = pool.read("trimming the window", connection -> trimBatch(connection, BYTES_MAX));
    } while (removed == BATCH_ROWS && !Thread.currentThread().isInterrupted());
  }

  /** One batch; package-private with the size given, so that a test need not store a gigabyte. */
  int trimBatch(java.sql.Connection connection, long bytesMax) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(TRIM)) {
      statement.setDouble(1, window.toMillis() / 1000.0);
      statement.setLong(2, bytesMax);
      statement.setInt(3, BATCH_ROWS);
      try (ResultSet row = statement.executeQuery()) {
        row.next();
        return row.getInt(1);
      }
    }
  }

  @Override
  public void close() {
    thread.interrupt();
  }
}
