package dev.objectdb.storage.pg;

import dev.objectdb.object.Bytes;
import dev.objectdb.object.Check;
import dev.objectdb.object.Oid;
import dev.objectdb.object.Tid;
import dev.objectdb.storage.HistoryMode;
import dev.objectdb.storage.StorageUnavailableException;
import dev.objectdb.storage.TransactionCursor;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A walk over the log on one snapshot, on one borrowed session that it keeps until it is closed.
 *
 * <pre>
 *   keys     a portal over (zoid, state_size, where) of one transaction, by zoid, in pages
 *   records  WHERE zoid = ANY(a run of keys) AND tid = ..., runs bounded by bytes and count
 * </pre>
 *
 * <p>So memory stays bounded, whatever the size of a transaction or of its records; one record is
 * the least that is held. In a history-free database a transaction shows the objects whose current
 * revision it wrote, and those it ended.
 */
final class TransactionWalk implements TransactionCursor {
  private static final Logger LOG = LoggerFactory.getLogger(TransactionWalk.class);

  private static final int LOG_PAGE = 500;
  private static final int KEY_PAGE = 5_000;
  private static final int RUN_RECORDS = 500;
  private static final long RUN_BYTES = 8L << 20;

  /** A client may think for a while between two steps; the usual bound is too short for that. */
  private static final String SNAPSHOT =
      """
      SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY;
      SET LOCAL idle_in_transaction_session_timeout = '15min'
      """;

  private static final String TRANSACTIONS =
      """
      SELECT tid, META FROM transaction_log t LEFT JOIN transaction_record x USING (tid)
      WHERE tid BETWEEN ? AND ? ORDER BY tid
      """;

  private static final String KEYS_FREE =
      """
      SELECT zoid, state_size, false AS ended FROM object_state WHERE tid = ?
      UNION ALL
      SELECT zoid, 0, true FROM object_deletion WHERE tid = ?
      ORDER BY zoid
      """;

  private static final String KEYS_PRESERVING =
      """
      SELECT zoid, state_size, false AS ended FROM object_state WHERE tid = ?
      UNION ALL
      SELECT zoid, state_size, state IS NULL FROM object_history h WHERE tid = ?
        AND NOT EXISTS (SELECT FROM object_state s WHERE s.zoid = h.zoid AND s.tid = h.tid)
      ORDER BY zoid
      """;

  private static final String RECORDS_FREE =
      """
      SELECT v.zoid, COLUMNS FROM object_state v LEFT JOIN object_record r USING (zoid, tid)
      WHERE v.tid = ? AND v.zoid = ANY (?)
      """;

  private static final String RECORDS_PRESERVING =
      """
      SELECT v.zoid, COLUMNS
      FROM (
        SELECT zoid, tid, class_mod, class_name, state FROM object_state
        WHERE tid = ? AND zoid = ANY (?)
        UNION ALL
        SELECT zoid, tid, class_mod, class_name, state FROM object_history h
        WHERE tid = ? AND zoid = ANY (?)
          AND NOT EXISTS (SELECT FROM object_state s WHERE s.zoid = h.zoid AND s.tid = h.tid)
      ) v LEFT JOIN object_record r USING (zoid, tid)
      """;

  private final Connection session;
  private final HistoryMode mode;
  private final RecordEncoder encoder;
  private final ExtensionDecoder decoder;
  private final Runnable whenClosed;
  private final Tid newest;
  private @Nullable ResultSet log;
  private boolean ended;
  private final AtomicBoolean closed = new AtomicBoolean();

  /** What a walk decodes rows with. */
  record Decoders(HistoryMode mode, RecordEncoder encoder, ExtensionDecoder decoder) {}

  /**
   * Takes the snapshot.
   *
   * @param session is closed with the walk, or here if this fails
   * @param whenClosed called once
   */
  TransactionWalk(Connection session, Decoders decoders, Runnable whenClosed) {
    this.session = session;
    this.mode = decoders.mode();
    this.encoder = decoders.encoder();
    this.decoder = decoders.decoder();
    this.whenClosed = whenClosed;
    try (Statement statement = session.createStatement()) {
      session.setAutoCommit(false);
      statement.execute(SNAPSHOT);
      String sql = "SELECT coalesce(max(tid), 0) FROM transaction_log";
      try (ResultSet row = statement.executeQuery(sql)) {
        row.next();
        newest = new Tid(row.getLong(1));
      }
    } catch (SQLException e) {
      throw failed(e);
    }
  }

  /** Returns the greatest tid of the snapshot. */
  Tid newest() {
    return newest;
  }

  /** Sets the bounds, both included; called once, before the first step. */
  TransactionWalk over(Tid first, Tid last) {
    try {
      PreparedStatement statement =
          session.prepareStatement(TRANSACTIONS.replace("META", MetaColumns.COLUMNS));
      statement.closeOnCompletion();
      statement.setFetchSize(LOG_PAGE);
      statement.setLong(1, first.value());
      statement.setLong(2, last.value());
      log = statement.executeQuery();
      return this;
    } catch (SQLException e) {
      throw failed(e);
    }
  }

