package dev.objectdb.storage.pg;

import dev.objectdb.object.Bytes;
import dev.objectdb.object.Oid;
import dev.objectdb.object.Tid;
import dev.objectdb.storage.HistoryMode;
import dev.objectdb.storage.InvalidRecordException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/**
 * Reads revisions by SQL: one statement, one round trip, one snapshot, however many objects. Only a
 * long record takes one more of its own.
 *
 * <p>A live row answers everything above its tid. Below it answers a replaced revision: in a
 * history-preserving database the newest one in object_history, where a row without a state is the
 * end of the object; in a history-free one a row of object_window, which says itself how long it
 * was current, so that a missing row costs a retry and never gives a wrong answer.
 *
 * <p>Databases of Python's first releases hold the live revision in the history as well; the live
 * row is preferred everywhere.
 */
final class Loader implements RevisionSource {
  /**
   * One oid has a form of its own: PostgreSQL guesses that an array has ten elements, and would
   * plan anew for each load, which takes longer than the load.
   */
  private static final String ONE_OID = "(SELECT ?::bigint AS zoid) o";

  private static final String MANY_OIDS = "unnest(?::bigint[]) AS o (zoid)";

  /** The limit, of what is unique, keeps the planner from any other way than by the key. */
  private static final String RECORD =
      """
      SELECT k.zoid, k.record FROM object_record k
        WHERE k.zoid = o.zoid AND k.tid = v.tid LIMIT 1\
      """;

  private static final String FREE =
      """
      SELECT o.zoid, s.tid AS later, v.tid, v.next_tid, false AS ended,
             s.tid IS NULL AND v.tid IS NULL AND EXISTS (
               SELECT FROM object_deletion d WHERE d.tid >= b.before AND d.zoid = o.zoid
             ) AS ended_later, v.state_size, COLUMNS
      FROM (SELECT ?::bigint AS before, ?::int AS most) b
      CROSS JOIN OIDS
      LEFT JOIN object_state s ON s.zoid = o.zoid
      LEFT JOIN LATERAL (
        SELECT s.tid, NULL::bigint AS next_tid, s.class_mod, s.class_name, s.state, s.state_size
        WHERE s.tid < b.before
        UNION ALL
        SELECT w.tid, w.next_tid, w.class_mod, w.class_name, w.state, w.state_size
        FROM object_window w
        WHERE w.zoid = o.zoid AND w.tid < b.before AND w.next_tid >= b.before
          AND (s.tid IS NULL OR s.tid >= b.before)
        LIMIT 1
      ) v ON true
      LEFT JOIN LATERAL (RECORD) r ON true
      """;

  private static final String PRESERVING =
      """
      SELECT o.zoid, least(s.tid, n.tid) AS later, v.tid,
             CASE WHEN NOT v.live THEN least(s.tid, n.tid) END AS next_tid,
             v.state IS NULL AND NOT v.live
               OR NOT v.live AND s.tid IS NULL AND n.tid IS NULL AS ended,
             false AS ended_later, v.state_size, COLUMNS
      FROM (SELECT ?::bigint AS before, ?::int AS most) b
      CROSS JOIN OIDS
      LEFT JOIN object_state s ON s.zoid = o.zoid
      LEFT JOIN LATERAL (
        SELECT s.tid, true AS live, s.class_mod, s.class_name, s.state, s.state_size
        WHERE s.tid < b.before
        UNION ALL
        (SELECT h.tid, false, h.class_mod, h.class_name, h.state, h.state_size
         FROM object_history h
         WHERE h.zoid = o.zoid AND h.tid < b.before AND (s.tid IS NULL OR s.tid >= b.before)
         ORDER BY h.tid DESC LIMIT 1)
      ) v ON true
      LEFT JOIN LATERAL (
        SELECT min(h.tid) AS tid FROM object_history h
        WHERE h.zoid = o.zoid AND h.tid >= b.before AND (s.tid IS NULL OR s.tid >= b.before)
      ) n ON true
      LEFT JOIN LATERAL (RECORD) r ON true
      """;

  private static final String SERIAL =
      """
      SELECT COLUMNS
      FROM (
        SELECT zoid, tid, class_mod, class_name, coalesce(state, 'null') AS state
        FROM object_state WHERE zoid = ? AND tid = ?
        UNION ALL
        SELECT zoid, tid, class_mod, class_name, state FROM REPLACED WHERE zoid = ? AND tid = ?
        LIMIT 1
      ) v LEFT JOIN object_record r USING (zoid, tid)
      WHERE v.state IS NOT NULL
      """;

