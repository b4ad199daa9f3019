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
import dev.objectdb.testing.CapturedLog;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Clients that send garbage, too much, too slowly, or that do not read. */
class HostileClientTest {
  private static final Oid OID = new Oid(1);
  private static final PickleValue TXN = PickleValue.of(42);
  private static final int FRAME_MAX = 1 << 20;

  private static final long QUEUE_BYTES = 1 << 16;
  private static final int RECORD = 20_000;

  private static final LinkLimits TIGHT =
      new LinkLimits(
          4,
          1 << 16,
          1 << 16,
          1 << 16,
          Duration.ofMillis(500),
          4,
          Duration.ofMillis(100),
          Duration.ofSeconds(2));

  private final MemoryStorage storage = MemoryStorage.of(HistoryMode.PRESERVING);
  private final ZeoServer server =
      ZeoServer.start(
          new ZeoConfig(
              "127.0.0.1",
              0,
              false,
              5,
              LinkSecurity.PLAIN,
              QUEUE_BYTES,
              new Limits(FRAME_MAX, FRAME_MAX, 1L << 30, 1000, 10_000, 1000, 100, 16),
              TIGHT),
          storage);

  @AfterEach
  void closeAndCheckNothingOpen() {
    server.close();
    await().untilAsserted(() -> assertThat(storage.listeners()).isZero());
    assertThat(server.counters().activeTransactions()).isZero();
  }

  private static byte[] framed(Bytes payload) {
    return ByteBuffer.allocate(4 + payload.length())
        .putInt(payload.length())
        .put(payload.array())
        .array();
  }

  @Test
  void framesWrittenByteByByteAreServed() throws IOException, InterruptedException {
    try (ZeoTestClient client = ZeoTestClient.registered(server)) {
      for (byte b : framed(ZeoTestClient.message(PickleValue.of(5), false, "ping"))) {
        client.raw(new byte[] {b});
        Thread.sleep(1);
      }
      assertThat(client.next().msgid()).isEqualTo(PickleValue.of(5));
    }
  }

  @Test
  void twoFramesInOneSegmentAreBothServed() throws IOException {
    try (ZeoTestClient client = ZeoTestClient.registered(server)) {
      byte[] ping = framed(ZeoTestClient.message(PickleValue.of(5), false, "ping"));
      client.raw(ByteBuffer.allocate(2 * ping.length).put(ping).put(ping).array());
      assertThat(client.next().msgid()).isEqualTo(PickleValue.of(5));
      assertThat(client.next().msgid()).isEqualTo(PickleValue.of(5));
    }
  }

  @Test
  void garbageClosesTheLinkAndNothingElse() throws IOException {
    Random random = new Random(7);
    try (ZeoTestClient bystander = ZeoTestClient.registered(server)) {
      for (int round = 0; round < 50; round++) {
        byte[] garbage = new byte[random.nextInt(200)];
        random.nextBytes(garbage);
        try (ZeoTestClient client = ZeoTestClient.registered(server)) {
          client.frame(garbage);
          assertThat(client.isClosedSilently()).isTrue();
        }
        await().until(() -> server.counters().connections() == 1);
      }
      assertThat(bystander.call("ping").isError()).isFalse();
    }
  }

  @Test
  void anOidThatIsNoneIsAnObjectThatDoesNotExist() throws IOException {
    try (ZeoTestClient client = ZeoTestClient.registered(server)) {
      for (String method : List.of("history", "getTid")) {
        assertThat(client.call(method, PickleValue.None.NONE).errorClass())
            .as(method)
            .isEqualTo("ZODB.POSException.POSKeyError");
      }
      assertThat(client.call("getTid", PickleValue.of(1)).errorClass())
          .isEqualTo("builtins.TypeError");
    }
  }

