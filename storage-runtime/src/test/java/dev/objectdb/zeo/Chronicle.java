package dev.objectdb.zeo;

import com.fasterxml.jackson.databind.JsonNode;
import dev.objectdb.codec.JsonRecord;
import dev.objectdb.codec.RecordCodec;
import dev.objectdb.object.Bytes;
import dev.objectdb.object.Limits;
import dev.objectdb.storage.HistoryMode;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What every object ever was, written down by triggers of the test's own, so that no more is lost
 * of it than what a program does not write; and the judge of clients' caches.
 *
 * <p>A cache is right if each of its current entries is what the object was at the client's tid,
 * and each past one what it was from its start to its end.
 */
final class Chronicle implements AutoCloseable {
  private static final String KEEP =
      """
      CREATE SCHEMA chronicle;
      CREATE TABLE chronicle.revision (
        zoid bigint, tid bigint, class_mod text, class_name text, state jsonb, gone boolean,
        PRIMARY KEY (zoid, tid));
      CREATE INDEX ON chronicle.revision (tid);
      CREATE FUNCTION chronicle.keep() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        INSERT INTO chronicle.revision
          VALUES (NEW.zoid, NEW.tid, NEW.class_mod, NEW.class_name, NEW.state, false);
        RETURN NULL;
      END $$;
      CREATE FUNCTION chronicle.end() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        INSERT INTO chronicle.revision VALUES (NEW.zoid, NEW.tid, NULL, NULL, NULL, true);
        RETURN NULL;
      END $$;
      CREATE TRIGGER chronicle AFTER INSERT OR UPDATE ON public.object_state
        FOR EACH ROW EXECUTE FUNCTION chronicle.keep();
      CREATE TRIGGER chronicle AFTER INSERT ON public.object_deletion
        FOR EACH ROW EXECUTE FUNCTION chronicle.end();
      """;

  private static final String KEEP_TOMBSTONES =
      """
      CREATE TRIGGER chronicle AFTER INSERT ON public.object_history
        FOR EACH ROW WHEN (NEW.state IS NULL) EXECUTE FUNCTION chronicle.end()
      """;

  private static final String DIFFERENT =
      """
      SELECT k.zoid, k.tid, k.name, k.state, r.class_name, r.state
      FROM unnest(?::bigint[], ?::bigint[], ?::text[], ?::text[], ?::text[])
        AS k (zoid, tid, name, state, record)
      LEFT JOIN chronicle.revision r USING (zoid, tid)
      LEFT JOIN object_record o USING (zoid, tid)
      WHERE (r.class_mod || '.' || r.class_name = k.name AND r.state = k.state::jsonb
             OR o.record = decode(k.record, 'hex')) IS NOT TRUE
      """;

  private final RecordCodec codec = new RecordCodec(Limits.DEFAULT, false);
  private final TestDatabase database;
  private Connection connection;
  private final Map<Long, NavigableMap<Long, Boolean>> objects = new HashMap<>();
  private long last;
  private long count;

  private Chronicle(TestDatabase database) throws SQLException {
    this.database = database;
    connection = database.connect();
  }

  /** Begins it, in a database that nobody has written to yet. */
  static Chronicle begin(TestDatabase database, HistoryMode mode) throws SQLException {
    Chronicle chronicle = new Chronicle(database);
    try (Statement statement = chronicle.connection.createStatement()) {
      statement.execute(KEEP);
      if (mode == HistoryMode.PRESERVING) {
        statement.execute(KEEP_TOMBSTONES);
      }
    }
    return chronicle;
  }

  /** Lets the database be replaced, and begins anew with what is written in the other one. */
  synchronized void replacing(DatabaseChange change) throws SQLException, InterruptedException {
    connection.close();
    change.run();
    connection = database.connect();
    objects.clear();
    last = 0;
    count = 0;
  }

  /** Something to be done while nobody is connected. */
  @FunctionalInterface
  interface DatabaseChange {
    void run() throws SQLException, InterruptedException;
  }

  /** A line of a cache. */
  private record Entry(long oid, long start, long end, @Nullable String data) {
    static Entry of(JsonNode node) {
      return new Entry(
          node.get(0).asLong(), node.get(1).asLong(), node.get(2).asLong(), text(node.get(3)));
    }