  /** The sum ends the list before it gets too long; what it is made of is not read for that. */
  private static final String SERIALS =
      """
      SELECT v.zoid, v.tid, COLUMNS
      FROM (
        SELECT w.zoid, w.tid, f.class_mod, f.class_name, f.state,
               sum(f.state_size) OVER (ORDER BY w.place) AS total
        FROM unnest(?::bigint[], ?::bigint[]) WITH ORDINALITY AS w (zoid, tid, place)
        CROSS JOIN LATERAL (
          SELECT s.class_mod, s.class_name, coalesce(s.state, 'null') AS state, s.state_size
          FROM object_state s WHERE s.zoid = w.zoid AND s.tid = w.tid
          UNION ALL
          SELECT r.class_mod, r.class_name, r.state, r.state_size
          FROM REPLACED r WHERE r.zoid = w.zoid AND r.tid = w.tid
          LIMIT 1
        ) f
      ) v LEFT JOIN object_record r USING (zoid, tid)
      WHERE v.state IS NOT NULL AND v.total <= ?
      """;

  /** What is longer is not read along with others, but on its own, when there is room for it. */
  static final int LONG_BYTES = 1 << 20;

  private static final int UNIT_BYTES = 1 << 10;

  /** Of the heap, what long records may take while they are read, all together. */
  private static final int LONG_SHARE = 8;

  private static final int ROOM_UNITS =
      (int) Math.min(1 << 20, Runtime.getRuntime().maxMemory() / LONG_SHARE / UNIT_BYTES);

  /** Those who wait for it get it in the order of coming. */
  private final Semaphore room = new Semaphore(ROOM_UNITS, true);

  private final Pool pool;
  private final RecordEncoder encoder;
  private final String readOne;
  private final String readMany;
  private final String serial;
  private final String serials;

  Loader(Pool pool, HistoryMode mode, RecordEncoder encoder) {
    this.pool = pool;
    this.encoder = encoder;
    boolean free = mode == HistoryMode.FREE;
    String read =
        (free ? FREE : PRESERVING)
            .replace("COLUMNS", StoredState.columnsIf("v.state_size <= b.most"))
            .replace("RECORD", RECORD);
    readOne = read.replace("OIDS", ONE_OID);
    readMany = read.replace("OIDS", MANY_OIDS);
    serial = ofSerial(SERIAL, free);
    serials = ofSerial(SERIALS, free);
  }

  private static String ofSerial(String statement, boolean free) {
    return statement
        .replace("COLUMNS", StoredState.COLUMNS)
        .replace("REPLACED", free ? "object_window" : "object_history");
  }

  @Override
  public Map<Oid, Revision> read(Collection<Oid> oids, Tid before) {
    List<Row> rows =
        pool.read("loading objects", connection -> rows(connection, oids, before, LONG_BYTES));
    Map<Oid, Revision> revisions = HashMap.newHashMap(rows.size());
    for (Row row : rows) {
      revisions.put(row.oid(), row.size() > LONG_BYTES ? readLong(row, before) : revision(row));
    }
    return revisions;
  }

  /** By a snapshot of its own, which is as good: it is taken after the load was announced, too. */
  private Revision readLong(Row found, Tid before) {
    int units = Math.min(ROOM_UNITS, found.size() / UNIT_BYTES);
    room.acquireUninterruptibly(units);
    try {
      List<Oid> one = List.of(found.oid());
      List<Row> rows =
          pool.read(
              "loading a long record",
              connection -> rows(connection, one, before, Integer.MAX_VALUE));
      return revision(rows.getFirst());
    } finally {
      room.release(units);
    }
  }

  private List<Row> rows(Connection connection, Collection<Oid> oids, Tid before, int most)
      throws SQLException {
    Long[] zoids = oids.stream().map(Oid::value).toArray(Long[]::new);
    boolean one = zoids.length == 1;
    try (PreparedStatement statement = connection.prepareStatement(one ? readOne : readMany)) {
      statement.setLong(1, before.value());
      statement.setInt(2, most);
      if (one) {
        statement.setLong(3, zoids[0]);
      } else {
        statement.setArray(3, connection.createArrayOf("bigint", zoids));
      }
      try (ResultSet result = statement.executeQuery()) {
        List<Row> rows = new ArrayList<>(zoids.length);
        while (result.next()) {
          rows.add(Row.of(result));
        }
        return rows;
      }
    }
  }

