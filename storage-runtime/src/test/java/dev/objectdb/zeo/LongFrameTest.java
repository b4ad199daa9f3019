package dev.objectdb.zeo;

import static dev.objectdb.zeo.ZeoTestClient.bytes;
import static dev.objectdb.zeo.ZeoTestClient.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.objectdb.codec.pickle.PickleValue;
import dev.objectdb.object.Bytes;
import dev.objectdb.object.Limits;
import dev.objectdb.object.Oid;
import dev.objectdb.object.Tid;
import dev.objectdb.storage.ForwardingStorage;
import dev.objectdb.storage.HistoryMode;
import dev.objectdb.storage.Loaded;
import dev.objectdb.storage.MemoryStorage;
import dev.objectdb.storage.Storage;
import dev.objectdb.storage.StorageTransaction;
import dev.objectdb.storage.Subscription;
import dev.objectdb.storage.TransactionMeta;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Long records: all that are on their way together take little more memory than one of them. */
class LongFrameTest {
  private static final PickleValue TXN = PickleValue.of(42);
  private static final Limits LIMITS = Limits.DEFAULT.within(64L << 20);
  private static final int FRAME_MAX = LIMITS.frameBytesMax();
  private static final String LONG = "x".repeat(6 << 20);

  private static final ZeoConfig CONFIG =
      new ZeoConfig(
          "127.0.0.1",
          0,
          false,
          10,
          LinkSecurity.PLAIN,
          ZeoConfig.queueBytesOfThisProcess(),
          LIMITS,
          LinkLimits.DEFAULT);

  private final MemoryStorage storage = MemoryStorage.of(HistoryMode.FREE);
  private final ZeoServer server = ZeoServer.start(CONFIG, storage);

  @AfterEach
  void closeAndCheckNothingOpen() {
    server.close();
    await().untilAsserted(() -> assertThat(storage.listeners()).isZero());
    assertThat(server.counters().connections()).isZero();
  }

  @Test
  void longRecordsOfSeveralClientsAreStoredOneAfterTheOther() throws Exception {
    try (ZeoTestClient one = ZeoTestClient.registered(server);
        ZeoTestClient two = ZeoTestClient.registered(server)) {
      CompletableFuture<Tid> first = storing(one, new Oid(1));
      CompletableFuture<Tid> second = storing(two, new Oid(2));
      assertThat(first).succeedsWithin(20, TimeUnit.SECONDS);
      assertThat(second).succeedsWithin(20, TimeUnit.SECONDS);
      assertThat(text(one.load(new Oid(2), Tid.MAX).item(0))).hasSize(LONG.length());
    }
  }

  /** Sends the beginning of a long frame and no more. */
  private static void announce(ZeoTestClient client) throws IOException, InterruptedException {
    client.raw(ByteBuffer.allocate(2_000).putInt(FRAME_MAX).array());
    Thread.sleep(200); // nobody tells when it has arrived
  }

  private static CompletableFuture<Tid> storing(ZeoTestClient client, Oid oid) {
    return async(() -> client.commit(oid, Tid.NONE, LONG));
  }

  private static <T> CompletableFuture<T> async(Callable<T> call) {
    return CompletableFuture.supplyAsync(
        () -> {
          try {
            return call.call();
          } catch (Exception e) {
            throw new AssertionError(e);
          }
        },
        task -> Thread.ofVirtual().start(task));
  }

  @Test
  void whoSendsALongFrameWaitsForTheRoomOfAnotherAndNobodyElseDoes() throws Exception {
    ZeoTestClient slow = ZeoTestClient.registered(server);
    try (ZeoTestClient waiting = ZeoTestClient.registered(server);
        ZeoTestClient bystander = ZeoTestClient.registered(server)) {
      announce(slow);
      CompletableFuture<Tid> stored = storing(waiting, new Oid(1));
      await().during(300, TimeUnit.MILLISECONDS).until(() -> !stored.isDone());
      assertThat(bystander.commit(new Oid(2), Tid.NONE, "short")).isGreaterThan(Tid.NONE);
      slow.close();
      assertThat(stored).succeedsWithin(20, TimeUnit.SECONDS);
    }
  }

  @Test
  void aLinkThatEndsWhileItWaitsForRoomTakesNone() throws Exception {
    ZeoTestClient slow = ZeoTestClient.registered(server);
    ZeoTestClient gone = ZeoTestClient.registered(server);
    announce(slow);
    announce(gone);
    gone.close();
    slow.close();
    try (ZeoTestClient next = ZeoTestClient.registered(server)) {
      assertThat(storing(next, new Oid(1))).succeedsWithin(20, TimeUnit.SECONDS);
    }
  }

  /** Stores the first object only when it is let. */
  private static final class Held extends ForwardingStorage {
    private static final Oid FIRST = new Oid(1);
    private final CountDownLatch arrived = new CountDownLatch(1);
    private final CountDownLatch let = new CountDownLatch(1);

