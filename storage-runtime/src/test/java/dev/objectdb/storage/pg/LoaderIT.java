package dev.objectdb.storage.pg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.objectdb.object.Bytes;
import dev.objectdb.object.Oid;
import dev.objectdb.object.Tid;
import dev.objectdb.storage.HistoryMode;
import dev.objectdb.testing.CountingProxy;
import dev.objectdb.testing.EmbeddedPg;
import dev.objectdb.testing.PostgresExtension;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** One statement finds the revision below any tid, in both modes. */
class LoaderIT {
  private static Revision read(Loader loader, long oid, long before) {
    return Objects.requireNonNull(
        loader.read(List.of(new Oid(oid)), new Tid(before)).get(new Oid(oid)));
  }

  private static Revision.Found found(String text, long tid, long next) {
    return new Revision.Found(Bytes.ofUtf8(SqlRows.shown(text)), new Tid(tid), new Tid(next));
  }

  private static final long MAX = Tid.MAX.value();
  private static final Revision GONE = new Revision.Gone();

  private static Revision hidden(long later) {
    return new Revision.Hidden(new Tid(later));
  }

  abstract static class Both {
    @RegisterExtension final PostgresExtension postgres;

    final HistoryMode mode;
    final SqlRows rows;
    Pool pool;
    Loader loader;

    Both(HistoryMode mode) {
      this.mode = mode;
      postgres = PostgresExtension.prepared(mode);
      rows = new SqlRows(postgres);
    }

    @BeforeEach
    void open() {
      pool = new Pool(postgres.config(), new PgSessions(postgres.config()));
      loader = new Loader(pool, mode, SqlRows.ENCODER);
    }

    @AfterEach
    void close() {
      pool.close();
    }

    @Test
    void eachTidSeesTheRevisionOfItsTime() throws SQLException {
      rows.store(10, 1, "a");
      rows.store(20, 1, "b");
      rows.store(30, 1, "c");
      assertThat(read(loader, 1, MAX)).isEqualTo(found("c", 30, MAX));
      assertThat(read(loader, 1, 31)).isEqualTo(found("c", 30, MAX));
      assertThat(read(loader, 1, 30)).isEqualTo(found("b", 20, 30));
      assertThat(read(loader, 1, 21)).isEqualTo(found("b", 20, 30));
      assertThat(read(loader, 1, 20)).isEqualTo(found("a", 10, 20));
      assertThat(read(loader, 1, 11)).isEqualTo(found("a", 10, 20));
    }

    @Test
    void revisionsAreFoundTogetherWhereverTheyAreKept() throws SQLException {
      rows.store(10, 1, "a");
      rows.store(20, 1, "b");
      rows.storeNull(30, 2, "8003");
      rows.store(40, 3, "c");
      rows.delete(50, 3);
      List<CommitSession.Revision> wanted =
          List.of(serial(1, 10), serial(1, 20), serial(2, 30), serial(3, 40), serial(1, 15));
      assertThat(loader.serials(wanted, 100))
          .isEqualTo(
              Map.of(
                  serial(1, 10), Bytes.ofUtf8(SqlRows.shown("a")),
                  serial(1, 20), Bytes.ofUtf8(SqlRows.shown("b")),
                  serial(2, 30), Bytes.ofHex("8003"),
                  serial(3, 40), Bytes.ofUtf8(SqlRows.shown("c"))));
    }

    @Test
    void revisionsBeyondTheBoundAreLeftOut() throws SQLException {
      rows.store(10, 1, "aaaa");
      rows.store(20, 1, "bbbb");
      rows.store(30, 2, "c");
      List<CommitSession.Revision> wanted = List.of(serial(1, 10), serial(1, 20), serial(2, 30));
      assertThat(loader.serials(wanted, 9)).hasSize(3);
      assertThat(loader.serials(wanted, 8)).containsOnlyKeys(serial(1, 10), serial(1, 20));
      assertThat(loader.serials(wanted, 3)).isEmpty();
    }

    private static CommitSession.Revision serial(long oid, long tid) {
      return new CommitSession.Revision(new Oid(oid), new Tid(tid));
    }

