package dev.objectdb.storage.pg;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.HikariPoolMXBean;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;

/**
 * The bounded set of sessions that reads share.
 *
 * <p>Waiting for one is bounded ({@code acquireTimeout}), and so is every statement on it. A
 * session that died is replaced; a read that met a dead one is sent again once, on a new one, since
 * a read changes nothing. Sessions are in auto-commit mode, so each statement is one snapshot and
 * one round trip.
 */
final class Pool implements AutoCloseable {
  private static final Duration KEEP_ALIVE = Duration.ofMinutes(1);
  private static final Duration VALIDATION_MAX = Duration.ofSeconds(5);

  private final HikariDataSource sessions;

  /** Opens nothing yet; a server that is away only fails the first read. */
  Pool(PgConfig config, PgSessions opener) {
    HikariConfig hikari = new HikariConfig();
    hikari.setPoolName("objectdb-readers");
    hikari.setDataSource(new SessionSource(opener));
    PgConfig.Pooling bounds = config.pool();
    hikari.setMinimumIdle(bounds.min());
    hikari.setMaximumPoolSize(bounds.max());
    hikari.setConnectionTimeout(bounds.acquireTimeout().toMillis());
    hikari.setValidationTimeout(
        Math.min(VALIDATION_MAX.toMillis(), bounds.acquireTimeout().toMillis()));
    hikari.setMaxLifetime(bounds.maxLifetime().toMillis()); // less a random part
    hikari.setIdleTimeout(bounds.idleTimeout().toMillis());
    hikari.setKeepaliveTime(KEEP_ALIVE.toMillis());
    hikari.setInitializationFailTimeout(-1);
    sessions = new HikariDataSource(hikari);
  }

  /** Statements of one read. */
  @FunctionalInterface
  interface Work<T> {
    T run(Connection connection) throws SQLException;
  }

  /**
   * Runs a read on a session, and gives the session back before the answer is worked on.
   *
   * @param doing what is read, for the message of a failure
   * @throws dev.objectdb.storage.StorageUnavailableException if no session or no answer came in
   *     time
   */
  <T> T read(String doing, Work<T> work) {
    try {
      return run(work);
    } catch (SQLException e) {
      if (SqlErrors.kind(e) != SqlErrors.Kind.LOST) {
        throw SqlErrors.ofRead(doing, e);
      }
    }
    renew(); // what killed one idle session has most likely killed the others
    try {
      return run(work);
    } catch (SQLException e) {
      throw SqlErrors.ofRead(doing, e);
    }
  }

  private <T> T run(Work<T> work) throws SQLException {
    try (Connection connection = sessions.getConnection()) {
      return work.run(connection);
    }
  }

  /** Ends every session: those in use when they are given back. */
  void renew() {
    bean().softEvictConnections();
  }

  /** Hands out a session for a longer walk; closing it gives it back. */
  Connection borrow() throws SQLException {
    return sessions.getConnection();
  }

  int active() {
    return bean().getActiveConnections();
  }

  int idle() {
    return bean().getIdleConnections();
  }

  int waiting() {
    return bean().getThreadsAwaitingConnection();
  }

  private HikariPoolMXBean bean() {
    return sessions.getHikariPoolMXBean();
  }

  @Override
  public void close() {
    sessions.close();
  }
}
