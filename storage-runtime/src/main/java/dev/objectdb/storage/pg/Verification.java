package dev.objectdb.storage.pg;

import dev.objectdb.codec.RecordCodec;
import dev.objectdb.object.Bytes;
import dev.objectdb.object.Oid;
import dev.objectdb.object.Tid;
import dev.objectdb.storage.HistoryMode;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.postgresql.PGConnection;

/**
 * Walks over a whole database on one snapshot, beside its users, and tells what is broken. Changes
 * nothing.
 *
 * <pre>
 *   the guards, the oid sequence, the root object
 *   each revision   it can be read ▸ makes a record ▸ which gives the same columns again
 *   each reference  the object is there; what a replaced revision refers to may be replaced as well
 *   each history    its revisions lie below the current one, and in the log
 * </pre>
 *
 * <p>Keys come through a portal, rows in batches bounded by count and bytes, so memory stays flat.
 * A batch that cannot be read is halved until the row is found that makes it fail.
 */
public final class Verification {
  private static final int KEY_PAGE = 5_000;
  private static final int BATCH_ROWS = 1_000;
  private static final long BATCH_BYTES = 8L << 20;

  /** SQLSTATE class of damaged files. */
  private static final String DAMAGED = "XX";

  private static final String SNAPSHOT =
      """
      SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY;
      SET LOCAL idle_in_transaction_session_timeout = '1h'
      """;

  private static final String ROWS =
      """
      SELECT %s, %s
      FROM unnest(?::bigint[], ?::bigint[]) AS wanted (zoid, tid)
      JOIN TABLE v USING (zoid, tid) LEFT JOIN object_record r USING (zoid, tid)
      ORDER BY v.zoid, v.tid
      """
          .formatted(StoredRevision.COLUMNS, StoredState.COLUMNS);

  /** PostgreSQL itself compares: only it knows when two texts are the same JSONB. */
  private static final String OTHER_JSON =
      """
      SELECT wanted.at
      FROM unnest(?::int[], ?::bigint[], ?::bigint[], ?::bytea[]) AS wanted (at, zoid, tid, state)
      JOIN TABLE v USING (zoid, tid)
      WHERE v.state IS DISTINCT FROM convert_from(wanted.state, 'UTF8')::jsonb
      """;

  /** Oids and tids are written as everywhere else. */
  private static final Pattern HEX = Pattern.compile("HEX\\(([a-z.]+)\\)");

  private static final String HEX_SQL = "'0x' || lpad(to_hex($1), 16, '0')";

  private static final String GUARDS =
      """
      SELECT format('trigger %s on %s', wanted.name, wanted.relation)
      FROM (VALUES ('objectdb_guard', 'transaction_log'),
                   ('objectdb_keep_greatest', 'transaction_log'),
                   ('objectdb_archive_update', 'object_state'),
                   ('objectdb_archive_delete', 'object_state'),
                   ('trg_notify_commit', 'transaction_log')) AS wanted (name, relation)
      WHERE NOT EXISTS (
        SELECT FROM pg_trigger t WHERE t.tgrelid = to_regclass(wanted.relation)
          AND t.tgname = wanted.name AND t.tgenabled IN ('O', 'A'))
      ORDER BY 1
      """;

  private static final String OIDS_BEHIND =
      """
      SELECT 'the next oid is ' || HEX(next) || ', and object ' || HEX(greatest) || ' exists'
      FROM (SELECT CASE WHEN is_called THEN last_value + 1 ELSE last_value END AS next
            FROM zoid_seq) n,
           (SELECT coalesce(max(zoid), 0) AS greatest FROM object_state) g
      WHERE next <= greatest
      """;

  private static final String NO_ROOT =
      """
      SELECT 'there are objects, but none with oid 0' WHERE EXISTS (SELECT FROM object_state)
        AND NOT EXISTS (SELECT FROM object_state WHERE zoid = 0)
      """;

  private static final String HISTORY_ABOVE =
      """
      SELECT 'object ' || HEX(h.zoid) || ' has a replaced revision at ' || HEX(h.tid)
             || ', above the current one at ' || HEX(s.tid)
      FROM object_history h JOIN object_state s USING (zoid) WHERE h.tid > s.tid
      """;

  private static final String HISTORY_UNLOGGED =
      """
      SELECT 'object ' || HEX(zoid) || ' has a revision at ' || HEX(tid)
             || ', which is no transaction of the log'
      FROM object_history h
      WHERE NOT EXISTS (SELECT FROM transaction_log t WHERE t.tid = h.tid)
      """;