  @Test
  void anOidOver63BitsIsAnObjectThatDoesNotExistAndCannotBeMade() throws IOException {
    PickleValue over = PickleValue.of(Bytes.ofHex("8000000000000000"));
    try (ZeoTestClient client = ZeoTestClient.registered(server)) {
      assertThat(client.call("loadBefore", over, bytes(Tid.MAX)).errorClass())
          .isEqualTo("ZODB.POSException.POSKeyError");
      client.begin(TXN);
      client.tell("storea", over, bytes(Tid.NONE), PickleValue.of(Bytes.ofUtf8("x")), TXN);
      assertThat(client.call("vote", TXN).errorClass()).isEqualTo("ZODB.POSException.POSKeyError");
    }
  }

  @Test
  void wrongShapesOfMessagesCloseTheLink() throws IOException {
    List<PickleValue> shapes =
        List.of(
            PickleValue.of(1),
            PickleValue.tuple(),
            PickleValue.tuple(PickleValue.of(1), PickleValue.of(false), PickleValue.of("ping")),
            message(PickleValue.of("x"), PickleValue.of("ping"), PickleValue.tuple()),
            message(PickleValue.of(false), PickleValue.of(3), PickleValue.tuple()),
            message(PickleValue.of(false), PickleValue.of("ping"), PickleValue.of(3)),
            message(PickleValue.of(false), PickleValue.of("ping"), PickleValue.list(List.of())));
    for (PickleValue shape : shapes) {
      try (ZeoTestClient client = ZeoTestClient.registered(server)) {
        client.frame(dev.objectdb.codec.pickle.PickleWriter.write(shape).array());
        assertThat(client.isClosedSilently()).as(shape.toString()).isTrue();
      }
      await().until(() -> server.counters().connections() == 0);
    }
  }

  private static PickleValue message(PickleValue flag, PickleValue name, PickleValue args) {
    return PickleValue.tuple(PickleValue.of(1), flag, name, args);
  }

  @Test
  void wrongArgumentsOfEveryMethodAreAnsweredOrFailTheVote() throws IOException {
    List<String> methods =
        List.of(
            "loadBefore",
            "loadSerial",
            "getTid",
            "history",
            "new_oids",
            "record_iternext",
            "getInvalidations",
            "iterator_start",
            "iterator_next",
            "iterator_record_start",
            "iterator_record_next",
            "iterator_gc",
            "vote",
            "tpc_finish",
            "tpc_abort",
            "storea",
            "restorea",
            "checkCurrentSerialInTransaction",
            "tpc_begin",
            "set_client_label");
    List<PickleValue> odd =
        List.of(
            PickleValue.dict(),
            PickleValue.of("text"),
            PickleValue.of(Bytes.ofUtf8("short")),
            PickleValue.of(Bytes.ofHex("ffffffffffffffff")),
            PickleValue.of(-1),
            new PickleValue.Real(0.5));
    try (ZeoTestClient client = ZeoTestClient.registered(server)) {
      for (String method : methods) {
        for (PickleValue value : odd) {
          for (int count = 0; count < 8; count++) {
            PickleValue[] args = new PickleValue[count];
            java.util.Arrays.fill(args, value);
            client.call(method, args);
            client.call("tpc_abort", value);
          }
        }
      }
      assertThat(client.call("ping").isError()).isFalse();
    }
  }

  @Test
  void aFrameOverTheLimitClosesTheLinkBeforeItIsRead() throws IOException {
    try (ZeoTestClient client = ZeoTestClient.registered(server)) {
      client.raw(ByteBuffer.allocate(4).putInt(FRAME_MAX + 1).array());
      assertThat(client.isClosedSilently()).isTrue();
    }
  }

  @Test
  void strangersMaySendLittle() throws IOException {
    try (ZeoTestClient client = new ZeoTestClient(server)) {
      client.greet();
      client.raw(ByteBuffer.allocate(4).putInt((1 << 16) + 1).array());
      assertThat(client.isClosedSilently()).isTrue();
    }
  }

  @Test
  void whoNeverRegistersIsCut() throws IOException {
    try (ZeoTestClient client = new ZeoTestClient(server)) {
      client.greet();
      assertThat(client.isClosedSilently()).isTrue();
      assertThat(server.counters().cut()).isEqualTo(1);
    }
  }

