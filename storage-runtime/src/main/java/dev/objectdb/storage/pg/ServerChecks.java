package dev.objectdb.storage.pg;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * Checks that the server does what all else rests on.
 *
 * <p>Some servers that speak PostgreSQL's protocol accept advisory locks and lock nothing, and a
 * pooler in transaction mode gives the lock to somebody else: both would let two writers in.
 */
final class ServerChecks {
  /** A name space of its own: the number in it is the session's, so two starts never meet. */
  private static final int TEST_SPACE = 0x5A4443;

  private ServerChecks() {}

  /** Takes a lock in one session and tries to take it in another, which must be told no. */
  static void advisoryLocksWork(Connection one, Sessions sessions) throws SQLException {
    int key;
    try (Statement statement = one.createStatement();
        ResultSet row = statement.executeQuery("SELECT pg_backend_pid()")) {
      row.next();
      key = row.getInt(1);
    }
    ask(one, "SELECT pg_advisory_lock(?, ?) IS NOT NULL", key);
    boolean alsoGranted;
    try (Connection other = sessions.open("schema check")) {
      alsoGranted = ask(other, "SELECT pg_try_advisory_lock(?, ?)", key);
    }
    boolean released = ask(one, "SELECT pg_advisory_unlock(?, ?)", key);
    if (alsoGranted || !released) {
      throw new SchemaException(
          "advisory locks do not exclude each other on this server: it is no PostgreSQL, or a"
              + " pooler in transaction mode stands before it. Connect to PostgreSQL directly");
    }
  }

  private static boolean ask(Connection connection, String sql, int key) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setInt(1, TEST_SPACE);
      statement.setInt(2, key);
      try (ResultSet row = statement.executeQuery()) {
        row.next();
        return row.getBoolean(1);
      }
    }
  }
}