  @Override
  public Optional<Transaction> next() {
    if (ended || log == null) {
      return Optional.empty();
    }
    try {
      refuseIfClosed();
      if (log.next()) {
        Tid tid = new Tid(log.getLong("tid"));
        return Optional.of(new Transaction(tid, MetaColumns.of(log).decode(decoder)));
      }
      ended = true;
      close();
      return Optional.empty();
    } catch (SQLException e) {
      throw failed(e);
    }
  }

  @Override
  public RecordCursor records(Tid tid) {
    return new Records(tid);
  }

  /** A walk that was cut short must not look like one that came to its end. */
  private void refuseIfClosed() {
    if (closed.get()) {
      throw cutShort(null);
    }
  }

  private static StorageUnavailableException cutShort(@Nullable SQLException error) {
    return new StorageUnavailableException("the walk was closed before its end", error);
  }

  private RuntimeException failed(SQLException error) {
    if (closed.get()) {
      return cutShort(error); // by another thread, in the middle of a step
    }
    close();
    return SqlErrors.ofRead("walking over the transactions", error);
  }

  @Override
  public void close() {
    // A link that ends closes its walks, perhaps while one of them is taking a step.
    if (!closed.compareAndSet(false, true)) {
      return;
    }
    try {
      session.close(); // ends the transaction too: the pool rolls back what it gets back
    } catch (SQLException e) {
      LOG.atDebug().setCause(e).log("a walk's session was gone already");
    } finally {
      whenClosed.run();
    }
  }

  private record Key(Oid oid, boolean ended) {}

  /** The records of one transaction: keys by a portal, records by runs of keys. */
  private final class Records implements RecordCursor {
    private final Tid tid;
    private final ArrayDeque<Entry> run = new ArrayDeque<>();
    private @Nullable ResultSet keys;
    private boolean ended;

    Records(Tid tid) {
      this.tid = tid;
    }

    @Override
    public Optional<Entry> next() {
      try {
        if (run.isEmpty() && !ended) {
          refuseIfClosed();
          readRun();
          ended = run.isEmpty();
        }
        return Optional.ofNullable(run.poll());
      } catch (SQLException e) {
        throw failed(e);
      }
    }

    private void readRun() throws SQLException {
      List<Key> wanted = nextKeys();
      Long[] zoids =
          wanted.stream()
              .filter(key -> !key.ended())
              .map(key -> key.oid().value())
              .toArray(Long[]::new);
      Map<Oid, Bytes> records = zoids.length == 0 ? Map.of() : read(zoids);
      for (Key key : wanted) {
        run.add(new Entry(key.oid(), tid, records.get(key.oid()), null));
      }
    }

    private List<Key> nextKeys() throws SQLException {
      ResultSet open = keys == null ? openKeys() : keys;
      keys = open;
      List<Key> wanted = new ArrayList<>();
      long bytes = 0;
      while (wanted.size() < RUN_RECORDS && bytes < RUN_BYTES && open.next()) {
        wanted.add(new Key(new Oid(open.getLong("zoid")), open.getBoolean("ended")));
        bytes += open.getLong("state_size");
      }
      return wanted;
    }

    private ResultSet openKeys() throws SQLException {
      PreparedStatement statement =
          session.prepareStatement(mode == HistoryMode.PRESERVING ? KEYS_PRESERVING : KEYS_FREE);
      statement.closeOnCompletion();
      statement.setFetchSize(KEY_PAGE);
      statement.setLong(1, tid.value());
      statement.setLong(2, tid.value());
      return statement.executeQuery();
    }

    private Map<Oid, Bytes> read(Long[] zoids) throws SQLException {
      boolean preserving = mode == HistoryMode.PRESERVING;
      String sql = preserving ? RECORDS_PRESERVING : RECORDS_FREE;
      Map<Oid, Bytes> records = HashMap.newHashMap(zoids.length);
      try (PreparedStatement statement =
          session.prepareStatement(sql.replace("COLUMNS", StoredState.COLUMNS))) {
        for (int at = 1; at <= (preserving ? 3 : 1); at += 2) {
          statement.setLong(at, tid.value());
          statement.setArray(at + 1, session.createArrayOf("bigint", zoids));
        }
        try (ResultSet row = statement.executeQuery()) {
          while (row.next()) {
            Oid oid = new Oid(row.getLong("zoid"));
            records.put(oid, StoredState.of(row).encode(oid, encoder));
          }
        }
      }
      Check.invariant(records.size() == zoids.length, "one snapshot gives every key its record");
      return records;
    }

    @Override
    public void close() {
      if (keys == null || closed.get()) {
        return;
      }
      try {
        keys.close();
      } catch (SQLException e) {
        throw failed(e);
      }
    }
  }
}