  /** A table of revisions, and where the objects are that those may refer to. */
  private enum Part {
    CURRENT("object_state", "SELECT zoid FROM object_state"),
    REPLACED(
        "object_history",
        "SELECT zoid FROM object_state"
            + " UNION SELECT zoid FROM object_history WHERE state IS NOT NULL");

    private final String table;
    private final String present;

    Part(String table, String targets) {
      this.table = table;
      this.present = "SELECT zoid FROM (%s) t WHERE zoid = ANY (?)".formatted(targets);
    }

    String sql(String template) {
      return template.replace("TABLE", table);
    }
  }

  private final Connection connection;
  private final RecordCodec codec;
  private final Watcher watcher;
  private final Map<Finding.Kind, Long> findings = new EnumMap<>(Finding.Kind.class);
  private long revisions;
  private long references;

  private Verification(Connection connection, PgConfig config, Watcher watcher) {
    this.connection = connection;
    this.codec = new RecordCodec(config.limits(), false);
    this.watcher = watcher;
  }

  /** Hears how it goes, on the caller's thread. */
  public interface Watcher {
    /** How many revisions there are to check. */
    void begins(long revisions);

    /** So many more are checked. */
    void checked(long revisions);

    void found(Finding finding);
  }

  /**
   * What was looked at.
   *
   * @param revisions current and replaced ones
   * @param references that they hold, each revision counted apart
   * @param findings how many of each kind; empty if nothing is broken
   */
  public record Summary(long revisions, long references, Map<Finding.Kind, Long> findings) {
    public Summary {
      findings = Map.copyOf(findings);
    }
  }

  /**
   * Checks a database.
   *
   * @throws SchemaException if it is none of ours, or of another history mode than configured
   * @throws dev.objectdb.storage.StorageUnavailableException if it cannot be reached
   */
  public static Summary run(PgConfig config, Watcher watcher) {
    try (Connection connection = new PgSessions(config).open("verify")) {
      Schema.requireCurrent(connection, config);
      connection.setAutoCommit(false);
      execute(connection, SNAPSHOT);
      return new Verification(connection, config, watcher).all(config.historyMode());
    } catch (SQLException e) {
      throw SqlErrors.ofRead("verifying the database", e);
    }
  }

  private Summary all(HistoryMode mode) throws SQLException {
    boolean preserving = mode == HistoryMode.PRESERVING;
    watcher.begins(count(Part.CURRENT) + (preserving ? count(Part.REPLACED) : 0));
    tell(Finding.Kind.NO_GUARD, GUARDS);
    tell(Finding.Kind.OIDS_BEHIND, OIDS_BEHIND);
    tell(Finding.Kind.NO_ROOT, NO_ROOT);
    walk(Part.CURRENT);
    if (preserving) {
      tell(Finding.Kind.WRONG_HISTORY, HISTORY_ABOVE);
      tell(Finding.Kind.WRONG_HISTORY, HISTORY_UNLOGGED);
      walk(Part.REPLACED);
    }
    return new Summary(revisions, references, findings);
  }

