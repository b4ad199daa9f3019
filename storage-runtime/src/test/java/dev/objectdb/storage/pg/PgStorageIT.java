package dev.objectdb.storage.pg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.objectdb.codec.JsonRecord;
import dev.objectdb.codec.RecordCodec;
import dev.objectdb.object.Bytes;
import dev.objectdb.object.Limits;
import dev.objectdb.object.Oid;
import dev.objectdb.object.Tid;
import dev.objectdb.storage.CurrentRecord;
import dev.objectdb.storage.HistoryEntry;
import dev.objectdb.storage.HistoryMode;
import dev.objectdb.storage.InvalidRecordException;
import dev.objectdb.storage.Loaded;
import dev.objectdb.storage.PosKeyException;
import dev.objectdb.storage.Storage;
import dev.objectdb.storage.StorageTransaction;
import dev.objectdb.storage.Subscription;
import dev.objectdb.storage.TransactionCursor;
import dev.objectdb.storage.TransactionMeta;
import dev.objectdb.storage.VoteResult;
import dev.objectdb.testing.CountingProxy;
import dev.objectdb.testing.EmbeddedPg;
import dev.objectdb.testing.PostgresExtension;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The whole storage, through its public face, in both modes. */
class PgStorageIT {
  private static final TransactionMeta META =
      new TransactionMeta(Bytes.ofUtf8("jörg"), Bytes.ofHex("00ff"), Bytes.EMPTY);

  /** A record in the spelling that a load gives it, so that a test can compare bytes. */
  private static Bytes record(int value) {
    RecordCodec codec = new RecordCodec(Limits.DEFAULT, false);
    JsonRecord json = codec.toJson(Commits.record(value));
    return codec.toRecord(json.classModule(), json.className(), json.json());
  }

  abstract static class Both {
    @RegisterExtension final PostgresExtension postgres;

    Both(HistoryMode mode) {
      postgres = PostgresExtension.prepared(mode);
    }

    static Tid commit(Storage storage, Map<Oid, Tid> bases, int value) {
      Map<Oid, Bytes> records = new HashMap<>();
      bases.keySet().forEach(oid -> records.put(oid, record(value)));
      return commit(storage, bases, records);
    }

    static Tid commit(Storage storage, Map<Oid, Tid> bases, Map<Oid, Bytes> records) {
      try (Subscription subscription = storage.subscribe(new RecordingListener());
          StorageTransaction transaction = storage.begin(subscription, META)) {
        bases.forEach(
            (oid, base) -> transaction.store(oid, base, records.getOrDefault(oid, Bytes.EMPTY)));
        assertThat(transaction.vote()).isInstanceOf(VoteResult.Voted.class);
        return transaction.finish();
      }
    }

    @Test
    void whatIsCommittedIsReadInEveryWay() {
      try (PgStorage storage = PgStorage.open(postgres.config())) {
        Oid oid = storage.newOids(1).getFirst();
        Tid first = commit(storage, Map.of(oid, Tid.NONE), 1);
        Tid second = commit(storage, Map.of(oid, first), 2);

        assertThat(storage.loadBefore(oid, Tid.MAX))
            .contains(new Loaded(record(2), second, Tid.MAX, second));
        assertThat(storage.loadBefore(oid, second))
            .contains(new Loaded(record(1), first, second, second));
        assertThat(storage.loadBefore(oid, first)).isEmpty();
        assertThat(storage.loadSerial(oid, first)).isEqualTo(record(1));
        assertThat(storage.loadSerial(oid, second)).isEqualTo(record(2));
        assertThat(storage.getTid(oid)).isEqualTo(second);
        assertThat(storage.loadMany(List.of(oid, new Oid(999)))).containsOnlyKeys(oid);
        assertThat(storage.recordFrom(Oid.ROOT))
            .contains(new CurrentRecord(oid, second, record(2), null));
        assertThat(storage.history(oid, 1))
            .containsExactly(new HistoryEntry(second, META, record(2).length()));
        assertThat(storage.stats().objects()).isEqualTo(1);
        assertThat(storage.position()).isEqualTo(second);
      }
    }

