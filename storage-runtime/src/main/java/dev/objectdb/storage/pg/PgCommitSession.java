package dev.objectdb.storage.pg;

import dev.objectdb.object.Check;
import dev.objectdb.object.Oid;
import dev.objectdb.object.Tid;
import dev.objectdb.storage.HistoryMode;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.postgresql.PGConnection;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The commit session over JDBC.
 *
 * <p>The lock is a session's, not a transaction's: it spans the check at the vote, the client's
 * answer and the transaction that writes. Python's {@code pg_advisory_xact_lock(0)} and the guard
 * trigger use the same key, and the guard is free for the session that holds it.
 *
 * <p>The driver is left in auto-commit mode, since it would send BEGIN by itself and apart: the
 * first statement of a commit brings it along.
 *
 * <p>Locking is a statement of its own, in front of the one that reads: at READ COMMITTED a
 * statement sees what was committed when it began, and waiting is part of a statement. While the
 * lock is held the server ends a session that says nothing for longer than a client may take.
 */
final class PgCommitSession implements CommitSession {
  /** The lengths keep every answer narrow, see {@link DeltaQuery}. */
  private static final String LOCK =
      """
      SELECT length(set_config('lock_timeout', ?, false)),
             length(set_config('statement_timeout', ?, false)),
             length(set_config('idle_session_timeout', ?, false));
      SELECT pg_advisory_lock(0);
      SELECT epoch, objectdb_tid(clock_timestamp()) FROM objectdb_state;
      """;

  private static final String UNLOCK =
      "SELECT pg_advisory_unlock(0), set_config('idle_session_timeout', '0', false)";

  private static final String AWAITED =
      """
      SELECT EXISTS (
        SELECT FROM pg_locks
        WHERE locktype = 'advisory' AND NOT granted AND classid = 0 AND objid = 0 AND objsubid = 1
          AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))
      """;

  private static final String CURRENT = "SELECT zoid, tid FROM object_state WHERE zoid = ANY (?)";

  /** Above the time that the lock may take, for whatever the session does with it. */
  private static final Duration GRACE = Duration.ofSeconds(30);

  /** A parameter of this many oids is 3 MB on the wire. */
  private static final int OIDS_AT_ONCE = 250_000;

  private static final Logger log = LoggerFactory.getLogger(PgCommitSession.class);

  private final Connection connection;
  private final HistoryMode mode;
  private final Duration transactionTimeout;
  private final DeltaQuery delta;
  private final BatchWriter writer;

  /**
   * Takes over a connection.
   *
   * @param transactionTimeout how long a client may leave the session silent under the lock
   */
  PgCommitSession(Connection connection, HistoryMode mode, Duration transactionTimeout)
      throws SQLException {
    connection.unwrap(PGConnection.class).setPrepareThreshold(1); // the same few all the time
    execute(connection, "SET default_transaction_isolation = 'read committed'");
    this.connection = connection;
    this.mode = mode;
    this.transactionTimeout = transactionTimeout;
    this.delta = DeltaQuery.of(mode);
    this.writer = new BatchWriter(connection, mode);
  }

  @Override
  public Grant lock(Duration wait, Tid position) throws SQLException {
    Duration bound = wait.plus(GRACE);
    connection.setNetworkTimeout(Runnable::run, Math.toIntExact(bound.plus(GRACE).toMillis()));
    try (PreparedStatement statement = connection.prepareStatement(LOCK + delta.sql())) {
      statement.setString(1, millis(wait));
      statement.setString(2, millis(bound));
      statement.setString(3, millis(transactionTimeout.plus(GRACE)));
      delta.bind(statement, 4, position, PgFeedSource.OIDS_MAX);
      statement.execute();
      next(statement);
      next(statement);
      long clock;
      try (ResultSet row = statement.getResultSet()) {
        Check.invariant(row.next(), "the database has a line of state");
        writer.setEpoch(row.getLong(1));
        clock = row.getLong(2);
      }
      next(statement);
      try (ResultSet rows = statement.getResultSet()) {
        return new Grant(DeltaQuery.read(rows, position, PgFeedSource.OIDS_MAX), new Tid(clock));
      }
    } catch (SQLException e) {
      forgetLock(e);
      throw e;
    }
  }

  private static void next(Statement statement) throws SQLException {
    Check.invariant(statement.getMoreResults(), "each statement of the lock answers with rows");
  }

