package dev.objectdb.storage.pg;

import dev.objectdb.object.Bytes;
import dev.objectdb.object.Check;
import dev.objectdb.object.Oid;
import dev.objectdb.object.Tid;
import dev.objectdb.storage.HistoryMode;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;

/**
 * Collects rows, and writes them by a handful of statements that take arrays, in one round trip.
 *
 * <p>An array of arrays cannot be unnested row by row, so references travel as text: {@code
 * {1,2,3}}. JSON travels as UTF-8 bytes, which spares both sides an escaped copy.
 */
final class ChunkWriter {
  /**
   * A round trip of more rows is planned for its own sake: the plan that is kept from small ones
   * may be of a time when the tables were small, and would read them whole for each row.
   */
  private static final int PLANNED_ROWS = 1_000;

  private static final String ARCHIVE_TO_HISTORY =
      """
      INSERT INTO object_history (zoid, tid, class_mod, class_name, state, state_size, refs)
      SELECT o.zoid, o.tid, o.class_mod, o.class_name, o.state, o.state_size, o.refs
      FROM unnest(?::bigint[], ?::bigint[]) AS c (zoid, next_tid) JOIN object_state o USING (zoid)
      ON CONFLICT (zoid, tid) DO NOTHING;
      """;

  private static final String ARCHIVE_TO_WINDOW =
      """
      INSERT INTO object_window
        (zoid, tid, next_tid, class_mod, class_name, state, state_size, refs)
      SELECT o.zoid, o.tid, c.next_tid, o.class_mod, o.class_name, o.state, o.state_size, o.refs
      FROM unnest(?::bigint[], ?::bigint[]) AS c (zoid, next_tid) JOIN object_state o USING (zoid)
      ON CONFLICT (zoid, tid) DO NOTHING;
      """;

  private static final String UPSERT =
      """
      INSERT INTO object_state (zoid, tid, class_mod, class_name, state, state_size, refs)
      SELECT zoid, tid, class_mod, class_name, convert_from(state, 'UTF8')::jsonb, state_size,
             refs::bigint[]
      FROM unnest(?::bigint[], ?::bigint[], ?::text[], ?::text[], ?::bytea[], ?::int[], ?::text[])
        AS c (zoid, tid, class_mod, class_name, state, state_size, refs)
      ON CONFLICT (zoid) DO UPDATE SET
        tid = excluded.tid, class_mod = excluded.class_mod, class_name = excluded.class_name,
        state = excluded.state, state_size = excluded.state_size, refs = excluded.refs;
      """;

  private static final String KEEP_RECORDS =
      """
      INSERT INTO object_record (zoid, tid, record)
      SELECT * FROM unnest(?::bigint[], ?::bigint[], ?::bytea[]);
      """;

  private static final String TOMBSTONES =
      """
      INSERT INTO object_history (zoid, tid, class_mod, class_name, state, state_size, refs)
      SELECT zoid, tid, '', '', NULL, 0, '{}'
      FROM unnest(?::bigint[], ?::bigint[]) AS c (zoid, tid);
      """;

  private static final String DELETIONS =
      """
      INSERT INTO object_deletion (zoid, tid) SELECT * FROM unnest(?::bigint[], ?::bigint[]);
      """;

  private static final String DELETE = "DELETE FROM object_state WHERE zoid = ANY (?);\n";

  private static final String TRANSACTION_RECORDS =
      """
      INSERT INTO transaction_record (tid, username, description, extension)
      SELECT * FROM unnest(?::bigint[], ?::bytea[], ?::bytea[], ?::bytea[]);
      """;

  private final Connection connection;
  private final HistoryMode mode;

  private final List<Touched> stored = new ArrayList<>();
  private final List<StagedRow> rows = new ArrayList<>();
  private final List<Touched> deletions = new ArrayList<>();
  private List<RawMeta> records = List.of();
  private long bytes;
  private int archived;
  private int deleted;
  private boolean planned;