    @Test
    void whatDoesNotExistIsSaidSo() {
      try (PgStorage storage = PgStorage.open(postgres.config())) {
        Oid oid = new Oid(77);
        List<Runnable> reads =
            List.of(
                () -> storage.loadBefore(oid, Tid.MAX),
                () -> storage.loadSerial(oid, new Tid(1)),
                () -> storage.getTid(oid),
                () -> storage.history(oid, 1));
        for (Runnable read : reads) {
          assertThatExceptionOfType(PosKeyException.class)
              .isThrownBy(read::run)
              .satisfies(e -> assertThat(e.oid()).isEqualTo(oid));
        }
        assertThat(storage.recordFrom(Oid.ROOT)).isEmpty();
      }
    }

    @Test
    void recordsThatJsonCannotHoldComeBackByteForByte() {
      Bytes noRecord = Bytes.ofUtf8("no record at all \u0000");
      try (PgStorage storage = PgStorage.open(postgres.config())) {
        Oid oid = new Oid(5);
        Tid tid = commit(storage, Map.of(oid, Tid.NONE), Map.of(oid, noRecord));
        assertThat(storage.loadBefore(oid, Tid.MAX).orElseThrow().data()).isEqualTo(noRecord);
        assertThat(storage.loadSerial(oid, tid)).isEqualTo(noRecord);
        assertThat(storage.recordFrom(oid).orElseThrow().data()).isEqualTo(noRecord);
        assertThat(walk(storage)).containsExactly(tid + " " + oid + " " + noRecord.toHex());
      }
    }

    static List<String> walk(Storage storage) {
      List<String> lines = new ArrayList<>();
      try (TransactionCursor cursor = storage.transactions(Tid.NONE, Tid.MAX)) {
        for (var next = cursor.next(); next.isPresent(); next = cursor.next()) {
          Tid tid = next.get().tid();
          assertThat(next.get().meta()).isEqualTo(META);
          try (TransactionCursor.RecordCursor records = cursor.records(tid)) {
            for (var entry = records.next(); entry.isPresent(); entry = records.next()) {
              lines.add(tid + " " + entry.get().oid() + " " + hex(entry.get().data()));
            }
          }
        }
      }
      return lines;
    }

    private static String hex(@Nullable Bytes data) {
      return data == null ? "-" : data.toHex();
    }

    @Test
    void aProcessSeesWhatAnotherCommittedOnceItWasToldAndNotBefore() {
      try (PgStorage one = PgStorage.open(postgres.config());
          PgStorage two = PgStorage.open(postgres.config())) {
        Oid oid = new Oid(3);
        Tid first = commit(one, Map.of(oid, Tid.NONE), 1);
        assertThat(two.sync()).isEqualTo(first);
        assertThat(two.loadBefore(oid, Tid.MAX).orElseThrow().data()).isEqualTo(record(1));
        Tid second = commit(one, Map.of(oid, first), 2);
        Loaded loaded = two.loadBefore(oid, Tid.MAX).orElseThrow();
        assertThat(loaded.asOf()).isIn(first, second);
        assertThat(loaded.tid()).isEqualTo(loaded.asOf());
        assertThat(two.sync()).isEqualTo(second);
        assertThat(two.loadBefore(oid, Tid.MAX).orElseThrow().data()).isEqualTo(record(2));
        assertThat(two.loadBefore(oid, second).orElseThrow())
            .isEqualTo(new Loaded(record(1), first, second, second));
      }
    }

    @Test
    void whoJoinsReadsWhatIsCommittedThenWhateverTheCacheHolds() {
      try (PgStorage one = PgStorage.open(postgres.config());
          PgStorage two = PgStorage.open(postgres.config())) {
        Oid oid = new Oid(3);
        Tid first = commit(one, Map.of(oid, Tid.NONE), 1);
        two.sync();
        assertThat(two.loadBefore(oid, Tid.MAX).orElseThrow().tid()).isEqualTo(first);
        Tid second = commit(one, Map.of(oid, first), 2);
        try (Subscription joined = two.subscribe(new RecordingListener())) {
          assertThat(joined.baseline()).isEqualTo(second);
          assertThat(two.loadBefore(oid, second.next()))
              .contains(new Loaded(record(2), second, Tid.MAX, second));
        }
      }
    }

