package dev.objectdb.storage.pg;

import dev.objectdb.storage.StorageUnavailableException;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import org.jspecify.annotations.Nullable;

/**
 * The only reader of SQLSTATE: what a failed statement means for whoever sent it.
 *
 * <p>Source: appendix "PostgreSQL Error Codes" of the PostgreSQL manual; class 08 also comes from
 * the driver itself.
 */
final class SqlErrors {
  private SqlErrors() {}

  /** What to do about a failed statement. */
  enum Kind {
    /** The server or the link to it is gone: the session is useless, its last commit unknown. */
    LOST,
    /** The server is there and too busy, shutting down, out of space or read-only: later. */
    BUSY,
    /** Rolled back for the sake of others; the same transaction may well pass at once. */
    TRANSIENT,
    /** What was sent cannot be stored: trying again gives the same answer. */
    DATA,
    /** The statement or the schema is wrong: a bug, or somebody changed the tables. */
    UNEXPECTED
  }

  static Kind kind(SQLException error) {
    if (error instanceof SQLTransientConnectionException) {
      return Kind.BUSY; // the pool's own: no connection became free in time
    }
    String state = error.getSQLState();
    if (state == null || state.length() != 5) {
      return Kind.UNEXPECTED;
    }
    return switch (state) {
      case "57P01", "57P02", "57P03", "57P05", "25P03", "25P04" -> Kind.LOST;
      case "40001", "40P01" -> Kind.TRANSIENT;
      case "40003" -> Kind.LOST; // "statement completion unknown"
      case "25006", "55000" -> Kind.BUSY; // a standby, see isStandby
      case "55P03", "57014" -> Kind.BUSY; // lock and statement time-out
      case "21000" -> Kind.DATA; // one row twice in one upsert
      default -> ofClass(state.substring(0, 2));
    };
  }

  private static Kind ofClass(String sqlClass) {
    return switch (sqlClass) {
      case "08" -> Kind.LOST;
      case "53", "57", "58" -> Kind.BUSY; // resources, the operator's doing, the system's
      case "22", "23", "54" -> Kind.DATA; // values, constraints, limits
      default -> Kind.UNEXPECTED;
    };
  }

  /** Tells whether somebody else kept a table or a row locked for too long. */
  static boolean isLockTimeout(SQLException error) {
    return "55P03".equals(error.getSQLState());
  }

  /** Tells whether the server only follows another one, or has just begun to take over. */
  static boolean isStandby(SQLException error) {
    return "25006".equals(error.getSQLState()) || "55000".equals(error.getSQLState());
  }

  /**
   * Returns what a read throws for this error.
   *
   * @param doing what could not be done, without values
   */
  static RuntimeException ofRead(String doing, SQLException error) {
    return switch (kind(error)) {
      case LOST, BUSY, TRANSIENT -> unavailable(doing, error);
      case DATA, UNEXPECTED ->
          new IllegalStateException("the database refused a statement: " + doing, error);
    };
  }

  static StorageUnavailableException unavailable(String doing, @Nullable Throwable cause) {
    return new StorageUnavailableException("PostgreSQL is not available: " + doing, cause);
  }
}