  ChunkWriter(Connection connection, HistoryMode mode) {
    this.connection = connection;
    this.mode = mode;
  }

  private record Touched(Oid oid, Tid tid) {}

  /** What the log's columns cannot hold of a transaction; null where they can. */
  record RawMeta(
      Tid tid, @Nullable Bytes username, @Nullable Bytes description, @Nullable Bytes extension) {}

  /** Sets a parameter and returns the index of the next. */
  @FunctionalInterface
  private interface Binder {
    int bind(PreparedStatement statement, int index) throws SQLException;
  }

  /**
   * One statement of a round trip.
   *
   * @param count rows it must insert, replace or delete; negative if it may be anything
   */
  private record Part(String sql, Binder binder, int count) {}

  void begin(List<RawMeta> transactionRecords) {
    clear();
    records = transactionRecords;
    archived = 0;
    deleted = 0;
    planned = false;
  }

  private void clear() {
    stored.clear();
    rows.clear();
    deletions.clear();
    records = List.of();
    bytes = 0;
  }

  long bytes() {
    return bytes;
  }

  int rows() {
    return stored.size() + deletions.size();
  }

  void put(Oid oid, Tid tid, StagedRow row) {
    stored.add(new Touched(oid, tid));
    rows.add(row);
    bytes += row.size();
  }

  void delete(Oid oid, Tid tid) {
    deletions.add(new Touched(oid, tid));
  }

  /**
   * Writes what is left.
   *
   * @param existing how many of all the objects existed
   * @param deletedThen how many of the deleted ones did
   */
  void end(int existing, int deletedThen) throws SQLException {
    flush();
    // A first version of the Python package kept current revisions in the history as well.
    Check.invariant(archived <= existing, "no revision is archived that was not there");
    Check.invariant(deleted == deletedThen, "all deleted objects that existed are gone");
  }

  /** Writes everything collected, in one round trip. */
  void flush() throws SQLException {
    List<Part> parts = parts();
    if (!planned && rows() > PLANNED_ROWS) {
      planned = true;
      try (Statement statement = connection.createStatement()) {
        statement.execute("SET LOCAL plan_cache_mode = force_custom_plan");
      }
    }
    if (!parts.isEmpty()) {
      StringBuilder sql = new StringBuilder();
      parts.forEach(part -> sql.append(part.sql()));
      try (PreparedStatement statement = connection.prepareStatement(sql.toString())) {
        int index = 1;
        for (Part part : parts) {
          index = part.binder().bind(statement, index);
        }
        statement.execute();
        count(statement, parts);
      }
    }
    clear();
  }

  private void count(PreparedStatement statement, List<Part> parts) throws SQLException {
    for (Part part : parts) {
      int count = statement.getUpdateCount();
      Check.invariant(part.count() < 0 || part.count() == count, "all rows were written");
      if (part.sql().equals(archive())) {
        archived += count;
      } else if (part.sql().equals(DELETE)) {
        deleted += count;
      }
      statement.getMoreResults();
    }
  }

  private String archive() {
    return switch (mode) {
      case FREE -> ARCHIVE_TO_WINDOW;
      case PRESERVING -> ARCHIVE_TO_HISTORY;
    };
  }

  private List<Part> parts() {
    List<Part> parts = new ArrayList<>();
    List<Touched> all = new ArrayList<>(stored);
    all.addAll(deletions);
    if (!all.isEmpty()) {
      parts.add(new Part(archive(), (to, index) -> bindTouched(to, index, all), -1));
    }
    if (!stored.isEmpty()) {
      parts.add(new Part(UPSERT, this::bindRows, stored.size()));
    }
    int inexact = (int) rows.stream().filter(row -> !row.json().exact()).count();
    if (inexact > 0) {
      parts.add(new Part(KEEP_RECORDS, this::bindRecords, inexact));
    }
    if (!deletions.isEmpty()) {
      String trace =
          switch (mode) {
            case FREE -> DELETIONS;
            case PRESERVING -> TOMBSTONES;
          };
      parts.add(
          new Part(trace, (to, index) -> bindTouched(to, index, deletions), deletions.size()));
      parts.add(new Part(DELETE, (to, index) -> bindOids(to, index, deletions), -1));
    }
    if (!records.isEmpty()) {
      parts.add(new Part(TRANSACTION_RECORDS, this::bindTransactionRecords, records.size()));
    }
    return parts;
  }

