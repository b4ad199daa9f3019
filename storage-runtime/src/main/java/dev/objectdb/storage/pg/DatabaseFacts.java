package dev.objectdb.storage.pg;

import dev.objectdb.storage.HistoryMode;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a start finds in a database, read without a lock.
 *
 * @param encoding the server's encoding of this database
 * @param serverVersion as {@code server_version_num}: 170011 is 17.11
 * @param historyMode the recorded mode; without a record, what Python's tables show; empty if there
 *     are none
 * @param schemaVersion 0 without our tables
 * @param worksFrom the oldest version whose programs can work with these tables
 * @param owner who prepares the tables; empty where nobody said
 * @param stateColumns the columns of object_state, empty if it is not there
 * @param oidsBehind whether the sequence could hand out an oid that is taken
 */
record DatabaseFacts(
    String encoding,
    int serverVersion,
    Optional<HistoryMode> historyMode,
    int schemaVersion,
    int worksFrom,
    Optional<String> owner,
    List<String> stateColumns,
    boolean oidsBehind) {

  /** Older ones lack CREATE OR REPLACE TRIGGER and LZ4. */
  private static final int SERVER_VERSION_MIN = 140_000;

  private static final List<String> STATE_COLUMNS =
      List.of("zoid", "tid", "class_mod", "class_name", "state", "state_size", "refs");

  static DatabaseFacts read(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(TABLES)) {
      row.next();
      boolean hasState = row.getBoolean("has_state");
      Recorded recorded = row.getBoolean("has_own") ? recorded(connection) : Recorded.NOTHING;
      if (recorded.mode().isEmpty() && hasState) {
        boolean history = row.getBoolean("has_history");
        HistoryMode shown = history ? HistoryMode.PRESERVING : HistoryMode.FREE;
        recorded = new Recorded(Optional.of(shown), 0, 0, Optional.empty());
      }
      return new DatabaseFacts(
          row.getString("encoding"),
          row.getInt("server_version"),
          recorded.mode(),
          recorded.version(),
          recorded.worksFrom(),
          recorded.owner(),
          List.of((String[]) row.getArray("columns").getArray()),
          hasState && row.getBoolean("has_sequence") && oidsBehind(connection));
    }
  }

  private record Recorded(
      Optional<HistoryMode> mode, int version, int worksFrom, Optional<String> owner) {
    static final Recorded NOTHING = new Recorded(Optional.empty(), 0, 0, Optional.empty());
  }

  private static Recorded recorded(Connection connection) throws SQLException {
    // By name in a document: earlier versions of the table have not all of these columns.
    String sql =
        """
        SELECT history_mode, schema_version,
               coalesce((to_jsonb(s) ->> 'works_from')::int, schema_version),
               to_jsonb(s) ->> 'owner'
        FROM objectdb_state AS s
        """;
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      return row.next()
          ? new Recorded(
              Optional.of(HistoryMode.valueOf(row.getString(1))),
              row.getInt(2),
              row.getInt(3),
              Optional.ofNullable(row.getString(4)))
          : Recorded.NOTHING;
    }
  }

  private static boolean oidsBehind(Connection connection) throws SQLException {
    String sql =
        """
        SELECT last_value < o.greatest OR last_value = o.greatest AND NOT is_called
        FROM zoid_seq, (SELECT coalesce(max(zoid), 0) AS greatest FROM object_state) o
        """;
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      row.next();
      return row.getBoolean(1);
    }
  }

  private static final String TABLES =
      """
      SELECT current_setting('server_encoding') AS encoding,
             current_setting('server_version_num')::int AS server_version,
             to_regclass('object_state') IS NOT NULL AS has_state,
             to_regclass('object_history') IS NOT NULL AS has_history,
             to_regclass('objectdb_state') IS NOT NULL AS has_own,
             to_regclass('zoid_seq') IS NOT NULL AS has_sequence,
             ARRAY(SELECT attname::text FROM pg_attribute
                   WHERE attrelid = to_regclass('object_state')
                     AND attnum > 0 AND NOT attisdropped ORDER BY attnum) AS columns
      """;

  /**
   * Refuses what cannot work.
   *
   * @param version of the schema that this program knows
   */
  void check(PgConfig config, int version) {
    if (serverVersion < SERVER_VERSION_MIN) {
      throw new SchemaException(
          "PostgreSQL 14 or later is needed, this server is %d.%d"
              .formatted(serverVersion / 10_000, serverVersion % 10_000));
    }
    if (!encoding.equals("UTF8")) {
      throw new SchemaException(
          ("the database's encoding is %s: create one with ENCODING 'UTF8', since object states"
                  + " hold any Unicode text")
              .formatted(encoding));
    }
    if (schemaVersion > version && worksFrom > version) {
      throw new SchemaException(
          ("the database's schema has version %d, which takes programs that know %d, and this one"
                  + " knows %d: use the newer program that prepared it")
              .formatted(schemaVersion, worksFrom, version));
    }
    checkHistoryMode(config);
    checkColumns(config.keepsForeignColumns());
  }

  /**
   * Refuses tables that another owner prepares.
   *
   * @param asking empty if it does not matter who owns them
   */
  void checkOwner(Optional<String> asking) {
    if (asking.isPresent() && owner.isPresent() && !owner.equals(asking)) {
      throw new SchemaException(
          ("the tables belong to %s, not to %s: name another schema; or, if that one is gone for"
                  + " good, run UPDATE objectdb_state SET owner = NULL")
              .formatted(owner.get(), asking.get()));
    }
  }

  private void checkHistoryMode(PgConfig config) {
    HistoryMode found = historyMode.orElse(config.historyMode());
    if (found != config.historyMode()) {
      throw new SchemaException(
          "the database is %s, the configuration says %s: configure the database's own mode"
              .formatted(describe(found), describe(config.historyMode())));
    }
  }

  private static String describe(HistoryMode mode) {
    return switch (mode) {
      case FREE -> "history-free";
      case PRESERVING -> "history-preserving";
    };
  }

  private void checkColumns(boolean keepsForeign) {
    if (stateColumns.isEmpty()) {
      return;
    }
    if (!stateColumns.containsAll(STATE_COLUMNS)) {
      throw new SchemaException(
          "the table object_state is another program's: it has the columns " + stateColumns);
    }
    List<String> foreign = new ArrayList<>(stateColumns);
    foreign.removeAll(STATE_COLUMNS);
    if (!foreign.isEmpty() && !keepsForeign) {
      throw new SchemaException(
          ("object_state has columns of another program, %s: they would go stale when objects are"
                  + " written here. Drop them, or say that they may"
                  + " (postgres.foreignColumns: Keep)")
              .formatted(foreign));
    }
  }
}