    Held(Storage inner) {
      super(inner);
    }

    @Override
    public StorageTransaction begin(Subscription owner, TransactionMeta meta) {
      return new Transaction(inner.begin(owner, meta)) {
        @Override
        public void store(Oid oid, Tid base, Bytes data) {
          if (oid.equals(FIRST)) {
            arrived.countDown();
            await().until(() -> let.getCount() == 0);
          }
          super.store(oid, base, data);
        }
      };
    }
  }

  @Test
  void aLongRecordKeepsItsRoomUntilItIsStored() throws Exception {
    Held held = new Held(storage);
    try (ZeoServer slowly = ZeoServer.start(CONFIG, held);
        ZeoTestClient one = ZeoTestClient.registered(slowly);
        ZeoTestClient two = ZeoTestClient.registered(slowly)) {
      CompletableFuture<Boolean> first = voting(one, Held.FIRST);
      held.arrived.await();
      CompletableFuture<Boolean> second = voting(two, new Oid(2));
      await().during(300, TimeUnit.MILLISECONDS).until(() -> !second.isDone());
      held.let.countDown();
      assertThat(first).succeedsWithin(20, TimeUnit.SECONDS).isEqualTo(true);
      assertThat(second).succeedsWithin(20, TimeUnit.SECONDS).isEqualTo(true);
    }
  }

  private static CompletableFuture<Boolean> voting(ZeoTestClient client, Oid oid) {
    return async(
        () -> {
          client.begin(TXN);
          client.store(TXN, oid, Tid.NONE, LONG);
          return !client.call("vote", TXN).isError();
        });
  }

  @Test
  void severalLongRecordsOfOneTransactionAreTaken() throws IOException {
    try (ZeoTestClient client = ZeoTestClient.registered(server)) {
      client.begin(TXN);
      for (int i = 1; i <= 5; i++) {
        client.store(TXN, new Oid(i), Tid.NONE, LONG);
      }
      assertThat(client.call("vote", TXN).isError()).isFalse();
      Tid tid = client.call("tpc_finish", TXN).tid();
      assertThat(client.call("getTid", bytes(new Oid(5))).tid()).isEqualTo(tid);
    }
  }

  /** Hands out a copy with each load, and knows which of them are still in use. */
  private static final class Tracking extends ForwardingStorage {
    private final List<WeakReference<Bytes>> records = new CopyOnWriteArrayList<>();

    Tracking(Storage inner) {
      super(inner);
    }

    @Override
    public Optional<Loaded> loadBefore(Oid oid, Tid before) {
      return inner.loadBefore(oid, before).map(this::copied);
    }

    private Loaded copied(Loaded found) {
      Bytes copy = Bytes.wrap(found.data().array().clone());
      records.add(new WeakReference<>(copy));
      return new Loaded(copy, found.tid(), found.next(), found.asOf());
    }

    long inUse() {
      System.gc();
      return records.stream().filter(record -> record.get() != null).count();
    }
  }

  @Test
  void loadsThatWaitForASlowClientHoldNoRecords() throws Exception {
    Tracking tracking = new Tracking(storage);
    LinkLimits narrow =
        new LinkLimits(
            8,
            1 << 16,
            1 << 16,
            1 << 20,
            Duration.ofSeconds(60),
            4,
            Duration.ofMinutes(5),
            Duration.ofSeconds(60));
    ZeoConfig config =
        new ZeoConfig(
            "127.0.0.1",
            0,
            false,
            10,
            LinkSecurity.PLAIN,
            ZeoConfig.queueBytesOfThisProcess(),
            Limits.DEFAULT,
            narrow);
    try (ZeoServer slowly = ZeoServer.start(config, tracking);
        ZeoTestClient writer = ZeoTestClient.registered(server);
        ZeoTestClient deaf = new ZeoTestClient(slowly, 2048)) {
      writer.commit(new Oid(1), Tid.NONE, LONG);
      deaf.greet();
      deaf.call("register", PickleValue.of("1"), PickleValue.of(true));
      for (int i = 0; i < 8; i++) {
        deaf.send(PickleValue.of(100 + i), "loadBefore", bytes(new Oid(1)), bytes(Tid.MAX));
      }
      await().until(() -> tracking.records.size() >= 8);
      await().until(() -> tracking.inUse() <= 1);
      for (int i = 0; i < 8; i++) {
        assertThat(text(deaf.next().item(0))).hasSize(LONG.length());
      }
    }
  }

  @Test
  void aLongFrameThatIsNoStoreGivesItsRoomBackToo() throws IOException {
    PickleValue junk = PickleValue.of(Bytes.wrap(new byte[7 << 20]));
    try (ZeoTestClient client = ZeoTestClient.registered(server)) {
      for (int i = 0; i < 3; i++) {
        assertThat(client.call("ping", junk).isError()).isFalse();
        assertThat(client.call("getTid", junk).isError()).isTrue();
      }
    }
  }
}
