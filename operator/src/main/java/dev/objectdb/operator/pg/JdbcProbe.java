package dev.objectdb.operator.pg;

import dev.objectdb.operator.pg.Observation.Counts;
import dev.objectdb.operator.pg.Observation.Reached;
import dev.objectdb.operator.pg.Observation.Tables;
import dev.objectdb.operator.pg.Observation.Trouble;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.stream.Stream;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.postgresql.Driver;

/**
 * One session for one look. Each deadline stands inside the next: the statement's, the driver's for
 * a silent server, the log-in's.
 */
public final class JdbcProbe implements Probe {
  private static final int CONNECT_SECONDS = 2;
  private static final int STATEMENT_SECONDS = 5;
  private static final int SILENCE_SECONDS = STATEMENT_SECONDS + 1;
  private static final int LOGIN_SECONDS = SILENCE_SECONDS + 1;

  private static final List<String> STATE_COLUMNS =
      List.of("zoid", "tid", "class_mod", "class_name", "state", "state_size", "refs");

  private static final String SERVER =
      """
      SELECT split_part(current_setting('server_version'), ' ', 1) AS version,
             current_setting('server_version_num')::int AS number,
             current_setting('transaction_read_only')::bool AS read_only,
             current_setting('max_connections')::int
               - current_setting('superuser_reserved_connections')::int
               - coalesce(current_setting('reserved_connections', true)::int, 0) AS connections,
             to_regclass('objectdb_state') IS NOT NULL AS has_tables,
             ARRAY(SELECT attname::text FROM pg_attribute
                   WHERE attrelid = to_regclass('object_state') AND attnum > 0
                     AND NOT attisdropped AND attname <> ALL (?) ORDER BY attnum) AS foreign_columns
      """;

  /** By name in a document: earlier versions of the table have no owner. */
  private static final String OWN =
      "SELECT schema_version, epoch, to_jsonb(s) ->> 'owner' FROM objectdb_state AS s";

  private static final String COUNTS =
      """
      SELECT sum(reltuples) FILTER (WHERE relname = 'object_state' AND reltuples >= 0)::bigint,
             sum(reltuples) FILTER (WHERE relname = 'transaction_log' AND reltuples >= 0)::bigint,
             sum(reltuples) FILTER (WHERE relname = 'object_history' AND reltuples >= 0)::bigint,
             sum(pg_total_relation_size(oid))::bigint
      FROM pg_class WHERE relkind = 'r' AND relnamespace = to_regnamespace(?)
      """;

