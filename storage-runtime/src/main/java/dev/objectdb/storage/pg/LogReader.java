package dev.objectdb.storage.pg;

import dev.objectdb.object.Oid;
import dev.objectdb.object.Tid;
import dev.objectdb.storage.CurrentRecord;
import dev.objectdb.storage.HistoryEntry;
import dev.objectdb.storage.HistoryMode;
import dev.objectdb.storage.StorageStats;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads that are not loads: an object's history, a walk over all objects, sizes and counts. */
final class LogReader {
  /** The entry's tid may lie beyond the log: a pack removes rows that no current object needs. */
  private static final String HISTORY =
      """
      SELECT v.tid, v.state_size, META
      FROM (
        SELECT tid, state_size FROM object_state WHERE zoid = ? AND tid <= ?
        REPLACED
        ORDER BY tid DESC LIMIT ?
      ) v
      LEFT JOIN transaction_log t USING (tid)
      LEFT JOIN transaction_record x USING (tid)
      ORDER BY v.tid DESC
      """;

  private static final String REPLACED =
      """
      UNION
      (SELECT tid, state_size FROM object_history WHERE zoid = ? AND tid <= ?
       ORDER BY tid DESC LIMIT ?)
      """;

  private static final String CURRENT =
      """
      SELECT v.zoid, v.tid, v.following, COLUMNS
      FROM (
        SELECT s.*, (SELECT min(zoid) FROM object_state n WHERE n.zoid > s.zoid) AS following
        FROM object_state s WHERE s.zoid >= ? ORDER BY s.zoid LIMIT 1
      ) v LEFT JOIN object_record r USING (zoid, tid)
      """;

  /** Counts what is small, and trusts the statistics, scaled to the size of today, beyond. */
  private static final String STATS =
      """
      SELECT CASE
               WHEN pg_relation_size(c.oid) <= 8388608 THEN (SELECT count(*) FROM object_state)
               WHEN c.relpages > 0 AND c.reltuples > 0 THEN
                 (c.reltuples / c.relpages * (pg_relation_size(c.oid) / 8192))::bigint
               ELSE pg_relation_size(c.oid) / 256
             END AS objects,
             (SELECT coalesce(sum(pg_total_relation_size(to_regclass(name))), 0)
              FROM unnest(ARRAY['object_state', 'object_history', 'object_record', 'object_window',
                                'object_deletion', 'transaction_log', 'transaction_record',
                                'blob_state']) AS names (name)) AS bytes
      FROM pg_class c WHERE c.oid = 'object_state'::regclass
      """;

  private final Pool pool;
  private final RecordEncoder encoder;
  private final ExtensionDecoder decoder;
  private final boolean preserving;

  LogReader(Pool pool, HistoryMode mode, RecordEncoder encoder, ExtensionDecoder decoder) {
    this.pool = pool;
    this.encoder = encoder;
    this.decoder = decoder;
    preserving = mode == HistoryMode.PRESERVING;
  }

  private record HistoryRow(Tid tid, long size, MetaColumns meta) {}

  /**
   * Returns revisions up to a tid, newest first; in a history-free database there is one at most.
   */
  List<HistoryEntry> history(Oid oid, Tid upTo, int size) {
    List<HistoryRow> rows =
        pool.read(
            "reading an object's history",
            connection -> {
              String sql =
                  HISTORY
                      .replace("META", MetaColumns.COLUMNS)
                      .replace("REPLACED", preserving ? REPLACED : "");
              try (PreparedStatement statement = connection.prepareStatement(sql)) {
                int next = 1;
                statement.setLong(next++, oid.value());
                statement.setLong(next++, upTo.value());
                if (preserving) {
                  statement.setLong(next++, oid.value());
                  statement.setLong(next++, upTo.value());
                  statement.setInt(next++, size);
                }
                statement.setInt(next, size);
                return historyRows(statement);
              }
            });
    return rows.stream()
        .map(row -> new HistoryEntry(row.tid(), row.meta().decode(decoder), row.size()))
        .toList();
  }

  private static List<HistoryRow> historyRows(PreparedStatement statement) throws SQLException {
    List<HistoryRow> rows = new ArrayList<>();
    try (ResultSet row = statement.executeQuery()) {
      while (row.next()) {
        rows.add(
            new HistoryRow(
                new Tid(row.getLong("tid")), row.getLong("state_size"), MetaColumns.of(row)));
      }
    }
    return rows;
  }

  private record CurrentRow(Oid oid, Tid tid, Optional<Oid> following, StoredState state) {}

  /** Returns the existing object with the lowest oid not below this one. */
  Optional<CurrentRecord> recordFrom(Oid from) {
    String sql = CURRENT.replace("COLUMNS", StoredState.COLUMNS);
    Optional<CurrentRow> found =
        pool.read(
            "walking over the objects",
            connection -> {
              try (PreparedStatement statement = connection.prepareStatement(sql)) {
                statement.setLong(1, from.value());
                try (ResultSet row = statement.executeQuery()) {
                  return row.next() ? Optional.of(currentRow(row)) : Optional.empty();
                }
              }
            });
    return found.map(
        row ->
            new CurrentRecord(
                row.oid(),
                row.tid(),
                row.state().encode(row.oid(), encoder),
                row.following().orElse(null)));
  }

  private static CurrentRow currentRow(ResultSet row) throws SQLException {
    long following = row.getLong("following");
    Optional<Oid> next = row.wasNull() ? Optional.empty() : Optional.of(new Oid(following));
    return new CurrentRow(
        new Oid(row.getLong("zoid")), new Tid(row.getLong("tid")), next, StoredState.of(row));
  }

  StorageStats stats() {
    return pool.read(
        "reading statistics",
        connection -> {
          try (PreparedStatement statement = connection.prepareStatement(STATS);
              ResultSet row = statement.executeQuery()) {
            row.next();
            return new StorageStats(row.getLong("objects"), row.getLong("bytes"));
          }
        });
  }
}