  private long count(Part part) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(part.sql("SELECT count(*) FROM TABLE"))) {
      row.next();
      return row.getLong(1);
    }
  }

  /** Runs a query that gives a line of text for each thing that is wrong. */
  private void tell(Finding.Kind kind, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.setFetchSize(KEY_PAGE);
      try (ResultSet rows = statement.executeQuery(HEX.matcher(sql).replaceAll(HEX_SQL))) {
        while (rows.next()) {
          tell(new Finding(kind, rows.getString(1)));
        }
      }
    }
  }

  private void tell(Finding finding) {
    findings.merge(finding.kind(), 1L, Long::sum);
    watcher.found(finding);
  }

  private record Key(long zoid, long tid) {}

  private void walk(Part part) throws SQLException {
    String sql = part.sql("SELECT zoid, tid, state_size FROM TABLE ORDER BY zoid, tid");
    Savepoint before = connection.setSavepoint();
    try (Statement statement = connection.createStatement()) {
      statement.setFetchSize(KEY_PAGE);
      try (ResultSet keys = statement.executeQuery(sql)) {
        List<Key> batch = new ArrayList<>();
        long bytes = 0;
        while (keys.next()) {
          batch.add(new Key(keys.getLong(1), keys.getLong(2)));
          bytes += keys.getLong(3);
          if (batch.size() == BATCH_ROWS || bytes > BATCH_BYTES) {
            check(part, batch);
            batch.clear();
            bytes = 0;
          }
        }
        check(part, batch);
      }
    } catch (SQLException e) {
      if (!isDamage(e)) {
        throw e;
      }
      connection.rollback(before);
      String text = "%s cannot be read any further: %s".formatted(part.table, e.getMessage());
      tell(new Finding(Finding.Kind.UNREADABLE_ROW, text));
    }
  }

  private static boolean isDamage(SQLException error) {
    return String.valueOf(error.getSQLState()).startsWith(DAMAGED);
  }

  private void check(Part part, List<Key> batch) throws SQLException {
    if (batch.isEmpty()) {
      return;
    }
    Savepoint before = connection.setSavepoint();
    try {
      checkAll(part, rows(part, batch));
      connection.releaseSavepoint(before);
      revisions += batch.size();
      watcher.checked(batch.size());
    } catch (SQLException e) {
      if (!isDamage(e)) {
        throw e;
      }
      connection.rollback(before);
      halve(part, batch, e);
    }
  }

  private void halve(Part part, List<Key> batch, SQLException cause) throws SQLException {
    int half = batch.size() / 2;
    if (half > 0) {
      check(part, batch.subList(0, half));
      check(part, batch.subList(half, batch.size()));
      return;
    }
    Key key = batch.getFirst();
    String text =
        "object %s at %s in %s: %s"
            .formatted(new Oid(key.zoid()), new Tid(key.tid()), part.table, cause.getMessage());
    tell(new Finding(Finding.Kind.UNREADABLE_ROW, text));
    revisions++;
    watcher.checked(1);
  }

  private List<StoredRevision> rows(Part part, List<Key> batch) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(part.sql(ROWS))) {
      statement.setArray(1, bigints(batch.stream().mapToLong(Key::zoid).toArray()));
      statement.setArray(2, bigints(batch.stream().mapToLong(Key::tid).toArray()));
      List<StoredRevision> rows = new ArrayList<>(batch.size());
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          rows.add(StoredRevision.of(row));
        }
      }
      return rows;
    }
  }

  private record Checked(StoredRevision row, StoredRevision.Checked result) {}

  private void checkAll(Part part, List<StoredRevision> rows) throws SQLException {
    List<Checked> all = new ArrayList<>(rows.size());
    Set<Oid> targets = new HashSet<>();
    for (StoredRevision row : rows) {
      StoredRevision.Checked result = row.check(codec);
      all.add(new Checked(row, result));
      targets.addAll(result.refs());
    }
    Set<Oid> present = present(part, targets);
    Set<Integer> other = otherJson(part, all);
    for (int i = 0; i < all.size(); i++) {
      Checked one = all.get(i);
      one.result().findings().forEach(this::tell);
      references += one.result().refs().size();
      if (other.contains(i)) {
        tell(one.row().wrong("state is not what its record says"));
      }
      if (one.row().ended() && part == Part.CURRENT) {
        tell(one.row().wrong("state is NULL, which no current object has"));
      }
      for (Oid target : one.result().refs()) {
        if (!present.contains(target)) {
          String text = "%s refers to %s, which is not there".formatted(one.row().name(), target);
          tell(new Finding(Finding.Kind.DANGLING_REFERENCE, text));
        }
      }
    }
  }

  private Set<Oid> present(Part part, Collection<Oid> targets) throws SQLException {
    Set<Oid> present = HashSet.newHashSet(targets.size());
    try (PreparedStatement statement = connection.prepareStatement(part.present)) {
      statement.setArray(1, bigints(targets.stream().mapToLong(Oid::value).toArray()));
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          present.add(new Oid(rows.getLong(1)));
        }
      }
    }
    return present;
  }

  /** Returns the places of those rows whose column state differs from what their record says. */
  private Set<Integer> otherJson(Part part, List<Checked> all) throws SQLException {
    List<Integer> places = new ArrayList<>();
    List<byte[]> states = new ArrayList<>();
    for (int i = 0; i < all.size(); i++) {
      Bytes json = all.get(i).result().json();
      if (json != null) {
        places.add(i);
        states.add(json.array());
      }
    }
    Set<Integer> other = new HashSet<>();
    if (places.isEmpty()) {
      return other;
    }
    try (PreparedStatement statement = connection.prepareStatement(part.sql(OTHER_JSON))) {
      statement.setArray(1, connection.createArrayOf("int4", places.toArray()));
      statement.setArray(
          2, bigints(places.stream().mapToLong(i -> all.get(i).row().oid().value()).toArray()));
      statement.setArray(
          3, bigints(places.stream().mapToLong(i -> all.get(i).row().tid().value()).toArray()));
      statement.setArray(4, connection.createArrayOf("bytea", states.toArray(new byte[0][])));
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          other.add(rows.getInt(1));
        }
      }
    }
    return other;
  }

  private java.sql.Array bigints(long[] values) throws SQLException {
    return connection.unwrap(PGConnection.class).createArrayOf("int8", values);
  }

  private static void execute(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }
}
