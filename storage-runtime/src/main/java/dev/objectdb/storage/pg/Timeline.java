package dev.objectdb.storage.pg;

import dev.objectdb.object.Tid;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which history a server's data belong to. It changes when a standby takes over or a backup is
 * restored, and then commits that clients were told of may be gone.
 *
 * <p>The restored backup may be a dump, and the server the same as before: then the log lies in
 * another database, or in another file of it. So it does after {@code VACUUM FULL}, which loses
 * nothing; caches that start anew once too often are no harm.
 *
 * @param system the number a cluster gets when it is created
 * @param number rises each time a server begins to write a history of its own
 * @param place the database and the file in it that hold the log
 */
record Timeline(long system, int number, long place) {
  /** Clients hold oids they were given; a sequence forgets some of its draws in a crash, too. */
  private static final int OIDS_SKIPPED = 10_000;

  /** Clients may know tids up to the old server's clock; a minute is above any sane difference. */
  private static final String MARGIN = "1 minute";

  private static final Logger log = LoggerFactory.getLogger(Timeline.class);

  /** Returns the one that this session writes to. */
  static Timeline of(Connection connection) throws SQLException {
    String sql =
        """
        SELECT system_identifier, substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8),
               d.oid::bigint << 32 | pg_relation_filenode('transaction_log')::bigint
        FROM pg_control_system(), pg_database d WHERE d.datname = current_database()
        """;
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      row.next();
      return new Timeline(
          row.getLong(1), Integer.parseUnsignedInt(row.getString(2), 16), row.getLong(3));
    }
  }

  /**
   * Makes the database safe for clients that know another history: an empty transaction above every
   * tid they can know makes their caches start anew, and oids that they were given are skipped.
   * Does nothing where the history is the recorded one, or another process did it already.
   *
   * @param connection holds lock 0, in auto-commit mode
   * @param told the greatest tid that this process told anybody
   * @return the history in force
   */
  static Timeline reconcile(Connection connection, Tid told) throws SQLException {
    Timeline actual = of(connection);
    connection.setAutoCommit(false);
    try {
      if (isAnother(connection, actual, told)) {
        log.atWarn().log("the database is another history than before: caches start anew");
        leap(connection);
      }
      record(connection, actual);
      connection.commit();
      return actual;
    } catch (SQLException | RuntimeException e) {
      connection.rollback();
      throw e;
    } finally {
      connection.setAutoCommit(true);
    }
  }

  private static boolean isAnother(Connection connection, Timeline actual, Tid told)
      throws SQLException {
    String sql =
        """
        SELECT system_identifier, timeline, place,
               (SELECT coalesce(max(tid), 0) FROM transaction_log)
        FROM objectdb_state FOR UPDATE
        """;
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      row.next();
      boolean known = row.getObject(1) != null;
      long place = row.getObject(3) == null ? actual.place() : row.getLong(3); // new in version 5
      Timeline recorded = new Timeline(row.getLong(1), row.getInt(2), place);
      return (known && !recorded.equals(actual)) || row.getLong(4) < told.value();
    }
  }

  private static void leap(Connection connection) throws SQLException {
    String sql =
        """
        SET LOCAL objectdb.import = 'on';
        INSERT INTO transaction_log (tid, description)
        SELECT greatest((SELECT coalesce(max(tid), 0) + 1 FROM transaction_log),
                        objectdb_tid(clock_timestamp() + interval '%s')),
               'objectdb: the database server was replaced';
        SELECT objectdb_raise_oids(last_value + %d) FROM zoid_seq
        """
            .formatted(MARGIN, OIDS_SKIPPED);
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private static void record(Connection connection, Timeline actual) throws SQLException {
    String sql = "UPDATE objectdb_state SET system_identifier = ?, timeline = ?, place = ?";
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setLong(1, actual.system());
      statement.setInt(2, actual.number());
      statement.setLong(3, actual.place());
      statement.executeUpdate();
    }
  }
}