  @Test
  void connectionsOverTheLimitAreClosedAtOnce() throws IOException {
    ZeoTestClient[] clients = new ZeoTestClient[5];
    for (int i = 0; i < clients.length; i++) {
      clients[i] = ZeoTestClient.registered(server);
    }
    try (ZeoTestClient sixth = new ZeoTestClient(server)) {
      assertThat(sixth.isClosedSilently()).isTrue();
      assertThat(server.counters().refused()).isEqualTo(1);
    }
    clients[0].close();
    await().until(() -> server.counters().connections() < clients.length);
    try (ZeoTestClient next = ZeoTestClient.registered(server)) {
      assertThat(next.call("ping").isError()).isFalse();
    }
    for (ZeoTestClient client : clients) {
      client.close();
    }
  }

  @Test
  void whoDoesNotTakeInvalidationsIsCutAndTheOthersGoOn() throws IOException {
    try (ZeoTestClient deaf = new ZeoTestClient(server, 2048);
        ZeoTestClient writer = ZeoTestClient.registered(server)) {
      deaf.greet();
      deaf.call("register", PickleValue.of("1"), PickleValue.of(true));
      Tid base = writer.commit(OID, Tid.NONE, "0");
      for (int i = 0; server.counters().cut() == 0; i++) {
        base = commitMany(writer, base, i);
      }
      assertThat(writer.call("ping").isError()).isFalse();
      await().until(() -> server.counters().connections() == 1);
    }
  }

  private static Tid commitMany(ZeoTestClient writer, Tid base, int round) throws IOException {
    writer.begin(TXN);
    for (int i = 0; i < 3000; i++) {
      writer.store(TXN, new Oid(1_000_000L + round * 3000L + i), Tid.NONE, "x");
    }
    writer.store(TXN, OID, base, "round " + round);
    writer.call("vote", TXN);
    return writer.call("tpc_finish", TXN).tid();
  }

  @Test
  void whoDoesNotTakeRepliesHoldsABoundedNumberOfThemAndIsCut() throws IOException {
    try (ZeoTestClient deaf = new ZeoTestClient(server, 2048);
        ZeoTestClient writer = ZeoTestClient.registered(server)) {
      writer.commit(OID, Tid.NONE, "x".repeat(200_000));
      deaf.greet();
      deaf.call("register", PickleValue.of("1"), PickleValue.of(true));
      for (int i = 0; i < 200; i++) {
        deaf.send(PickleValue.of(i), "loadBefore", bytes(OID), bytes(Tid.MAX));
      }
      assertThat(server.counters().queuedBytes()).isLessThan(2 * 200_100);
      await().until(() -> server.counters().cut() == 1);
      assertThat(text(writer.load(OID, Tid.MAX).item(0))).hasSize(200_000);
    }
  }

  @Test
  void manyWhoDoNotTakeRepliesHoldABoundedNumberTogetherAndNobodyWaitsForThem() throws IOException {
    try (ZeoTestClient writer = ZeoTestClient.registered(server)) {
      writer.commit(OID, Tid.NONE, "x".repeat(RECORD));
      try (ZeoTestClient _ = deaf();
          ZeoTestClient _ = deaf();
          ZeoTestClient _ = deaf()) {
        assertThat(text(writer.load(OID, Tid.MAX).item(0))).hasSize(RECORD);
        assertThat(server.counters().queuedBytes()).isLessThan(QUEUE_BYTES + 3 * (RECORD + 100));
        await().until(() -> server.counters().cut() == 3);
      }
      await().until(() -> server.counters().queuedBytes() == 0);
      assertThat(text(writer.load(OID, Tid.MAX).item(0))).hasSize(RECORD);
    }
  }

  /** Asks for an object many times, and takes no reply. */
  private ZeoTestClient deaf() throws IOException {
    ZeoTestClient deaf = new ZeoTestClient(server, 2048);
    deaf.greet();
    deaf.call("register", PickleValue.of("1"), PickleValue.of(true));
    for (int i = 0; i < 1000; i++) {
      deaf.send(PickleValue.of(i), "loadBefore", bytes(OID), bytes(Tid.MAX));
    }
    return deaf;
  }

