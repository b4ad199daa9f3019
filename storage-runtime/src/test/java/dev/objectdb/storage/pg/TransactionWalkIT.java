package dev.objectdb.storage.pg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.objectdb.object.Bytes;
import dev.objectdb.object.Oid;
import dev.objectdb.object.Tid;
import dev.objectdb.storage.CurrentRecord;
import dev.objectdb.storage.HistoryEntry;
import dev.objectdb.storage.HistoryMode;
import dev.objectdb.storage.StorageUnavailableException;
import dev.objectdb.storage.TransactionCursor;
import dev.objectdb.storage.TransactionMeta;
import dev.objectdb.testing.PostgresExtension;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Walks over the log and over the objects, histories and counts. */
class TransactionWalkIT {
  abstract static class Both {
    @RegisterExtension final PostgresExtension postgres;

    final HistoryMode mode;
    final SqlRows rows;
    final AtomicInteger ended = new AtomicInteger();
    Pool pool;
    LogReader log;

    Both(HistoryMode mode) {
      this.mode = mode;
      postgres = PostgresExtension.prepared(mode);
      rows = new SqlRows(postgres);
    }

    @BeforeEach
    void open() {
      pool = new Pool(postgres.config(), new PgSessions(postgres.config()));
      log = new LogReader(pool, mode, SqlRows.ENCODER, SqlRows.DECODER);
    }

    @AfterEach
    void close() {
      assertThat(pool.active()).as("sessions that were not given back").isZero();
      pool.close();
    }

    TransactionWalk walk() throws SQLException {
      return new TransactionWalk(
          pool.borrow(),
          new TransactionWalk.Decoders(mode, SqlRows.ENCODER, SqlRows.DECODER),
          ended::incrementAndGet);
    }

    List<String> all(TransactionWalk walk) {
      List<String> lines = new ArrayList<>();
      for (var next = walk.next(); next.isPresent(); next = walk.next()) {
        Tid tid = next.get().tid();
        lines.add(tid.value() + ":" + records(walk, tid));
      }
      return lines;
    }

    private List<String> records(TransactionWalk walk, Tid tid) {
      List<String> lines = new ArrayList<>();
      try (TransactionCursor.RecordCursor records = walk.records(tid)) {
        for (var next = records.next(); next.isPresent(); next = records.next()) {
          Bytes data = next.get().data();
          lines.add(next.get().oid().value() + "=" + (data == null ? "" : data.toUtf8()));
        }
      }
      return lines;
    }

    @Test
    void aWalkSeesTheSnapshotOfItsBeginning() throws SQLException {
      rows.store(10, 1, "a");
      try (TransactionWalk walk = walk()) {
        assertThat(walk.newest()).isEqualTo(new Tid(10));
        rows.store(20, 1, "b");
        assertThat(all(walk.over(Tid.NONE, Tid.MAX))).containsExactly("10:[1=m.C:\"a\"]");
      }
    }

    @Test
    void itsBoundsAreIncluded() throws SQLException {
      for (long tid = 10; tid <= 50; tid += 10) {
        rows.begin(tid);
      }
      try (TransactionWalk walk = walk()) {
        assertThat(all(walk.over(new Tid(20), new Tid(40))))
            .containsExactly("20:[]", "30:[]", "40:[]");
      }
    }

    @Test
    void itsEndGivesTheSessionBackOnce() throws SQLException {
      rows.begin(10);
      TransactionWalk walk = walk().over(Tid.NONE, Tid.MAX);
      assertThat(walk.next()).isPresent();
      assertThat(pool.active()).isEqualTo(1);
      assertThat(walk.next()).isEmpty();
      assertThat(pool.active()).isZero();
      assertThat(walk.next()).isEmpty();
      walk.close();
      assertThat(ended).hasValue(1);
    }

