package dev.objectdb.zeo;

import static dev.objectdb.zeo.ZeoTestClient.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.objectdb.codec.pickle.PickleValue;
import dev.objectdb.object.Oid;
import dev.objectdb.object.Tid;
import dev.objectdb.storage.HistoryMode;
import dev.objectdb.storage.MemoryStorage;
import java.io.IOException;
import java.net.ConnectException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Test;

/** A planned end: clients without a transaction go at once, the others when it is done. */
class DrainTest {
  private static final Oid OID = new Oid(1);
  private static final PickleValue TXN = PickleValue.of(42);

  private final MemoryStorage storage = MemoryStorage.of(HistoryMode.PRESERVING);
  private final ZeoServer server = ZeoServer.start(ZeoConfig.on("127.0.0.1", 0), storage);

  @Test
  void anOpenTransactionIsFinishedBeforeTheLinkCloses() throws Exception {
    try (ZeoTestClient idle = ZeoTestClient.registered(server);
        ZeoTestClient busy = ZeoTestClient.registered(server)) {
      busy.begin(TXN);
      busy.store(TXN, OID, Tid.NONE, "kept");
      busy.call("vote", TXN);
      Thread drain = Thread.ofVirtual().start(() -> server.drain(Duration.ofSeconds(20)));
      assertThat(idle.isClosedSilently()).isTrue();
      Assertions.assertThatExceptionOfType(ConnectException.class)
          .isThrownBy(() -> new ZeoTestClient(server).close());
      Tid tid = busy.call("tpc_finish", TXN).tid();
      assertThat(storage.getTid(OID)).isEqualTo(tid);
      assertThat(busy.isClosedSilently()).isTrue();
      drain.join();
      await().untilAsserted(() -> assertThat(storage.listeners()).isZero());
    }
  }

  @Test
  void aTransactionThatTakesTooLongIsAborted() throws Exception {
    try (ZeoTestClient busy = ZeoTestClient.registered(server)) {
      busy.begin(TXN);
      busy.store(TXN, OID, Tid.NONE, "lost");
      busy.call("vote", TXN);
      server.drain(Duration.ofMillis(50));
      assertThat(busy.isClosedSilently()).isTrue();
      await().untilAsserted(() -> assertThat(server.counters().aborts()).isEqualTo(1));
      Assertions.assertThatExceptionOfType(dev.objectdb.storage.PosKeyException.class)
          .isThrownBy(() -> storage.getTid(OID));
    }
  }

  @Test
  void aLinkThatGotOldIsMovedBetweenTwoTransactions() throws Exception {
    AtomicLong minutes = new AtomicLong();
    ZeoServer.Clock clock =
        new ZeoServer.Clock(
            () -> Duration.ofMinutes(minutes.get()).toNanos(), Duration.ofMillis(10));
    ZeoConfig config = ZeoConfig.on("127.0.0.1", 0).withMaxConnectionAge(Duration.ofHours(1));
    try (ZeoServer moving = ZeoServer.start(config, storage, clock);
        ZeoTestClient idle = ZeoTestClient.registered(moving);
        ZeoTestClient busy = ZeoTestClient.registered(moving)) {
      busy.begin(TXN);
      busy.store(TXN, OID, Tid.NONE, "kept");
      minutes.set(50); // younger than an hour less a tenth
      idle.call("ping");
      minutes.set(70);
      assertThat(idle.isClosedSilently()).isTrue();
      busy.call("vote", TXN);
      Tid tid = busy.call("tpc_finish", TXN).tid();
      assertThat(storage.getTid(OID)).isEqualTo(tid);
      assertThat(busy.isClosedSilently()).isTrue();
      ZeoTestClient.registered(moving).close(); // who comes back is served
      assertThat(moving.counters().cut()).isZero();
    }
  }

  @Test
  void readsUnderWayAreAnswered() throws IOException {
    try (ZeoTestClient client = ZeoTestClient.registered(server)) {
      client.commit(OID, Tid.NONE, "data");
      storage.afterRead(
          oid -> {
            Thread.ofVirtual().start(() -> server.drain(Duration.ofSeconds(20)));
            await().until(() -> server.counters().connections() == 1);
          });
      assertThat(client.call("loadBefore", bytes(OID), bytes(Tid.MAX)).isError()).isFalse();
      assertThat(client.isClosedSilently()).isTrue();
    }
  }
}