  @Test
  void idleIteratorsAreClosed() throws IOException {
    try (ZeoTestClient client = ZeoTestClient.registered(server)) {
      client.call("iterator_start", ZeoTestClient.NONE, ZeoTestClient.NONE);
      await()
          .pollInterval(Duration.ofMillis(1500))
          .until(() -> client.call("iterator_next", PickleValue.of(0)).isError());
    }
  }

  @Test
  void whatATransactionSaysOfItselfMayBeAsLongAsInAFileStorageAndNoLonger() throws IOException {
    PickleValue empty = PickleValue.of(Bytes.EMPTY);
    PickleValue most = PickleValue.of(Bytes.ofUtf8("x".repeat(65_535)));
    PickleValue over = PickleValue.of(Bytes.ofUtf8("x".repeat(65_536)));
    try (ZeoTestClient client = ZeoTestClient.registered(server)) {
      client.tell("tpc_begin", TXN, most, most, PickleValue.dict(PickleValue.of("x"), empty));
      assertThat(client.call("vote", TXN).isError()).isFalse();
      client.call("tpc_finish", TXN);
      for (List<PickleValue> meta :
          List.of(
              List.of(over, empty, PickleValue.dict()),
              List.of(empty, over, PickleValue.dict()),
              List.of(empty, empty, PickleValue.dict(PickleValue.of("x"), most)))) {
        client.tell("tpc_begin", TXN, meta.get(0), meta.get(1), meta.get(2));
        client.store(TXN, OID, Tid.NONE, "x");
        PickleValue.Tuple refusal = (PickleValue.Tuple) client.call("vote", TXN).errorState();
        assertThat(refusal.get(0).toString()).endsWith("of the transaction: over 65535 bytes");
        client.call("tpc_abort", TXN);
      }
    }
  }

  @Test
  void aLabelIsCutBeforeItFillsTheLog() throws IOException {
    try (CapturedLog log = new CapturedLog();
        ZeoTestClient client = ZeoTestClient.registered(server)) {
      client.tell("set_client_label", PickleValue.of("label ".repeat(50_000)));
      client.call("ping");
      assertThat(log.lines())
          .anyMatch(line -> line.contains("label label"))
          .allMatch(line -> line.length() < 1_000);
    }
  }

  @Test
  void whoOnlyLooksWhetherTheServerIsThereLeavesNoLineInTheLog() throws IOException {
    try (CapturedLog log = new CapturedLog()) {
      new ZeoTestClient(server).close(); // before the greeting was read
      try (ZeoTestClient probe = new ZeoTestClient(server)) {
        probe.nextFrame();
      }
      try (ZeoTestClient probe = new ZeoTestClient(server)) {
        probe.nextFrame();
        probe.frame("ruok".getBytes(StandardCharsets.US_ASCII));
        probe.nextFrame();
      }
      await().until(() -> server.counters().connections() == 0);
      assertThat(log.lines()).isEmpty();
    }
  }

  @Test
  void aPickleBombInAnExtensionIsRefused() throws IOException {
    try (ZeoTestClient client = ZeoTestClient.registered(server)) {
      PickleValue deep = PickleValue.of(1);
      for (int i = 0; i < 900; i++) {
        deep = PickleValue.tuple(deep);
      }
      PickleValue none = PickleValue.of(Bytes.EMPTY);
      client.tell("tpc_begin", TXN, none, none, PickleValue.dict(PickleValue.of("deep"), deep));
      client.store(TXN, OID, Tid.NONE, "x");
      client.call("vote", TXN);
      client.call("tpc_finish", TXN);
      PickleValue.ListValue history =
          (PickleValue.ListValue) client.call("history", bytes(OID), PickleValue.of(1)).value();
      assertThat(((PickleValue.Dict) history.items().getFirst()).key(0)).hasToString("time");
    }
  }
}
