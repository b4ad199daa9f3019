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
import dev.objectdb.storage.HistoryMode;
import dev.objectdb.storage.MemoryStorage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Long records from several clients: together they take no more memory than one of the longest. */
class LongFrameTest {
  private static final PickleValue TXN = PickleValue.of(42);
  private static final int FRAME_MAX = 8 << 20;
  private static final String LONG = "x".repeat(6 << 20);

  private final MemoryStorage storage = MemoryStorage.of(HistoryMode.FREE);
  private final ZeoServer server =
      ZeoServer.start(
          new ZeoConfig(
              "127.0.0.1",
              0,
              false,
              10,
              LinkSecurity.PLAIN,
              ZeoConfig.queueBytesOfThisProcess(),
              Limits.DEFAULT.withFrameBytesMax(FRAME_MAX),
              LinkLimits.DEFAULT),
          storage);

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
    return CompletableFuture.supplyAsync(
        () -> {
          try {
            return client.commit(oid, Tid.NONE, LONG);
          } catch (IOException e) {
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
