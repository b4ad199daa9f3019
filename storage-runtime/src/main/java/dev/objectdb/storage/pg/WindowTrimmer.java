package dev.objectdb.storage.pg;

import dev.objectdb.storage.HistoryMode;
import dev.objectdb.storage.StorageUnavailableException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Removes what nobody can ask for any more, a little at a time.
 *
 * <pre>
 *   object_window    revisions replaced longer ago than the snapshot window, and beyond a size the
 *                    oldest ones; with each its row of object_record, unless it is still current
 *   object_record    rows whose revision is in no table: one page of the table in each round
 *   object_deletion  rows older than any cache that is worth mending
 * </pre>
 *
 * <p>Small deletes that pass over rows another process is just removing, so any number of processes
 * may do it at once. The database's clock decides, like everywhere. A reader who comes too late is
 * told to retry. In a history-preserving database window and deletions are empty.
 *
 * <p>A record can lose its revision unnoticed: the window is not in the write-ahead log, and empty
 * after a crash; other programs remove revisions and know nothing of our table.
 */
final class WindowTrimmer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(WindowTrimmer.class);

  private static final int BATCH_ROWS = 1_000;

  /** Keys of object_record that one round looks at; a few index probes each. */
  private static final int PAGE_ROWS = 5_000;

  /** What the replaced records may take, by their own length. */
  private static final long BYTES_MAX = 1L << 30;

  /** A client whose cache is older starts with an empty one. */
  private static final Duration DELETIONS_KEPT = Duration.ofDays(30);

  /** Rounds in a window's time: a row stays at most that much longer than asked for. */
  private static final int ROUNDS_PER_WINDOW = 10;

  private static final Duration PAUSE_MIN = Duration.ofSeconds(1);

  /**
   * Up to where everything may go. Asked once a round, since it looks at the whole window; which
   * rows are too many is only asked when there are too many.
   */
  private static final String TOO_OLD =
      """
      SELECT greatest(
        objectdb_tid(clock_timestamp() - make_interval(secs => ?)),
        CASE WHEN (SELECT sum(state_size) FROM object_window) > ? THEN (
          SELECT next_tid FROM (
            SELECT next_tid, sum(state_size) OVER (ORDER BY next_tid DESC, zoid) AS bytes
            FROM object_window) sizes WHERE bytes > ? ORDER BY next_tid DESC LIMIT 1)
        END)
      """;

  private static final String TRIM =
      """
      WITH trimmed AS (
        DELETE FROM object_window WHERE (zoid, tid) IN (
          SELECT zoid, tid FROM object_window
          WHERE next_tid <= ? ORDER BY next_tid LIMIT ? FOR UPDATE SKIP LOCKED)
        RETURNING zoid, tid
      ), unused AS (
        DELETE FROM object_record r USING trimmed d
        WHERE r.zoid = d.zoid AND r.tid = d.tid
          AND NOT EXISTS (SELECT FROM object_state s WHERE s.zoid = d.zoid AND s.tid = d.tid)
      )
      SELECT count(*) FROM trimmed
      """;

  /**
   * The one statement is one snapshot, and in a snapshot no record lacks its revision but for good:
   * both are written by one transaction; whoever replaces a revision moves it to the window or the
   * history in that same transaction; and what was removed never comes back, as no tid is used
   * twice. Of a commit that is under way the snapshot shows neither.
   */
  private static final String SWEEP =
      """
      WITH page AS MATERIALIZED (
        SELECT zoid, tid FROM object_record WHERE (zoid, tid) > (?, ?)
        ORDER BY zoid, tid LIMIT ?
      ), swept AS (
        DELETE FROM object_record WHERE (zoid, tid) IN (
          SELECT r.zoid, r.tid FROM page JOIN object_record r USING (zoid, tid)
          WHERE NOT EXISTS (SELECT FROM object_state s WHERE s.zoid = r.zoid AND s.tid = r.tid)
            AND NOT EXISTS (SELECT FROM object_window w WHERE w.zoid = r.zoid AND w.tid = r.tid)
            HISTORY
          FOR UPDATE OF r SKIP LOCKED)
        RETURNING zoid
      )
      SELECT zoid, tid, (SELECT count(*) FROM swept), (SELECT count(*) FROM page)
      FROM page ORDER BY zoid DESC, tid DESC LIMIT 1
      """;

  private static final String HISTORY =
      "AND NOT EXISTS (SELECT FROM object_history h WHERE h.zoid = r.zoid AND h.tid = r.tid)";

  /** The floor rises with the rows that go, so no reader takes what is left for everything. */
  private static final String TRIM_DELETIONS =
      """
      WITH page AS MATERIALIZED (
        SELECT tid, zoid FROM object_deletion
        WHERE tid <= objectdb_tid(clock_timestamp() - make_interval(secs => ?))
        ORDER BY tid, zoid LIMIT ? FOR UPDATE SKIP LOCKED
      ), raised AS (
        UPDATE objectdb_state SET deletion_floor = p.tid
        FROM (SELECT max(tid) AS tid FROM page) p WHERE deletion_floor < p.tid
      ), trimmed AS (
        DELETE FROM object_deletion WHERE (tid, zoid) IN (SELECT tid, zoid FROM page)
        RETURNING zoid
      )
      SELECT count(*) FROM trimmed
      """;

  private final Pool pool;
  private final Duration window;
  private final String sweep;
  private final Thread thread;
  private Place swept = Place.START;

  /** A key of object_record: the sweep goes on behind it. */
  private record Place(long zoid, long tid) {
    static final Place START = new Place(-1, 0);
  }

  /**
   * Starts nothing yet.
   *
   * @param died told if the thread ends by an error, which nobody would see otherwise
   */
  WindowTrimmer(
      Pool pool, HistoryMode mode, Duration window, Thread.UncaughtExceptionHandler died) {
    this.pool = pool;
    this.window = window;
    sweep = SWEEP.replace("HISTORY", mode == HistoryMode.PRESERVING ? HISTORY : "");
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
        round();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // closed
    }
  }

  private void round() {
    try {
      trim();
      trimDeletions();
      sweepPage(PAGE_ROWS);
    } catch (StorageUnavailableException e) {
      LOG.atInfo().setCause(e).log("the window was not trimmed, next time then");
    } catch (RuntimeException e) {
      LOG.atError().setCause(e).log("the window could not be trimmed, it is tried again");
    }
  }

  /** Removes every replaced revision that is too old now. */
  void trim() {
    trim(BYTES_MAX);
  }

  /** With the size given, so that a test need not store a gigabyte. */
  void trim(long bytesMax) {
    long upTo = pool.read("measuring the window", connection -> tooOld(connection, bytesMax));
    inBatches(
        "trimming the window",
        connection -> {
          try (PreparedStatement statement = connection.prepareStatement(TRIM)) {
            statement.setLong(1, upTo);
            statement.setInt(2, BATCH_ROWS);
            return count(statement);
          }
        });
  }

  private long tooOld(Connection connection, long bytesMax) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(TOO_OLD)) {
      statement.setDouble(1, seconds(window));
      statement.setLong(2, bytesMax);
      statement.setLong(3, bytesMax);
      try (ResultSet row = statement.executeQuery()) {
        row.next();
        return row.getLong(1);
      }
    }
  }

  /** Removes every deletion that is too old now. */
  void trimDeletions() {
    Duration kept = window.compareTo(DELETIONS_KEPT) > 0 ? window : DELETIONS_KEPT;
    inBatches(
        "trimming the deletions",
        connection -> {
          try (PreparedStatement statement = connection.prepareStatement(TRIM_DELETIONS)) {
            statement.setDouble(1, seconds(kept));
            statement.setInt(2, BATCH_ROWS);
            return count(statement);
          }
        });
  }

  private void inBatches(String doing, Pool.Work<Integer> batch) {
    int removed;
    do {
      removed = pool.read(doing, batch);
    } while (removed == BATCH_ROWS && !Thread.currentThread().isInterrupted());
  }

  private static double seconds(Duration duration) {
    return duration.toMillis() / 1000.0;
  }

  private static int count(PreparedStatement statement) throws SQLException {
    try (ResultSet row = statement.executeQuery()) {
      row.next();
      return row.getInt(1);
    }
  }

  /**
   * Removes the records without a revision from the next page of the table; behind the last page
   * comes the first.
   */
  void sweepPage(int rows) {
    swept = pool.read("sweeping the records", connection -> sweep(connection, rows));
  }

  private Place sweep(Connection connection, int rows) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sweep)) {
      statement.setLong(1, swept.zoid());
      statement.setLong(2, swept.tid());
      statement.setInt(3, rows);
      try (ResultSet row = statement.executeQuery()) {
        if (!row.next()) {
          return Place.START;
        }
        long removed = row.getLong(3);
        if (removed > 0) {
          LOG.atInfo().addKeyValue("records", removed).log("records without a revision are gone");
        }
        return row.getInt(4) < rows ? Place.START : new Place(row.getLong(1), row.getLong(2));
      }
    }
  }

  @Override
  public void close() {
    thread.interrupt();
  }
}