    @Test
    void aStateThatSomebodyBrokeFailsTheLoadsOfItsObjectAndOfNoOther() throws SQLException {
      Oid broken = new Oid(3);
      Oid sound = new Oid(4);
      try (PgStorage storage = PgStorage.open(postgres.config())) {
        Tid tid = commit(storage, Map.of(broken, Tid.NONE, sound, Tid.NONE), 1);
        postgres.execute(
            "UPDATE object_state SET state = '{\"a\": {\"@bi\": \"x\"}}' WHERE zoid = 3");
        for (Runnable read :
            List.<Runnable>of(
                () -> storage.loadBefore(broken, Tid.MAX),
                () -> storage.loadSerial(broken, tid),
                () -> storage.recordFrom(broken))) {
          assertThatExceptionOfType(InvalidRecordException.class)
              .isThrownBy(read::run)
              .satisfies(e -> assertThat(e.oid()).isEqualTo(broken));
        }
        assertThat(storage.loadBefore(sound, Tid.MAX).orElseThrow().data()).isEqualTo(record(1));
        assertThat(storage.usage().sessionsActive()).isZero();
        Tid mended = commit(storage, Map.of(broken, tid), 2);
        assertThat(storage.loadBefore(broken, Tid.MAX).orElseThrow().tid()).isEqualTo(mended);
      }
    }

    @Test
    void theLogIsWalkedInPages() throws SQLException {
      postgres.execute(
          "INSERT INTO transaction_log (tid) SELECT n FROM generate_series(1, 20000) n");
      try (CountingProxy proxy = new CountingProxy(EmbeddedPg.shared()::port);
          PgStorage storage = PgStorage.open(through(proxy));
          TransactionCursor cursor = storage.transactions(Tid.NONE, Tid.MAX)) {
        int before = proxy.roundTrips();
        int count = 0;
        while (cursor.next().isPresent()) {
          count++;
        }
        assertThat(count).isEqualTo(20_000);
        assertThat(proxy.roundTrips() - before).as("pages").isGreaterThan(30);
      }
    }

    @Test
    void aThreadThatDiedShowsInTheStorage() {
      try (PgStorage storage = PgStorage.open(postgres.config())) {
        assertThat(storage.hasFailed()).isFalse();
        storage.feed().end(Thread.currentThread(), new LinkageError("made to fail"));
        assertThat(storage.hasFailed()).isTrue();
      }
    }

    @Test
    void aClientThatDoesNotFinishKeepsTheOthersOfItsServerOutOnlyWhileAnotherServerWaits()
        throws Exception {
      try (PgStorage here = PgStorage.open(postgres.config());
          PgStorage there = PgStorage.open(postgres.config());
          ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
          Subscription subscription = here.subscribe(new RecordingListener());
          StorageTransaction slow = here.begin(subscription, META)) {
        slow.store(new Oid(1), Tid.NONE, record(1));
        assertThat(slow.vote()).isInstanceOf(VoteResult.Voted.class);
        Thread.sleep(Tenure.ADMISSION.multipliedBy(4));
        commit(here, Map.of(new Oid(2), Tid.NONE), 2);

        Future<Tid> elsewhere =
            threads.submit(() -> commit(there, Map.of(new Oid(3), Tid.NONE), 3));
        Thread.sleep(Tenure.ADMISSION.multipliedBy(10));
        Future<Tid> late = threads.submit(() -> commit(here, Map.of(new Oid(4), Tid.NONE), 4));
        Thread.sleep(Tenure.ADMISSION.multipliedBy(10));
        assertThat(elsewhere.isDone()).isFalse();
        assertThat(late.isDone()).isFalse();
        slow.finish();
        assertThat(late.get().isAfter(elsewhere.get())).isTrue();
      }
    }

