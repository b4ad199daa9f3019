package dev.objectdb.storage.pg;

import dev.objectdb.object.Limits;
import dev.objectdb.storage.HistoryMode;
import java.time.Duration;
import java.util.regex.Pattern;

/**
 * Everything a storage in PostgreSQL has to be told. Checked here, so that a value that exists is
 * one that works; {@code toString} shows no password, since {@link PgLogin} does not.
 *
 * @param login where the database is, and who logs in
 * @param schema the PostgreSQL schema that holds the tables; created if it is missing
 * @param historyMode what the database keeps; must be the mode it was created with
 * @param pool the connections that reads share
 * @param cacheBytes size of the shared cache of records; 0 for none
 * @param snapshotWindow how long an overwritten revision stays readable in a history-free database
 * @param transactionTimeout how long a voted transaction may keep the commit lock
 * @param statementTimeout bound on one statement of a pooled connection
 * @param lockTimeout bound on one wait for a table or a row of a pooled connection
 * @param keepsForeignColumns whether columns of another program may go stale under our writes
 * @param limits bounds on records and transactions
 */
public record PgConfig(
    PgLogin login,
    String schema,
    HistoryMode historyMode,
    Pooling pool,
    long cacheBytes,
    Duration snapshotWindow,
    Duration transactionTimeout,
    Duration statementTimeout,
    Duration lockTimeout,
    boolean keepsForeignColumns,
    Limits limits) {
  /** Lower case only: a name that never needs quoting means the same to everybody. */
  private static final Pattern SCHEMA_NAME = Pattern.compile("[a-z_][a-z0-9_]{0,62}");

  private static final int POOL_MAX_MAX = 200;

  /**
   * The connections that reads share; two more are used for committing and for news.
   *
   * @param min kept open while idle
   * @param max open at most
   * @param acquireTimeout how long a read waits for a free one
   * @param maxLifetime after that long each is replaced, so that none is forgotten on a server that
   *     was to be left; at least two minutes
   * @param idleTimeout after that long without use those above the minimum are closed
   */
  public record Pooling(
      int min, int max, Duration acquireTimeout, Duration maxLifetime, Duration idleTimeout) {
    /** Twice the time after which an idle connection is tried out. */
    private static final Duration LIFETIME_LEAST = Duration.ofMinutes(2);

    /** What fits most databases. */
    public static final Pooling DEFAULT =
        new Pooling(2, 10, Duration.ofSeconds(30), Duration.ofMinutes(30), Duration.ofMinutes(10));

    public Pooling {
      if (min < 0 || max < Math.max(2, min) || max > POOL_MAX_MAX) {
        throw new IllegalArgumentException("pool sizes must be 0 <= min <= max, and max 2 to 200");
      }
      requirePositive(acquireTimeout, "acquireTimeout");
      requirePositive(idleTimeout, "idleTimeout");
      if (maxLifetime.compareTo(LIFETIME_LEAST) < 0 || idleTimeout.compareTo(maxLifetime) >= 0) {
        throw new IllegalArgumentException(
            "maxLifetime must be at least two minutes, and above idleTimeout");
      }
    }
  }

  public PgConfig {
    if (!SCHEMA_NAME.matcher(schema).matches() || schema.startsWith("pg_")) {
      throw new IllegalArgumentException(
          "schema must match " + SCHEMA_NAME + " and not start with pg_: " + schema);
    }
    if (cacheBytes < 0) {
      throw new IllegalArgumentException("the cache's size must not be negative");
    }
    requirePositive(snapshotWindow, "snapshotWindow");
    requirePositive(transactionTimeout, "transactionTimeout");
    requirePositive(statementTimeout, "statementTimeout");
    requirePositive(lockTimeout, "lockTimeout");
  }

  /** Returns the defaults for a database at this address. */
  public static PgConfig of(PgLogin login, HistoryMode historyMode) {
    return new PgConfig(
        login,
        "public",
        historyMode,
        Pooling.DEFAULT,
        256L << 20,
        Duration.ofMinutes(5),
        Duration.ofSeconds(10),
        Duration.ofSeconds(60),
        Duration.ofSeconds(5),
        false,
        Limits.DEFAULT);
  }

  /** Returns the same, with the tables in another schema. */
  public PgConfig withSchema(String changed) {
    return new PgConfig(
        login,
        changed,
        historyMode,
        pool,
        cacheBytes,
        snapshotWindow,
        transactionTimeout,
        statementTimeout,
        lockTimeout,
        keepsForeignColumns,
        limits);
  }

  private static void requirePositive(Duration duration, String name) {
    // The server counts in milliseconds, and takes 0 for "no limit".
    if (duration.toMillis() <= 0) {
      throw new IllegalArgumentException(name + " must be at least a millisecond");
    }
  }
}