    @Test
    void anObjectThatWasNeverStoredIsGone() {
      assertThat(read(loader, 1, MAX)).isEqualTo(GONE);
    }

    @Test
    void anObjectFromLaterIsHidden() throws SQLException {
      rows.store(10, 1, "a");
      assertThat(read(loader, 1, 10)).isEqualTo(hidden(10));
      assertThat(read(loader, 1, 1)).isEqualTo(hidden(10));
    }

    @Test
    void aDeletedObjectIsGoneFromItsEndOn() throws SQLException {
      rows.store(10, 1, "a");
      rows.delete(20, 1);
      assertThat(read(loader, 1, MAX)).isEqualTo(GONE);
      assertThat(read(loader, 1, 21)).isEqualTo(GONE);
      assertThat(read(loader, 1, 20)).isEqualTo(found("a", 10, 20));
      rows.store(30, 1, "b");
      assertThat(read(loader, 1, MAX)).isEqualTo(found("b", 30, MAX));
    }

    @Test
    void jsonNullIsARecordAndNotADeletion() throws SQLException {
      rows.storeNull(10, 1, null);
      rows.store(20, 1, "b");
      assertThat(read(loader, 1, 20))
          .isEqualTo(new Revision.Found(Bytes.ofUtf8("m.C:null"), new Tid(10), new Tid(20)));
      assertThat(loader.serial(new Oid(1), new Tid(10))).contains(Bytes.ofUtf8("m.C:null"));
    }

    @Test
    void theKeptRecordComesInsteadOfTheJson() throws SQLException {
      rows.storeNull(10, 1, "800363");
      rows.storeNull(20, 1, "8003");
      assertThat(read(loader, 1, 20))
          .isEqualTo(new Revision.Found(Bytes.ofHex("800363"), new Tid(10), new Tid(20)));
      assertThat(read(loader, 1, MAX))
          .isEqualTo(new Revision.Found(Bytes.ofHex("8003"), new Tid(20), Tid.MAX));
      assertThat(loader.serial(new Oid(1), new Tid(10))).contains(Bytes.ofHex("800363"));
      assertThat(loader.serial(new Oid(1), new Tid(20))).contains(Bytes.ofHex("8003"));
    }

    @Test
    void aSerialIsFoundWhereverItIsKept() throws SQLException {
      rows.store(10, 1, "a");
      rows.store(20, 1, "b");
      assertThat(loader.serial(new Oid(1), new Tid(10))).contains(Bytes.ofUtf8(SqlRows.shown("a")));
      assertThat(loader.serial(new Oid(1), new Tid(20))).contains(Bytes.ofUtf8(SqlRows.shown("b")));
      assertThat(loader.serial(new Oid(1), new Tid(15))).isEmpty();
      assertThat(loader.serial(new Oid(2), new Tid(10))).isEmpty();
    }

    @Test
    void aLongRecordIsReadByItselfWhereverItIsKept() throws SQLException {
      String text = "x".repeat(Loader.LONG_BYTES + 1);
      rows.store(10, 1, text);
      rows.store(10 + 1, 2, "short");
      rows.store(20, 1, text + "y");
      Bytes older = Bytes.ofUtf8(SqlRows.shown(text));
      Bytes newer = Bytes.ofUtf8(SqlRows.shown(text + "y"));
      assertThat(loader.read(List.of(new Oid(1), new Oid(2), new Oid(3)), new Tid(21)))
          .containsEntry(new Oid(1), new Revision.Found(newer, new Tid(20), Tid.MAX))
          .containsEntry(new Oid(3), new Revision.Gone())
          .hasSize(3);
      assertThat(loader.read(List.of(new Oid(1)), new Tid(20)))
          .containsEntry(new Oid(1), new Revision.Found(older, new Tid(10), new Tid(20)));
    }