    @Test
    void walksLeaveSessionsForLoads() {
      try (PgStorage storage = PgStorage.open(postgres.config())) {
        Tid tid = commit(storage, Map.of(Oid.ROOT, Tid.NONE), 1);
        List<TransactionCursor> open = new ArrayList<>();
        for (int i = 0; i < postgres.config().pool().max() / 2; i++) {
          TransactionCursor cursor = storage.transactions(tid, tid);
          assertThat(cursor.next()).isPresent();
          open.add(cursor);
        }
        assertThat(storage.loadBefore(Oid.ROOT, Tid.MAX)).isPresent();
        assertThat(storage.usage().sessionsActive()).isGreaterThanOrEqualTo(open.size());
        open.forEach(TransactionCursor::close);
        storage.transactions(tid, tid).close();
      }
    }

    @Test
    void aLoadIsOneRoundTripManyAreOneAndAHitIsNone() throws SQLException {
      postgres.execute(
          """
          INSERT INTO transaction_log (tid) VALUES (10);
          INSERT INTO object_state
          SELECT n, 10, 'm', 'C', '{"a": 1}', 30, '{}' FROM generate_series(0, 2999) n;
          """);
      try (CountingProxy proxy = new CountingProxy(EmbeddedPg.shared()::port);
          PgStorage storage = PgStorage.open(through(proxy))) {
        storage.loadBefore(new Oid(2_999), Tid.MAX);
        // A process also looks for news now and then, so a few round trips may come on top.
        int before = proxy.roundTrips();
        for (long oid = 0; oid < 200; oid++) {
          storage.loadBefore(new Oid(oid), Tid.MAX);
        }
        assertThat(proxy.roundTrips() - before).as("200 cold loads").isBetween(200, 230);
        before = proxy.roundTrips();
        List<Oid> oids = LongStream.range(1_000, 2_000).mapToObj(Oid::new).toList();
        assertThat(storage.loadMany(oids)).hasSize(1_000);
        assertThat(proxy.roundTrips() - before).as("1,000 at once").isBetween(1, 10);
        before = proxy.roundTrips();
        for (int i = 0; i < 10; i++) {
          oids.forEach(oid -> storage.loadBefore(oid, Tid.MAX));
        }
        assertThat(proxy.roundTrips() - before).as("10,000 hits").isLessThan(30);
        assertThat(storage.usage().cacheHits()).isGreaterThanOrEqualTo(10_000);
      }
    }

    private PgConfig through(CountingProxy proxy) {
      PgUri uri =
          PgUri.parse(
              "postgresql://postgres@localhost:%d/%s".formatted(proxy.port(), postgres.database()));
      return PgConfig.of(uri, postgres.config().historyMode());
    }
  }

  @Nested
  class HistoryFree extends Both {
    HistoryFree() {
      super(HistoryMode.FREE);
    }

    @Test
    void aWalkShowsWhatIsCurrent() {
      try (PgStorage storage = PgStorage.open(postgres.config())) {
        Tid first = commit(storage, Map.of(Oid.ROOT, Tid.NONE, new Oid(1), Tid.NONE), 1);
        Tid second = commit(storage, Map.of(Oid.ROOT, first), 2);
        assertThat(walk(storage))
            .containsExactly(
                first + " " + new Oid(1) + " " + record(1).toHex(),
                second + " " + Oid.ROOT + " " + record(2).toHex());
      }
    }

    @Test
    void theOtherModeIsRefused() {
      PgConfig other = PgConfig.of(postgres.uri(), HistoryMode.PRESERVING);
      assertThatExceptionOfType(SchemaException.class).isThrownBy(() -> PgStorage.open(other));
    }
  }

  @Nested
  class HistoryPreserving extends Both {
    HistoryPreserving() {
      super(HistoryMode.PRESERVING);
    }

    @Test
    void aWalkShowsEverythingAndHistoryToo() {
      try (PgStorage storage = PgStorage.open(postgres.config())) {
        Tid first = commit(storage, Map.of(Oid.ROOT, Tid.NONE), 1);
        Tid second = commit(storage, Map.of(Oid.ROOT, first), 2);
        assertThat(walk(storage))
            .containsExactly(
                first + " " + Oid.ROOT + " " + record(1).toHex(),
                second + " " + Oid.ROOT + " " + record(2).toHex());
        assertThat(storage.history(Oid.ROOT, 10))
            .extracting(HistoryEntry::tid)
            .containsExactly(second, first);
      }
    }
  }
}