    private static @Nullable String text(JsonNode node) {
      return node.isNull() ? null : node.asText();
    }

    @Override
    public String toString() {
      return "object %d from %x to %x".formatted(oid, start, end);
    }
  }

  /**
   * Judges what zeo_cache.py has read.
   *
   * @throws AssertionError with everything that is wrong in it
   */
  synchronized void judge(String who, JsonNode cache) throws SQLException {
    catchUp();
    long tid = cache.get("tid").asLong();
    List<String> wrong = new ArrayList<>();
    List<Entry> unread = new ArrayList<>();
    for (JsonNode node : cache.get("entries")) {
      Entry entry = Entry.of(node);
      String why = wrongness(entry, tid);
      if (why != null) {
        wrong.add(entry + ": " + why);
      } else if (entry.data() != null) {
        unread.add(entry);
      }
    }
    wrong.addAll(different(unread));
    if (!wrong.isEmpty()) {
      throw new AssertionError(
          "the cache of %s at %x is wrong:%n%s".formatted(who, tid, String.join("\n", wrong)));
    }
  }

  /** Reads on; also sees that nothing appears below what was read. */
  private void catchUp() throws SQLException {
    long before = last;
    try (Statement statement = connection.createStatement();
        ResultSet rows =
            statement.executeQuery(
                """
                SELECT NULL::bigint, max(tid), count(*) FILTER (WHERE tid <= %1$d) = %2$d, count(*)
                FROM transaction_log
                UNION ALL SELECT zoid, tid, gone, 0 FROM chronicle.revision WHERE tid > %1$d
                """
                    .formatted(before, count))) {
      while (rows.next()) {
        long oid = rows.getLong(1);
        if (!rows.wasNull()) {
          objects
              .computeIfAbsent(oid, _ -> new TreeMap<>())
              .put(rows.getLong(2), rows.getBoolean(3));
          continue;
        }
        if (!rows.getBoolean(3)) {
          throw new AssertionError("a commit became visible below %x".formatted(before));
        }
        last = rows.getLong(2);
        count = rows.getLong(4);
      }
    }
  }

  private @Nullable String wrongness(Entry entry, long tid) {
    NavigableMap<Long, Boolean> revisions = objects.getOrDefault(entry.oid(), new TreeMap<>());
    Boolean gone = revisions.get(entry.start());
    if (gone == null || gone) {
      return "no such revision";
    }
    if (entry.start() > tid) {
      return "ahead of its client";
    }
    Long next = revisions.higherKey(entry.start());
    if (entry.end() == 0) {
      return next == null || next > tid ? null : "it was changed at %x".formatted(next);
    }
    return next == null || entry.end() <= next ? null : "it was changed at %x".formatted(next);
  }

  private List<String> different(List<Entry> entries) throws SQLException {
    List<JsonRecord> records =
        entries.stream().map(it -> codec.toJson(Bytes.ofHex(String.valueOf(it.data())))).toList();
    try (PreparedStatement statement = connection.prepareStatement(DIFFERENT)) {
      statement.setArray(1, array("bigint", entries.stream().map(Entry::oid).toArray()));
      statement.setArray(2, array("bigint", entries.stream().map(Entry::start).toArray()));
      statement.setArray(3, array("text", records.stream().map(Chronicle::name).toArray()));
      statement.setArray(
          4, array("text", records.stream().map(it -> it.json().toUtf8()).toArray()));
      statement.setArray(5, array("text", entries.stream().map(Entry::data).toArray()));
      List<String> different = new ArrayList<>();
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          different.add(
              "object %d at %x is %s %s there, and %s %s in the database"
                  .formatted(
                      rows.getLong(1),
                      rows.getLong(2),
                      rows.getString(3),
                      rows.getString(4),
                      rows.getString(5),
                      rows.getString(6)));
        }
      }
      return different;
    }
  }

  private java.sql.Array array(String type, Object[] values) throws SQLException {
    return connection.createArrayOf(type, values);
  }

  private static String name(JsonRecord record) {
    return record.classModule() + "." + record.className();
  }

  @Override
  public void close() throws SQLException {
    connection.close();
  }
}