    @Test
    void aWalkThatIsClosedBeforeItsEndNeverLooksComplete() throws SQLException {
      rows.store(10, 1, "a");
      rows.store(20, 2, "b");
      TransactionWalk walk = walk().over(Tid.NONE, Tid.MAX);
      Tid first = walk.next().orElseThrow().tid();
      TransactionCursor.RecordCursor begun = walk.records(first);
      TransactionCursor.RecordCursor fresh = walk.records(first);
      TransactionCursor.RecordCursor complete = walk.records(first);
      assertThat(begun.next()).isPresent();
      assertThat(complete.next()).isPresent();
      assertThat(complete.next()).isEmpty();
      walk.close();
      assertThat(complete.next()).as("it came to its end before").isEmpty();
      for (Supplier<?> step : List.<Supplier<?>>of(walk::next, begun::next, fresh::next)) {
        assertThatExceptionOfType(StorageUnavailableException.class)
            .isThrownBy(step::get)
            .withMessage("the walk was closed before its end");
      }
    }

    @Test
    void theSessionOfAWalkIsAsItWasAfterwards() throws SQLException {
      walk().over(Tid.NONE, Tid.MAX).close();
      String sql =
          "SELECT current_setting('transaction_isolation')"
              + " || current_setting('transaction_read_only')";
      assertThat(
              pool.<String>read(
                  "settings",
                  connection -> {
                    try (var statement = connection.createStatement();
                        var row = statement.executeQuery(sql)) {
                      row.next();
                      return row.getString(1);
                    }
                  }))
          .isEqualTo("read committedoff");
    }

    @Test
    void aTransactionOfManyRecordsComesInRunsByOid() throws SQLException {
      postgres.execute(
          """
          INSERT INTO transaction_log (tid) VALUES (10);
          INSERT INTO object_state
          SELECT 12000 - n, 10, 'm', 'C', to_jsonb(n), 100000, '{}'
          FROM generate_series(1, 12000) n;
          """);
      try (TransactionWalk walk = walk().over(Tid.NONE, Tid.MAX);
          TransactionCursor.RecordCursor records = walk.records(new Tid(10))) {
        for (long oid = 0; oid < 12_000; oid++) {
          TransactionCursor.Entry entry = records.next().orElseThrow();
          assertThat(entry.oid().value()).isEqualTo(oid);
          assertThat(entry.data()).isEqualTo(Bytes.ofUtf8("m.C:" + (12_000 - oid)));
        }
        assertThat(records.next()).isEmpty();
      }
    }

    @Test
    void whatAClientSaidComesBackByteForByte() throws SQLException {
      postgres.execute(
          """
          INSERT INTO transaction_log VALUES (10, 'jörg', 'edited', '{"a": 1}'),
            (20, '', '', ''), (30, '', '', '{}'), (40, NULL, NULL, NULL),
            (50, 'shown', 'shown', ''), (60, 'u', 'd', '\\x80037d712e');
          INSERT INTO transaction_record VALUES (50, '\\xff00', NULL, '\\x80034e2e');
          """);
      List<TransactionMeta> metas = new ArrayList<>();
      try (TransactionWalk walk = walk().over(Tid.NONE, Tid.MAX)) {
        for (var next = walk.next(); next.isPresent(); next = walk.next()) {
          metas.add(next.get().meta());
        }
      }
      assertThat(metas)
          .containsExactly(
              meta(Bytes.ofUtf8("jörg"), "edited", Bytes.ofUtf8("pickle of {\"a\": 1}")),
              TransactionMeta.EMPTY,
              TransactionMeta.EMPTY,
              TransactionMeta.EMPTY,
              meta(Bytes.ofHex("ff00"), "shown", Bytes.ofHex("80034e2e")),
              meta(Bytes.ofUtf8("u"), "d", Bytes.ofHex("80037d712e")));
    }

    private static TransactionMeta meta(Bytes user, String description, Bytes extension) {
      return new TransactionMeta(user, Bytes.ofUtf8(description), extension);
    }

    @Test
    void everyObjectIsReachedByOidFromTheLowest() throws SQLException {
      rows.store(10, 7, "a");
      rows.storeNull(20, 3, "8003");
      CurrentRecord first = log.recordFrom(Oid.ROOT).orElseThrow();
      assertThat(first)
          .isEqualTo(new CurrentRecord(new Oid(3), new Tid(20), Bytes.ofHex("8003"), new Oid(7)));
      CurrentRecord second = log.recordFrom(new Oid(4)).orElseThrow();
      assertThat(second)
          .isEqualTo(
              new CurrentRecord(new Oid(7), new Tid(10), Bytes.ofUtf8(SqlRows.shown("a")), null));
      assertThat(log.recordFrom(new Oid(8))).isEmpty();
    }

