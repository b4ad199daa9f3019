package dev.objectdb.storage.pg;

import dev.objectdb.object.Oid;
import dev.objectdb.object.Tid;
import dev.objectdb.storage.HistoryMode;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * The SQL that reads what was committed above a tid, in one snapshot.
 *
 * <p>One row without an oid says where the log ends and which history it is, a few more say where
 * it goes on above the tid. The others come from the current revisions, and for objects that ceased
 * to exist from the deletions on record, and from tombstones where there is a history. Old
 * deletions are taken off the record, up to the deletion floor: above a tid below that floor, what
 * is found is not everything.
 *
 * <p>All columns have a fixed width: the driver then knows that several such answers fit its
 * buffer, and sends what follows in the same round trip.
 *
 * @param sql takes the parameters that {@link #bind} sets
 */
record DeltaQuery(String sql, int tidParameters) {
  private static final String BEGIN =
      """
      SELECT NULL::bigint AS zoid, coalesce(max(tid), 0) AS tid,
             ('x' || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8))::bit(32)::int
               AS timeline,
             (SELECT deletion_floor <= ? FROM objectdb_state) AS complete
      FROM transaction_log
      UNION ALL (
        SELECT NULL::bigint, tid, NULL::int, NULL::boolean FROM transaction_log WHERE tid > ?
        ORDER BY tid LIMIT 32)
      UNION ALL (
        SELECT zoid, tid, NULL::int, NULL::boolean FROM object_state WHERE tid > ?
        UNION ALL SELECT zoid, tid, NULL::int, NULL::boolean FROM object_deletion WHERE tid > ?
      """;

  private static final String TOMBSTONES =
      """
        UNION ALL
        SELECT zoid, tid, NULL::int, NULL::boolean FROM object_history
        WHERE tid > ? AND state IS NULL
      """;

  private static final String END = "  LIMIT ?)";

  static DeltaQuery of(HistoryMode mode) {
    return switch (mode) {
      case FREE -> new DeltaQuery(BEGIN + END, 4);
      case PRESERVING -> new DeltaQuery(BEGIN + TOMBSTONES + END, 5);
    };
  }

  /**
   * Sets the parameters.
   *
   * @param index of the first one
   * @return index of the first one behind
   */
  int bind(PreparedStatement statement, int index, Tid since, int oidsMax) throws SQLException {
    int next = index;
    for (int i = 0; i < tidParameters; i++) {
      statement.setLong(next++, since.value());
    }
    statement.setInt(next++, oidsMax + 1);
    return next;
  }

  static Delta read(ResultSet rows, Tid since, int oidsMax) throws SQLException {
    List<Delta.Touched> touched = new ArrayList<>();
    List<Tid> tids = new ArrayList<>();
    Tid last = Tid.NONE;
    int timeline = 0;
    boolean complete = false;
    while (rows.next()) {
      long zoid = rows.getLong(1);
      boolean isObject = !rows.wasNull();
      Tid tid = new Tid(rows.getLong(2));
      int history = rows.getInt(3);
      if (isObject) {
        touched.add(new Delta.Touched(new Oid(zoid), tid));
      } else if (rows.wasNull()) {
        tids.add(tid);
      } else {
        last = tid;
        timeline = history;
        complete = rows.getBoolean(4);
      }
    }
    return complete && touched.size() <= oidsMax
        ? new Delta(since, last, tids, timeline, touched, true)
        : new Delta(since, last, tids, timeline, List.of(), false);
  }
}
