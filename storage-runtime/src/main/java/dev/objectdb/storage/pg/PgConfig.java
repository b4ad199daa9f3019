package dev.objectdb.storage.pg;

import dev.objectdb.object.Limits;
import dev.objectdb.storage.HistoryMode;
import java.time.Duration;
import java.util.regex.Pattern;

/**
 * Everything a storage in PostgreSQL has to be told. Checked here, so that a value that exists is
 * one that works; {@code toString} shows no password, since {@link PgUri} does not.
 *
 * @param uri where the database is
 * @param schema the PostgreSQL schema that holds the tables; created if it is missing
 * @param historyMode what the database keeps; must be the mode it was created with
 * @param poolMin connections kept open while idle
 * @param poolMax connections for reading at most; two more are used for committing and for news
 * @param acquireTimeout how long a read waits for a free connection
 * @param cacheBytes size of the shared cache of records; 0 for none
 * @param snapshotWindow how long an overwritten revision stays readable in a history-free database
 * @param transactionTimeout how long a voted transaction may keep the commit lock
 * @param statementTimeout bound on one statement of a pooled connection
 * @param lockTimeout bound on one wait for a table or a row of a pooled connection
 * @param limits bounds on records and transactions
 */
public record PgConfig(
    PgUri uri,
    String schema,
    HistoryMode historyMode,
    int poolMin,
    int poolMax,
    Duration acquireTimeout,
    long cacheBytes,
    Duration snapshotWindow,
    Duration transactionTimeout,
    Duration statementTimeout,
    Duration lockTimeout,
    Limits limits) {
  /** Lower case only: a name that never needs quoting means the same to everybody. */
  private static final Pattern SCHEMA_NAME = Pattern.compile("[a-z_][a-z0-9_]{0,62}");

  private static final int POOL_MAX_MAX = 200;

  public PgConfig {
    if (!SCHEMA_NAME.matcher(schema).matches() || schema.startsWith("pg_")) {
      throw new IllegalArgumentException(
          "schema must match " + SCHEMA_NAME + " and not start with pg_: " + schema);
    }
    if (poolMin < 0 || poolMax < Math.max(2, poolMin) || poolMax > POOL_MAX_MAX) {
      throw new IllegalArgumentException("pool sizes must be 0 <= min <= max, and max 2 to 200");
    }
    if (cacheBytes < 0) {
      throw new IllegalArgumentException("the cache's size must not be negative");
    }
    requirePositive(acquireTimeout, "acquireTimeout");
    requirePositive(snapshotWindow, "snapshotWindow");
    requirePositive(transactionTimeout, "transactionTimeout");
    requirePositive(statementTimeout, "statementTimeout");
    requirePositive(lockTimeout, "lockTimeout");
  }

  /** Returns the defaults for a database at this address. */
  public static PgConfig of(PgUri uri, HistoryMode historyMode) {
    return new PgConfig(
        uri,
        "public",
        historyMode,
        2,
        10,
        Duration.ofSeconds(30),
        256L << 20,
        Duration.ofMinutes(5),
        Duration.ofSeconds(10),
        Duration.ofSeconds(60),
        Duration.ofSeconds(5),
        Limits.DEFAULT);
  }

  /** Returns the same, with the tables in another schema. */
  public PgConfig withSchema(String changed) {
    return new PgConfig(
        uri,
        changed,
        historyMode,
        poolMin,
        poolMax,
        acquireTimeout,
        cacheBytes,
        snapshotWindow,
        transactionTimeout,
        statementTimeout,
        lockTimeout,
        limits);
  }

  private static void requirePositive(Duration duration, String name) {
    // The server counts in milliseconds, and takes 0 for "no limit".
    if (duration.toMillis() <= 0) {
      throw new IllegalArgumentException(name + " must be at least a millisecond");
    }
  }
}