    @Test
    void countsAreExactWhileTheyAreCheap() throws SQLException {
      assertThat(log.stats().objects()).isZero();
      rows.store(10, 1, "a");
      rows.store(20, 2, "a");
      rows.store(30, 2, "b");
      assertThat(log.stats().objects()).isEqualTo(2);
      assertThat(log.stats().bytes()).isPositive();
    }

    @Test
    void countsOfLargeTablesAreEstimated() throws SQLException {
      postgres.execute(
          """
          INSERT INTO transaction_log (tid) VALUES (10);
          INSERT INTO object_state
          SELECT n, 10, 'm', 'C', to_jsonb(repeat('x', 300)), 300, '{}'
          FROM generate_series(1, 40000) n;
          """);
      assertThat(log.stats().objects()).as("before statistics").isBetween(10_000L, 200_000L);
      postgres.execute("ANALYZE object_state");
      assertThat(log.stats().objects()).isBetween(39_000L, 41_000L);
    }
  }

  @Nested
  class HistoryFree extends Both {
    HistoryFree() {
      super(HistoryMode.FREE);
    }

    @Test
    void aTransactionShowsWhatIsStillCurrentAndWhatItEnded() throws SQLException {
      rows.store(10, 1, "a");
      rows.store(20, 2, "b");
      rows.store(30, 1, "c");
      rows.delete(40, 2);
      try (TransactionWalk walk = walk()) {
        assertThat(all(walk.over(Tid.NONE, Tid.MAX)))
            .containsExactly("10:[]", "20:[]", "30:[1=m.C:\"c\"]", "40:[2=]");
      }
    }

    @Test
    void historyIsTheCurrentRevision() throws SQLException {
      rows.store(10, 1, "a");
      rows.store(20, 1, "bc");
      assertThat(log.history(new Oid(1), Tid.MAX, 5))
          .containsExactly(new HistoryEntry(new Tid(20), TransactionMeta.EMPTY, 2));
      assertThat(log.history(new Oid(1), new Tid(19), 5)).isEmpty();
      assertThat(log.history(new Oid(2), Tid.MAX, 5)).isEmpty();
    }
  }

  @Nested
  class HistoryPreserving extends Both {
    HistoryPreserving() {
      super(HistoryMode.PRESERVING);
    }

    @Test
    void aTransactionShowsAllItDid() throws SQLException {
      rows.store(10, 1, "a");
      rows.storeNull(20, 2, "8003");
      rows.store(30, 1, "c");
      rows.delete(40, 2);
      postgres.execute("INSERT INTO object_history SELECT * FROM object_state");
      List<String> lines;
      try (TransactionWalk walk = walk()) {
        lines = all(walk.over(Tid.NONE, Tid.MAX));
      }
      assertThat(lines)
          .containsExactly(
              "10:[1=m.C:\"a\"]",
              "20:[2=" + Bytes.ofHex("8003").toUtf8() + "]",
              "30:[1=m.C:\"c\"]",
              "40:[2=]");
    }

    @Test
    void historyIsNewestFirstAndAsLongAsAskedFor() throws SQLException {
      rows.store(10, 1, "a");
      rows.store(20, 1, "bc");
      rows.store(30, 1, "def");
      postgres.execute("INSERT INTO object_history SELECT * FROM object_state");
      postgres.execute("UPDATE transaction_log SET username = 'u' WHERE tid = 20");
      TransactionMeta user = new TransactionMeta(Bytes.ofUtf8("u"), Bytes.EMPTY, Bytes.EMPTY);
      assertThat(log.history(new Oid(1), Tid.MAX, 2))
          .containsExactly(
              new HistoryEntry(new Tid(30), TransactionMeta.EMPTY, 3),
              new HistoryEntry(new Tid(20), user, 2));
      assertThat(log.history(new Oid(1), new Tid(20), 9))
          .extracting(HistoryEntry::tid)
          .containsExactly(new Tid(20), new Tid(10));
    }
  }
}