  /** A session's lock outlives the statement that failed behind it. */
  private void forgetLock(SQLException error) {
    if (isLost(error)) {
      return;
    }
    try {
      execute(connection, "SELECT pg_advisory_unlock_all()");
    } catch (SQLException e) {
      error.addSuppressed(e);
      close();
    }
  }

  @Override
  public Map<Oid, Tid> current(Collection<Oid> oids) throws SQLException {
    Map<Oid, Tid> found = HashMap.newHashMap(oids.size());
    long[] all = oids.stream().mapToLong(Oid::value).toArray();
    for (int from = 0; from < all.length; from += OIDS_AT_ONCE) {
      int to = Math.min(all.length, from + OIDS_AT_ONCE);
      try (PreparedStatement statement = connection.prepareStatement(CURRENT)) {
        statement.setArray(1, bigints(java.util.Arrays.copyOfRange(all, from, to)));
        try (ResultSet rows = statement.executeQuery()) {
          while (rows.next()) {
            found.put(new Oid(rows.getLong(1)), new Tid(rows.getLong(2)));
          }
        }
      }
    }
    return found;
  }

  @Override
  public Set<Revision> loadable(Collection<Revision> revisions) throws SQLException {
    String table =
        switch (mode) {
          case FREE -> "object_window";
          case PRESERVING -> "object_history";
        };
    String sql =
        """
        SELECT kept.zoid, kept.tid
        FROM unnest(?::bigint[], ?::bigint[]) AS wanted (zoid, tid)
        JOIN %s AS kept USING (zoid, tid) WHERE kept.state IS NOT NULL
        """
            .formatted(table);
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setArray(1, bigints(revisions.stream().mapToLong(r -> r.oid().value()).toArray()));
      statement.setArray(2, bigints(revisions.stream().mapToLong(r -> r.tid().value()).toArray()));
      Set<Revision> found = new HashSet<>();
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          found.add(new Revision(new Oid(rows.getLong(1)), new Tid(rows.getLong(2))));
        }
      }
      return found;
    }
  }

  @Override
  public Batch write(List<Member> members) throws SQLException, SpoolException {
    return writer.write(members);
  }

  @Override
  public void commit() throws SQLException {
    execute(connection, "COMMIT"); // the driver fails if the answer is ROLLBACK
  }

  @Override
  public void rollback() throws SQLException {
    execute(connection, "ROLLBACK");
  }

  /**
   * {@inheritDoc}
   *
   * <p>Somebody else may have taken the same tid after our transaction was rolled back, so the row
   * must also be of our PostgreSQL transaction.
   */
  @Override
  public boolean isCommitted(Batch batch) throws SQLException {
    String sql =
        "SELECT EXISTS (SELECT FROM transaction_log WHERE tid = ? AND xmin::text::bigint = ?)";
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setLong(1, batch.tids().getFirst().value());
      statement.setLong(2, batch.xid() & 0xffff_ffffL); // a row names the low half
      try (ResultSet row = statement.executeQuery()) {
        return row.next() && row.getBoolean(1);
      }
    }
  }

  @Override
  public void unlock() throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(UNLOCK)) {
      if (!row.next() || !row.getBoolean(1)) {
        throw new SQLException("the session did not hold the commit lock", "55000");
      }
    }
  }

  @Override
  public boolean isAwaited() throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(AWAITED);
        ResultSet row = statement.executeQuery()) {
      return row.next() && row.getBoolean(1);
    }
  }

  @Override
  public <T> T run(CommitSequencer.Task<T> task) throws SQLException {
    return task.run(connection);
  }

  /**
   * {@inheritDoc}
   *
   * <p>On a standby too: the lock means nothing there, and a new session finds the primary.
   */
  @Override
  public boolean isLost(SQLException error) {
    try {
      return SqlErrors.kind(error) == SqlErrors.Kind.LOST
          || SqlErrors.isStandby(error)
          || connection.isClosed();
    } catch (SQLException e) {
      return true;
    }
  }

  @Override
  public void close() {
    try {
      connection.abort(Runnable::run);
    } catch (SQLException e) {
      log.atDebug().setCause(e).log("a commit session was not closed cleanly");
    }
  }

  private static void execute(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private java.sql.Array bigints(long[] values) throws SQLException {
    return connection.unwrap(PGConnection.class).createArrayOf("int8", values);
  }

  private static String millis(Duration duration) {
    return String.valueOf(duration.toMillis());
  }
}