    @Test
    void manyObjectsAreOneRoundTripAndOneIsAsMany() throws SQLException {
      postgres.execute(
          """
          INSERT INTO transaction_log (tid) VALUES (10);
          INSERT INTO object_state
          SELECT n, 10, 'm', 'C', '"x"', 3, '{}' FROM generate_series(0, 999) n;
          """);
      try (CountingProxy proxy = new CountingProxy(EmbeddedPg.shared()::port);
          Pool counted = pool(proxy)) {
        Loader throughProxy = new Loader(counted, mode, SqlRows.ENCODER);
        read(throughProxy, 5, MAX);
        await()
            .until(
                () -> counted.idle() == postgres.config().pool().min()); // which open by themselves
        int before = proxy.roundTrips();
        read(throughProxy, 6, MAX);
        assertThat(proxy.roundTrips() - before).as("a cold load").isEqualTo(1);
        List<Oid> oids = LongStream.range(0, 1_000).mapToObj(Oid::new).toList();
        Map<Oid, Revision> all = throughProxy.read(oids, Tid.MAX);
        assertThat(proxy.roundTrips() - before).as("and 1,000 more").isEqualTo(2);
        assertThat(all).hasSize(1_000).containsValue(found("x", 10, MAX));
      }
    }

    private Pool pool(CountingProxy proxy) {
      PgUri uri =
          PgUri.parse(
              "postgresql://postgres@localhost:%d/%s".formatted(proxy.port(), postgres.database()));
      PgConfig config = PgConfig.of(uri, mode);
      return new Pool(config, new PgSessions(config));
    }
  }

  @Nested
  class HistoryFree extends Both {
    HistoryFree() {
      super(HistoryMode.FREE);
    }

    @Test
    void aRevisionThatTheWindowLostIsHiddenAndNeverWrong() throws SQLException {
      rows.store(10, 1, "a");
      rows.store(20, 1, "b");
      rows.store(30, 1, "c");
      postgres.execute("DELETE FROM object_window WHERE tid = 20");
      assertThat(read(loader, 1, 30)).isEqualTo(hidden(30));
      assertThat(read(loader, 1, 20)).isEqualTo(found("a", 10, 20));
    }

    @Test
    void aDeletedObjectThatTheWindowLostIsHiddenFromBeforeItsEnd() throws SQLException {
      rows.store(10, 1, "a");
      rows.delete(20, 1);
      postgres.execute("DELETE FROM object_window");
      assertThat(read(loader, 1, 20)).isEqualTo(hidden(MAX));
      assertThat(read(loader, 1, 21)).isEqualTo(GONE);
    }
  }

  @Nested
  class HistoryPreserving extends Both {
    HistoryPreserving() {
      super(HistoryMode.PRESERVING);
    }

    @Test
    void anObjectThatBothTablesHoldIsAnsweredOnce() throws SQLException {
      rows.store(10, 1, "a");
      rows.store(20, 1, "b");
      postgres.execute("INSERT INTO object_history SELECT * FROM object_state");
      assertThat(read(loader, 1, MAX)).isEqualTo(found("b", 20, MAX));
      assertThat(read(loader, 1, 20)).isEqualTo(found("a", 10, 20));
      assertThat(read(loader, 1, 10)).isEqualTo(hidden(10));
    }

    @Test
    void aRevisionThatAPackLeftWithoutSuccessorIsNoCurrentOne() throws SQLException {
      rows.store(10, 1, "a");
      postgres.execute("SET objectdb.delete = on; DELETE FROM object_state WHERE zoid = 1");
      assertThat(postgres.query("SELECT zoid, tid FROM object_history")).containsExactly("1|10");
      assertThat(read(loader, 1, MAX)).isEqualTo(GONE);
    }

    @Test
    void anUndoneCreationThatWasRedoneIsThereAgain() throws SQLException {
      rows.store(10, 1, "a");
      rows.delete(20, 1);
      rows.store(30, 1, "a");
      assertThat(read(loader, 1, 30)).isEqualTo(GONE);
      assertThat(read(loader, 1, 31)).isEqualTo(found("a", 30, MAX));
      assertThat(loader.serial(new Oid(1), new Tid(20))).as("a deletion has no record").isEmpty();
    }
  }
}
