package dev.objectdb.storage.pg;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Properties;
import org.postgresql.Driver;

/**
 * Opens database sessions: the one place for addresses, time-outs and the search path.
 *
 * <p>The settings travel in the start-up packet, so a session costs no further round trip, and
 * {@code RESET ALL} brings them back. Those a deployment gives itself ({@code options=-c ...} in
 * the address) come first, ours after them, so ours hold where both speak.
 *
 * <p>Time-outs stand in three rings, each a little wider than the one inside: the statement's, the
 * server's for a dead peer (TCP keep-alives, so that a lost node's locks are freed in seconds), and
 * the driver's for a dead server.
 */
final class PgSessions implements Sessions {
  /** Between the server's own time-out and the driver giving the server up. */
  private static final Duration SERVER_GRACE = Duration.ofSeconds(15);

  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);
  static final Duration LOGIN_TIMEOUT = Duration.ofSeconds(20);

  /** A session of ours is never idle in a transaction for long, unless its client hangs. */
  private static final Duration IDLE_IN_TRANSACTION = Duration.ofSeconds(60);

  private final PgConfig config;

  PgSessions(PgConfig config) {
    this.config = config;
  }

  /** Opens a session without a bound on statements and locks: its user bounds each wait itself. */
  @Override
  public Connection open(String name) throws SQLException {
    PgUri uri = config.login().now();
    return connect(
        uri,
        properties(
            uri,
            name,
            Map.of("statement_timeout", "0", "lock_timeout", "0", "idle_session_timeout", "0")));
  }

  /** Opens a session for the pool, with a bound on everything. */
  Connection openPooled() throws SQLException {
    PgUri uri = config.login().now();
    Properties properties =
        properties(
            uri,
            "reader",
            Map.of(
                "statement_timeout", millis(config.statementTimeout()),
                "lock_timeout", millis(config.lockTimeout())));
    properties.setProperty(
        "socketTimeout", String.valueOf(config.statementTimeout().plus(SERVER_GRACE).toSeconds()));
    return connect(uri, properties);
  }

  private static Connection connect(PgUri uri, Properties properties) throws SQLException {
    Connection connection = new Driver().connect(uri.jdbcUrl(), properties);
    if (connection == null) {
      throw new SQLException("the driver refused the address", "08001");
    }
    return connection;
  }

  private Properties properties(PgUri uri, String name, Map<String, String> settings) {
    Properties properties = uri.driverProperties();
    properties.putIfAbsent("connectTimeout", String.valueOf(CONNECT_TIMEOUT.toSeconds()));
    // Bounds the log-in too: a server that accepts and then says nothing is no server.
    properties.setProperty("loginTimeout", String.valueOf(LOGIN_TIMEOUT.toSeconds()));
    properties.setProperty("tcpKeepAlive", "true");
    // An error's detail quotes the row it is about, and messages of errors are logged.
    properties.setProperty("logServerErrorDetail", "false");
    properties.merge("ApplicationName", "objectdb " + name, (given, ours) -> given + " " + name);
    Map<String, String> all = new LinkedHashMap<>(common());
    all.putAll(settings);
    StringBuilder options = new StringBuilder(properties.getProperty("options", ""));
    all.forEach((key, value) -> options.append(" -c ").append(key).append('=').append(value));
    properties.setProperty("options", options.toString().strip());
    return properties;
  }

  private Map<String, String> common() {
    return Map.of(
        "search_path", config.schema(),
        // A commit that was answered must survive, whatever the database's default is.
        "synchronous_commit", "on",
        "idle_in_transaction_session_timeout", millis(IDLE_IN_TRANSACTION),
        "tcp_keepalives_idle", "10",
        "tcp_keepalives_interval", "5",
        "tcp_keepalives_count", "3",
        "tcp_user_timeout", "25000",
        // Every statement here is a few index probes; compiling one costs more than running it.
        "jit", "off");
  }

  private static String millis(Duration duration) {
    return String.valueOf(duration.toMillis());
  }
}
