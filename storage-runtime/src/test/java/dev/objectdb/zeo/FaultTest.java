package dev.objectdb.zeo;

import static dev.objectdb.zeo.ZeoTestClient.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.objectdb.codec.pickle.PickleValue;
import dev.objectdb.object.Oid;
import dev.objectdb.object.Tid;
import dev.objectdb.storage.ForwardingStorage;
import dev.objectdb.storage.HistoryMode;
import dev.objectdb.storage.MemoryStorage;
import dev.objectdb.storage.StorageListener;
import dev.objectdb.storage.StorageStats;
import dev.objectdb.storage.StorageTransaction;
import dev.objectdb.storage.StorageUnavailableException;
import dev.objectdb.storage.Subscription;
import dev.objectdb.storage.TransactionMeta;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Faults of our own, the kind that ends a thread: one request or one link ends, never more. */
class FaultTest {
  private static final Oid OID = new Oid(1);
  private static final PickleValue TXN = PickleValue.of(42);

  private final MemoryStorage memory = MemoryStorage.of(HistoryMode.PRESERVING);
  private final Faulty storage = new Faulty(memory);
  private volatile String faultyClock = "";
  private final ZeoServer server =
      ZeoServer.start(
          ZeoConfig.on("127.0.0.1", 0),
          storage,
          new ZeoServer.Clock(this::nanoTime, Duration.ofMillis(10)));

  @AfterEach
  void closeAndCheckNothingOpen() {
    server.close();
    await().untilAsserted(() -> assertThat(memory.listeners()).isZero());
    assertThat(server.counters().activeTransactions()).isZero();
  }

  private static final class Faulty extends ForwardingStorage {
    final AtomicInteger measured = new AtomicInteger();
    volatile boolean stats;
    volatile boolean subscribe;
    volatile boolean begin;

    Faulty(MemoryStorage inner) {
      super(inner);
    }

    @Override
    public StorageStats stats() {
      measured.incrementAndGet();
      if (stats) {
        throw new IllegalStateException("on demand");
      }
      return inner.stats();
    }

    @Override
    public StorageTransaction begin(Subscription owner, TransactionMeta meta) {
      if (begin) {
        throw away();
      }
      return inner.begin(owner, meta);
    }

    @Override
    public Subscription subscribe(StorageListener listener) {
      if (subscribe) {
        throw overflow();
      }
      return inner.subscribe(listener);
    }
  }

  /** Fails on the threads of that name. */
  private long nanoTime() {
    if (Thread.currentThread().getName().equals(faultyClock)) {
      throw overflow();
    }
    return System.nanoTime();
  }

  private static StackOverflowError overflow() {
    return new StackOverflowError("on demand");
  }

  @Test
  void anErrorInAReadFailsThatRead() throws IOException {
    try (ZeoTestClient client = ZeoTestClient.registered(server)) {
      client.commit(OID, Tid.NONE, "one");
      memory.afterRead(
          _ -> {
            throw overflow();
          });
      assertThat(client.load(OID, Tid.MAX).errorClass())
          .isEqualTo("ZODB.POSException.StorageError");
      memory.afterRead(_ -> {});
      assertThat(text(client.load(OID, Tid.MAX).item(0))).isEqualTo("one");
      assertThat(server.counters().failures()).isEqualTo(1);
    }
  }

  /** What an alert goes by; the log tells the same. */
  @Test
  void aCommitThatTheDatabaseFailsIsCountedAndAConflictIsNot() throws IOException {
    try (ZeoTestClient client = ZeoTestClient.registered(server)) {
      client.commit(OID, Tid.NONE, "one");
      client.begin(TXN);
      client.store(TXN, OID, new Tid(1), "stale");
      client.call("vote", TXN);
      client.call("tpc_abort", TXN);
      assertThat(server.counters().conflicts()).isEqualTo(1);
      assertThat(server.counters().failures()).isZero();

      storage.begin = true;
      client.begin(TXN);
      assertThat(client.call("vote", TXN).isError()).isTrue();
      storage.begin = false;
      assertThat(server.counters().failures()).isEqualTo(1);

      client.begin(TXN);
      client.store(TXN, new Oid(2), Tid.NONE, "never");
      client.call("vote", TXN);
      memory.beforeFinish(
          () -> {
            throw away();
          });
      assertThat(client.call("tpc_finish", TXN).isError()).isTrue();
      memory.beforeFinish(() -> {});
      assertThat(server.counters().failures()).isEqualTo(2);
    }
  }

