package dev.objectdb.operator.pg;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** What one look at a PostgreSQL database found. */
public sealed interface Observation {
  /**
   * The database answers.
   *
   * @param version of the server, as people write it
   * @param versionNumber as {@code server_version_num}: 170011 is 17.11
   * @param readOnly whether writes are refused: a standby, or a setting
   * @param connectionsMax how many sessions an ordinary user may have open
   * @param tables null where there are none of ours
   * @param foreignColumns columns of object_state that are another program's
   * @param counts estimates; they alone are no news
   */
  record Reached(
      String version,
      int versionNumber,
      boolean readOnly,
      int connectionsMax,
      @Nullable Tables tables,
      List<String> foreignColumns,
      Counts counts)
      implements Observation {
    public Reached {
      foreignColumns = List.copyOf(foreignColumns);
    }

    Reached with(Counts other) {
      return new Reached(
          version, versionNumber, readOnly, connectionsMax, tables, foreignColumns, other);
    }
  }

  /** The database could not be looked at; the detail is the server's or the driver's own words. */
  record Failed(Trouble trouble, String detail) implements Observation {}

  /**
   * What our tables say of themselves.
   *
   * @param epoch rises with every change of the history mode
   * @param owner namespace/name of the resource that prepares them; null for nobody's
   */
  record Tables(int schemaVersion, long epoch, @Nullable String owner) {}

  /**
   * Estimates of the planner; null while it has none, or where nobody asked.
   *
   * @param bytes of all tables of the schema
   */
  record Counts(
      @Nullable Long objects,
      @Nullable Long transactions,
      @Nullable Long revisions,
      @Nullable Long bytes) {
    /** Nothing was counted. */
    static final Counts NONE = new Counts(null, null, null, null);
  }

  /** Why a look failed. */
  enum Trouble {
    /** User or password are wrong, or may not come from here. */
    AUTHENTICATION,
    /** The server has no TLS, or its certificate is not to be trusted. */
    TLS,
    /** Nothing was heard in time. */
    TIMEOUT,
    /** It answers, and something else kept it from answering in time. */
    BUSY,
    /** There is no such database on the server. */
    NO_DATABASE,
    /** The user may not read our tables. */
    ACCESS,
    /** The server has no room for another session. */
    CONNECTIONS,
    /** Anything else: no route, no server, one that is starting. */
    UNREACHABLE
  }
}
