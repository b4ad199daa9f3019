package dev.objectdb.storage.pg;

import dev.objectdb.object.Check;
import dev.objectdb.object.Oid;
import dev.objectdb.object.Tid;
import dev.objectdb.storage.HistoryMode;
import java.io.IOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Writes voted transactions into one PostgreSQL transaction.
 *
 * <pre>
 *   1. settings of the transaction; log rows, which get the tids       one round trip
 *   2. replaced revisions to the history or the window; upserts;       one per 8 MB,
 *      records that their JSON does not give back; deletions             all in one for nearly all
 * </pre>
 *
 * <p>A log row is written before any object row, since others read what is above a tid of the log.
 * Objects are written by rising oid, so that two writers never wait for each other, and each at
 * most once, since one statement cannot replace a row twice. What replaces nothing is inserted, and
 * columns of other programs are left alone. Every count is compared with what the check has seen:
 * the lock has been held since, so nothing may have changed.
 */
final class BatchWriter {
  /** Bytes of rows in one round trip; one row may be larger. */
  private static final long CHUNK_BYTES = 8L << 20;

  private static final int CHUNK_ROWS = 20_000;

  /** Waiting for a row under the lock makes everybody wait: better roll back and try again. */
  private static final String SETTINGS =
      """
      BEGIN;
      SELECT length(set_config('objectdb.archived', ?, true)),
             length(set_config('lock_timeout', '5s', true));
      """;

  /** A tid is above every stored one and not below the database's clock, unless it is given. */
  private static final String LOG =
      """
      WITH first AS MATERIALIZED (
        SELECT coalesce(?::bigint,
                        greatest((SELECT coalesce(max(tid), 0) + 1 FROM transaction_log),
                                 objectdb_tid(clock_timestamp()))) AS tid)
      INSERT INTO transaction_log (tid, username, description, extension)
      SELECT first.tid + added.number - 1, added.username, added.description, added.extension
      FROM first, unnest(?::text[], ?::text[], ?::bytea[])
        WITH ORDINALITY AS added (username, description, extension, number)
      RETURNING tid, pg_current_xact_id()::text::bigint
      """;

  private final Connection connection;
  private final ChunkWriter chunks;
  private long epoch;

  BatchWriter(Connection connection, HistoryMode mode) {
    this.connection = connection;
    this.chunks = new ChunkWriter(connection, mode);
  }

  /** Sets the epoch in force; read under the lock, so it stays in force until the unlock. */
  void setEpoch(long epoch) {
    this.epoch = epoch;
  }

  /** One change with the tid it gets. */
  private record Placed(Tid tid, Change change, Spool spool) {}

  CommitSession.Batch write(List<CommitSession.Member> members)
      throws SQLException, CommitSession.SpoolException {
    CommitSession.Batch batch = writeLog(members);
    List<Placed> all = new ArrayList<>();
    int existing = 0;
    int deleted = 0;
    for (int i = 0; i < members.size(); i++) {
      Prepared prepared = members.get(i).prepared();
      existing += members.get(i).existing();
      deleted += members.get(i).deleted();
      for (Change change : prepared.changes()) {
        all.add(new Placed(batch.tids().get(i), change, prepared.spool()));
      }
    }
    all.sort(Comparator.comparing(placed -> placed.change().oid()));
    chunks.begin(records(members, batch.tids()));
    try {
      fill(all);
    } catch (IOException e) {
      throw new CommitSession.SpoolException(e);
    }
    chunks.end(existing, deleted);
    return batch;
  }

  private void fill(List<Placed> all) throws SQLException, IOException {
    @Nullable Oid before = null;
    for (Placed placed : all) {
      Oid oid = placed.change().oid();
      Check.invariant(before == null || before.compareTo(oid) < 0, "each oid once, rising");
      before = oid;
      switch (placed.change()) {
        case Change.Store store -> add(placed, store.slot());
        case Change.Restore restore -> add(placed, restore.slot());
        case Change.Delete _ -> chunks.delete(oid, placed.tid());
      }
      if (chunks.bytes() > CHUNK_BYTES || chunks.rows() >= CHUNK_ROWS) {
        chunks.flush();
      }
    }
  }

  private void add(Placed placed, Spool.Slot slot) throws IOException {
    chunks.put(placed.change().oid(), placed.tid(), placed.spool().get(slot));
  }

  private CommitSession.Batch writeLog(List<CommitSession.Member> members) throws SQLException {
    int count = members.size();
    String[] users = new String[count];
    String[] descriptions = new String[count];
    byte[][] extensions = new byte[count][];
    Tid given = members.getFirst().prepared().given();
    Check.invariant(given == null || count == 1, "a given tid is written alone");
    for (int i = 0; i < count; i++) {
      LogEntry log = members.get(i).prepared().log();
      users[i] = log.username();
      descriptions[i] = log.description();
      extensions[i] = log.extension().array();
    }
    try (PreparedStatement statement = connection.prepareStatement(SETTINGS + LOG)) {
      statement.setString(1, String.valueOf(epoch));
      statement.setObject(2, given == null ? null : given.value(), java.sql.Types.BIGINT);
      statement.setArray(3, connection.createArrayOf("text", users));
      statement.setArray(4, connection.createArrayOf("text", descriptions));
      statement.setArray(5, connection.createArrayOf("bytea", extensions));
      statement.execute();
      statement.getMoreResults(); // behind BEGIN
      statement.getMoreResults(); // behind the settings
      return readBatch(statement, count);
    }
  }

  private static CommitSession.Batch readBatch(PreparedStatement statement, int count)
      throws SQLException {
    List<Tid> tids = new ArrayList<>();
    long xid = 0;
    try (ResultSet rows = statement.getResultSet()) {
      while (rows.next()) {
        tids.add(new Tid(rows.getLong(1)));
        xid = rows.getLong(2);
      }
    }
    tids.sort(Comparator.naturalOrder());
    Check.invariant(tids.size() == count, "one log row per transaction");
    return new CommitSession.Batch(tids, xid);
  }

  /** The bytes of those transactions that the log's columns cannot give back. */
  private static List<ChunkWriter.RawMeta> records(
      List<CommitSession.Member> members, List<Tid> tids) {
    List<ChunkWriter.RawMeta> records = new ArrayList<>();
    for (int i = 0; i < members.size(); i++) {
      LogEntry log = members.get(i).prepared().log();
      if (!log.isExact()) {
        records.add(
            new ChunkWriter.RawMeta(
                tids.get(i), log.rawUser(), log.rawDescription(), log.rawExtension()));
      }
    }
    return records;
  }
}