  @Override
  public Observation look(Target target, boolean counting) {
    if (target.trusted().isEmpty()) {
      return lookAt(target, counting);
    }
    try {
      Path file = Files.createTempFile("postgres-ca-", ".crt"); // the driver takes only a file
      try {
        Files.writeString(file, target.trusted());
        PostgresAddress trusting = target.address().with("sslrootcert", file.toString());
        return lookAt(new Target(trusting, "", target.schema()), counting);
      } finally {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Observation lookAt(Target target, boolean counting) {
    try (Connection connection = connect(target)) {
      return reached(connection, target.schema(), counting);
    } catch (SQLException e) {
      return new Observation.Failed(trouble(e, target.address()), firstLine(e));
    } catch (IllegalArgumentException e) { // the driver's, for a value that it cannot read
      return new Observation.Failed(Trouble.UNREACHABLE, firstLine(e));
    }
  }

  private static Connection connect(Target target) throws SQLException {
    PostgresAddress address = target.address();
    Properties properties = address.login();
    properties.setProperty("connectTimeout", Integer.toString(CONNECT_SECONDS));
    properties.setProperty("loginTimeout", Integer.toString(LOGIN_SECONDS));
    properties.setProperty("socketTimeout", Integer.toString(SILENCE_SECONDS));
    properties.setProperty("ApplicationName", "objectdb operator");
    // A server that is read-only answers too, and says so.
    properties.setProperty(
        "targetServerType", address.hosts().contains(",") ? "preferPrimary" : "any");
    properties.setProperty(
        "options",
        "-c statement_timeout=%ds -c lock_timeout=%ds -c search_path=%s"
            .formatted(STATEMENT_SECONDS, CONNECT_SECONDS, target.schema()));
    Connection connection = new Driver().connect(address.jdbcUrl(), properties);
    if (connection == null) {
      throw new SQLException("the driver refused the address", "08001");
    }
    return connection;
  }

  private static Observation reached(Connection connection, String schema, boolean counting)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(SERVER)) {
      statement.setArray(1, connection.createArrayOf("text", STATE_COLUMNS.toArray()));
      try (ResultSet row = statement.executeQuery()) {
        row.next();
        boolean hasTables = row.getBoolean("has_tables");
        return new Reached(
            row.getString("version"),
            row.getInt("number"),
            row.getBoolean("read_only"),
            row.getInt("connections"),
            hasTables ? tables(connection) : null,
            List.of((String[]) row.getArray("foreign_columns").getArray()),
            counting ? counts(connection, schema) : Counts.NONE);
      }
    }
  }

  private static @Nullable Tables tables(Connection connection) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(OWN);
        ResultSet row = statement.executeQuery()) {
      return row.next() ? new Tables(row.getInt(1), row.getLong(2), row.getString(3)) : null;
    }
  }

  /** A table that somebody has locked, or too many of them, are no reason not to be reachable. */
  private static Counts counts(Connection connection, String schema) {
    try (PreparedStatement statement = connection.prepareStatement(COUNTS)) {
      statement.setString(1, schema);
      try (ResultSet row = statement.executeQuery()) {
        row.next();
        return new Counts(
            row.getObject(1, Long.class),
            row.getObject(2, Long.class),
            row.getObject(3, Long.class),
            row.getObject(4, Long.class));
      }
    } catch (SQLException e) {
      return Counts.NONE;
    }
  }

  /** By SQLSTATE, appendix "PostgreSQL Error Codes"; class 08 comes from the driver itself. */
  private static Trouble trouble(SQLException error, PostgresAddress address) {
    if (Stream.of(SSLException.class, CertificateException.class, FileNotFoundException.class)
        .anyMatch(type -> isCausedBy(error, type))) {
      return Trouble.TLS;
    }
    if (isCausedBy(error, SocketTimeoutException.class)) {
      return Trouble.TIMEOUT;
    }
    return switch (Optional.ofNullable(error.getSQLState()).orElse("")) {
      case "28P01", "28000" -> Trouble.AUTHENTICATION;
      // The driver's: TLS is asked for and the server has none, or a password, and we have none.
      case "08004" -> address.hasPassword() ? Trouble.TLS : Trouble.AUTHENTICATION;
      // Where names are compared, a wrong one has no cause of its own.
      case "08006" ->
          (address.sslMode().equals("verify-full") && error.getCause() == null)
              ? Trouble.TLS
              : Trouble.UNREACHABLE;
      // The driver's, when the log-in as a whole took too long.
      case "08001" -> error.getCause() == null ? Trouble.TIMEOUT : Trouble.UNREACHABLE;
      case "3D000" -> Trouble.NO_DATABASE;
      case "42501" -> Trouble.ACCESS;
      case "53300" -> Trouble.CONNECTIONS;
      case "57014", "55P03" -> Trouble.BUSY;
      default -> Trouble.UNREACHABLE;
    };
  }

  private static boolean isCausedBy(Throwable error, Class<? extends Throwable> type) {
    return Stream.<Throwable>iterate(error, cause -> cause != null, Throwable::getCause)
        .anyMatch(type::isInstance);
  }

  /** The rest of a message quotes rows, or is a hint for somebody at a terminal. */
  private static String firstLine(Exception error) {
    if (isCausedBy(error, UnknownHostException.class)) { // of which the driver says nothing
      return "unknown host";
    }
    return String.valueOf(error.getMessage()).lines().findFirst().orElse("");
  }
}