  private static StorageUnavailableException away() {
    return new StorageUnavailableException("the database is away", null);
  }

  @Test
  void anErrorInACommitEndsThatLinkAndNothingElse() throws IOException {
    try (ZeoTestClient bystander = ZeoTestClient.registered(server);
        ZeoTestClient client = ZeoTestClient.registered(server)) {
      client.begin(TXN);
      client.store(TXN, OID, Tid.NONE, "never");
      client.call("vote", TXN);
      memory.beforeFinish(
          () -> {
            throw overflow();
          });
      client.send(PickleValue.of(900), "tpc_finish", TXN);
      assertThat(client.isClosedSilently()).isTrue();
      memory.beforeFinish(() -> {});
      await().until(() -> server.counters().connections() == 1);
      assertThat(bystander.commit(new Oid(2), Tid.NONE, "two")).isGreaterThan(Tid.NONE);
      assertThat(server.counters().cut()).isEqualTo(1);
    }
  }

  @Test
  void anErrorOnTheThreadOfAConnectionEndsThatLink() throws IOException {
    try (ZeoTestClient client = new ZeoTestClient(server)) {
      client.greet();
      storage.subscribe = true;
      client.send(PickleValue.of(1), "register", PickleValue.of("1"), PickleValue.of(false));
      assertThat(client.isClosedSilently()).isTrue();
      assertThat(server.counters().cut()).isEqualTo(1);
    }
    storage.subscribe = false;
    assertServes();
  }

  @Test
  void anErrorOfTheWriterEndsThatLink() throws IOException {
    try (ZeoTestClient client = ZeoTestClient.registered(server)) {
      faultyClock = "zeo-writer";
      client.send(PickleValue.of(1), "ping");
      client.rest();
      await().until(() -> server.counters().connections() == 0);
    }
    faultyClock = "";
    assertServes();
  }

  @Test
  void anErrorWhileAClientIsAcceptedEndsThatOneOnly() throws IOException {
    faultyClock = "zeo-accept";
    try (ZeoTestClient client = new ZeoTestClient(server)) {
      assertThat(client.isClosedSilently()).isTrue();
    }
    faultyClock = "";
    assertServes();
  }

  @Test
  void linksAreLookedAfterAlsoWhenThatFailedForOne() throws IOException {
    try (ZeoTestClient client = new ZeoTestClient(server)) {
      client.greet();
      faultyClock = "zeo-watch";
      assertThat(client.isClosedSilently()).isTrue();
    }
    faultyClock = "";
    assertThat(server.counters().cut()).isEqualTo(1);
    assertSizesAreTold();
  }

  @Test
  void sizesAreToldAgainWhenTheyCanBeMeasuredAgain() throws IOException {
    storage.stats = true;
    try (ZeoTestClient client = ZeoTestClient.registered(server)) {
      client.commit(OID, Tid.NONE, "one");
      await().until(() -> storage.measured.get() > 1);
      storage.stats = false;
      assertThat(client.next().name()).isEqualTo("info");
    }
  }

  private void assertServes() throws IOException {
    try (ZeoTestClient next = ZeoTestClient.registered(server)) {
      assertThat(next.call("ping").isError()).isFalse();
    }
  }

  /** Which is what the thread does that looks after the links. */
  private void assertSizesAreTold() throws IOException {
    try (ZeoTestClient client = ZeoTestClient.registered(server)) {
      client.commit(OID, Tid.NONE, "one");
      assertThat(client.next().name()).isEqualTo("info");
    }
  }
}
