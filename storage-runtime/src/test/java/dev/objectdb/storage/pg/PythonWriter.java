package dev.objectdb.storage.pg;

import dev.objectdb.object.Oid;
import dev.objectdb.object.Tid;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * Commits as the Python package zodb-pgjsonb 1.19 does in a history-free database: one transaction
 * with lock 0 from begin to commit, the tid from its own clock, the log row before the objects.
 */
final class PythonWriter implements AutoCloseable {
  private final Connection connection;

  PythonWriter(Connection connection) throws SQLException {
    this.connection = connection;
    connection.setAutoCommit(false);
  }

  /** Begins, and waits for the lock. */
  void begin() throws SQLException {
    execute("SELECT pg_advisory_xact_lock(0)");
  }

  /** Returns the tid that its clock gives. */
  Tid writeLog() throws SQLException {
    String sql =
        """
        INSERT INTO transaction_log (tid, username, description, extension)
        SELECT greatest(coalesce(max(tid), 0) + 1, objectdb_tid(clock_timestamp())), 'py', '', ''
        FROM transaction_log RETURNING tid
        """;
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      row.next();
      return new Tid(row.getLong(1));
    }
  }

  void upsert(Oid oid, Tid tid, int value) throws SQLException {
    String sql =
        """
        INSERT INTO object_state (zoid, tid, class_mod, class_name, state, state_size, refs)
        VALUES (?, ?, 'm', 'C', jsonb_build_object('a', ?::text), 10, '{}')
        ON CONFLICT (zoid) DO UPDATE SET tid = excluded.tid, state = excluded.state
        """;
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setLong(1, oid.value());
      statement.setLong(2, tid.value());
      statement.setString(3, "value %010d".formatted(value));
      statement.executeUpdate();
    }
  }

  Tid commit(Oid oid, int value) throws SQLException {
    begin();
    Tid tid = writeLog();
    upsert(oid, tid, value);
    connection.commit();
    return tid;
  }

  void commit() throws SQLException {
    connection.commit();
  }

  void execute(String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  @Override
  public void close() throws SQLException {
    connection.close();
  }
}