  /**
   * One line of the answer.
   *
   * @param later lowest known tid at or above the one asked for; 0 without one
   * @param tid of the revision; null if none is known
   * @param size of its record; if that is more than was asked for, the state is left out
   */
  private record Row(
      Oid oid, long later, @Nullable Tid tid, Tid next, int size, StoredState state) {
    static final long ENDED_LATER = Long.MAX_VALUE;

    static Row of(ResultSet row) throws SQLException {
      Oid oid = new Oid(row.getLong("zoid"));
      long later = row.getBoolean("ended_later") ? ENDED_LATER : row.getLong("later");
      long tid = row.getLong("tid");
      if (row.wasNull()) {
        return new Row(oid, later, null, Tid.MAX, 0, NOTHING);
      }
      if (row.getBoolean("ended")) {
        return new Row(oid, 0, null, Tid.MAX, 0, NOTHING);
      }
      long next = row.getLong("next_tid");
      Tid end = row.wasNull() ? Tid.MAX : new Tid(next);
      int size = row.getInt("state_size");
      return new Row(oid, later, new Tid(tid), end, size, StoredState.of(row));
    }

    private static final StoredState NOTHING = new StoredState("", "", null, null);
  }

  private Revision revision(Row row) {
    if (row.tid() != null) {
      return new Revision.Found(row.state().encode(row.oid(), encoder), row.tid(), row.next());
    }
    if (row.later() == 0) {
      return new Revision.Gone();
    }
    return new Revision.Hidden(new Tid(row.later()));
  }

  /** Returns exactly this revision, wherever it is kept. */
  Optional<Bytes> serial(Oid oid, Tid tid) {
    Optional<StoredState> state =
        pool.read(
            "loading a revision",
            connection -> {
              try (PreparedStatement statement = connection.prepareStatement(serial)) {
                statement.setLong(1, oid.value());
                statement.setLong(2, tid.value());
                statement.setLong(3, oid.value());
                statement.setLong(4, tid.value());
                try (ResultSet row = statement.executeQuery()) {
                  return row.next() ? Optional.of(StoredState.of(row)) : Optional.empty();
                }
              }
            });
    return state.map(found -> found.encode(oid, encoder));
  }

  /**
   * Returns exactly these revisions, wherever they are kept.
   *
   * @param bytesMax the records together take at most this; past it the last ones are left out
   * @return without those that are not there (any more), and those whose state gives no record
   */
  Map<CommitSession.Revision, Bytes> serials(List<CommitSession.Revision> wanted, long bytesMax) {
    Map<CommitSession.Revision, StoredState> states =
        pool.read("loading revisions", connection -> states(connection, wanted, bytesMax));
    Map<CommitSession.Revision, Bytes> records = HashMap.newHashMap(states.size());
    states.forEach(
        (revision, state) -> {
          try {
            records.put(revision, state.encode(revision.oid(), encoder));
          } catch (InvalidRecordException e) {
            // Whoever loads it by itself is told.
          }
        });
    return records;
  }

  private Map<CommitSession.Revision, StoredState> states(
      Connection connection, List<CommitSession.Revision> wanted, long bytesMax)
      throws SQLException {
    Long[] zoids = wanted.stream().map(one -> one.oid().value()).toArray(Long[]::new);
    Long[] tids = wanted.stream().map(one -> one.tid().value()).toArray(Long[]::new);
    try (PreparedStatement statement = connection.prepareStatement(serials)) {
      statement.setArray(1, connection.createArrayOf("bigint", zoids));
      statement.setArray(2, connection.createArrayOf("bigint", tids));
      statement.setLong(3, bytesMax);
      try (ResultSet row = statement.executeQuery()) {
        Map<CommitSession.Revision, StoredState> states = new HashMap<>();
        while (row.next()) {
          states.put(
              new CommitSession.Revision(new Oid(row.getLong("zoid")), new Tid(row.getLong("tid"))),
              StoredState.of(row));
        }
        return states;
      }
    }
  }
}