  private int bindTouched(PreparedStatement to, int index, List<Touched> touched)
      throws SQLException {
    bindOids(to, index, touched);
    to.setArray(index + 1, bigints(touched.stream().mapToLong(one -> one.tid().value()).toArray()));
    return index + 2;
  }

  private int bindOids(PreparedStatement to, int index, List<Touched> touched) throws SQLException {
    to.setArray(index, bigints(touched.stream().mapToLong(one -> one.oid().value()).toArray()));
    return index + 1;
  }

  private int bindRows(PreparedStatement to, int index) throws SQLException {
    int count = rows.size();
    String[] modules = new String[count];
    String[] names = new String[count];
    byte[][] states = new byte[count][];
    Integer[] sizes = new Integer[count];
    String[] refs = new String[count];
    for (int i = 0; i < count; i++) {
      StagedRow row = rows.get(i);
      modules[i] = row.json().classModule();
      names[i] = row.json().className();
      states[i] = row.json().json().array();
      sizes[i] = row.record().length();
      refs[i] = text(row.json().refs());
    }
    int next = bindTouched(to, index, stored);
    to.setArray(next++, connection.createArrayOf("text", modules));
    to.setArray(next++, connection.createArrayOf("text", names));
    to.setArray(next++, connection.createArrayOf("bytea", states));
    to.setArray(next++, connection.createArrayOf("int4", sizes));
    to.setArray(next++, connection.createArrayOf("text", refs));
    return next;
  }

  private static String text(List<Oid> refs) {
    StringJoiner text = new StringJoiner(",", "{", "}");
    refs.forEach(oid -> text.add(Long.toString(oid.value())));
    return text.toString();
  }

  private int bindRecords(PreparedStatement to, int index) throws SQLException {
    List<Touched> touched = new ArrayList<>();
    List<byte[]> kept = new ArrayList<>();
    for (int i = 0; i < rows.size(); i++) {
      if (!rows.get(i).json().exact()) {
        touched.add(stored.get(i));
        kept.add(rows.get(i).record().array());
      }
    }
    int next = bindTouched(to, index, touched);
    to.setArray(next, connection.createArrayOf("bytea", kept.toArray(new byte[0][])));
    return next + 1;
  }

  private int bindTransactionRecords(PreparedStatement to, int index) throws SQLException {
    int count = records.size();
    long[] tids = new long[count];
    byte[] @Nullable [] users = new byte[count][];
    byte[] @Nullable [] descriptions = new byte[count][];
    byte[] @Nullable [] extensions = new byte[count][];
    for (int i = 0; i < count; i++) {
      RawMeta record = records.get(i);
      tids[i] = record.tid().value();
      users[i] = array(record.username());
      descriptions[i] = array(record.description());
      extensions[i] = array(record.extension());
    }
    to.setArray(index, bigints(tids));
    to.setArray(index + 1, connection.createArrayOf("bytea", users));
    to.setArray(index + 2, connection.createArrayOf("bytea", descriptions));
    to.setArray(index + 3, connection.createArrayOf("bytea", extensions));
    return index + 4;
  }

  private static byte @Nullable [] array(@Nullable Bytes bytes) {
    return bytes == null ? null : bytes.array();
  }

  private Array bigints(long[] values) throws SQLException {
    return connection.unwrap(PGConnection.class).createArrayOf("int8", values);
  }
}
