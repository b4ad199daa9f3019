package dev.objectdb.storage.pg;

import java.io.PrintWriter;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import javax.sql.DataSource;

/** What the pool gets its sessions from: each is opened with the login of that moment. */
final class SessionSource implements DataSource {
  private final PgSessions sessions;

  SessionSource(PgSessions sessions) {
    this.sessions = sessions;
  }

  @Override
  public Connection getConnection() throws SQLException {
    return sessions.openPooled();
  }

  @Override
  public Connection getConnection(String user, String password) throws SQLException {
    throw new SQLFeatureNotSupportedException("the login is the configuration's");
  }

  @Override
  public PrintWriter getLogWriter() throws SQLException {
    throw new SQLFeatureNotSupportedException("the driver has its own log");
  }

  @Override
  public void setLogWriter(PrintWriter out) {
    // the driver has its own log
  }

  @Override
  public void setLoginTimeout(int seconds) {
    // each session has its own
  }

  /** So long a pool that is closed waits for a session that is just being opened. */
  @Override
  public int getLoginTimeout() {
    return (int) PgSessions.LOGIN_TIMEOUT.toSeconds();
  }

  @Override
  public java.util.logging.Logger getParentLogger() throws SQLFeatureNotSupportedException {
    throw new SQLFeatureNotSupportedException("the driver has its own log");
  }

  @Override
  public <T> T unwrap(Class<T> type) throws SQLException {
    throw new SQLException("nothing is wrapped");
  }

  @Override
  public boolean isWrapperFor(Class<?> type) {
    return false;
  }
}
