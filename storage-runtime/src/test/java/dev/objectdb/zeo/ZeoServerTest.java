package dev.objectdb.zeo;

import static dev.objectdb.zeo.ZeoTestClient.NONE;
import static dev.objectdb.zeo.ZeoTestClient.bytes;
import static dev.objectdb.zeo.ZeoTestClient.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.objectdb.codec.pickle.PickleValue;
import dev.objectdb.object.Bytes;
import dev.objectdb.object.Oid;
import dev.objectdb.object.Tid;
import dev.objectdb.storage.HistoryMode;
import dev.objectdb.storage.MemoryStorage;
import dev.objectdb.storage.StorageUnavailableException;
import dev.objectdb.zeo.ZeoTestClient.Answer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** One client and the server: handshake, every call, every error. */
class ZeoServerTest {
  private static final Oid OID = new Oid(1);
  private static final PickleValue TXN = PickleValue.of(139678868824720L);

  private final MemoryStorage storage = MemoryStorage.of(HistoryMode.PRESERVING);
  private final ZeoServer server = ZeoServer.start(ZeoConfig.on("127.0.0.1", 0), storage);

  @AfterEach
  void closeAndCheckNothingOpen() {
    server.close();
    await().untilAsserted(() -> assertThat(storage.listeners()).isZero());
    assertThat(server.counters().activeTransactions()).isZero();
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  @Test
  void theServerGreetsFirst() throws IOException {
    try (ZeoTestClient client = new ZeoTestClient(server)) {
      assertThat(client.nextFrame()).isEqualTo(ascii("Z5"));
    }
  }

  @Test
  void otherGreetingsAreClosedSilently() throws IOException {
    for (String greeting : List.of("Z4", "M5", "Z6", "Z309", "GET / HTTP/1.1", "")) {
      try (ZeoTestClient client = new ZeoTestClient(server)) {
        client.nextFrame();
        client.frame(ascii(greeting));
        assertThat(client.isClosedSilently()).as(greeting).isTrue();
      }
    }
  }

  @Test
  void ruokIsAnsweredWithTheStatusInOneFrameAndTheEnd() throws IOException {
    Tid tid;
    try (ZeoTestClient writer = ZeoTestClient.registered(server);
        ZeoTestClient admin = new ZeoTestClient(server)) {
      tid = writer.commit(OID, Tid.NONE, "first");
      admin.nextFrame();
      admin.raw(Bytes.ofHex("0000000472756f6b").array());
      JsonNode status = new ObjectMapper().readTree(admin.nextFrame()).get("1");
      assertThat(status.get("last-transaction").asText()).isEqualTo(tid.toBytes().toHex());
      assertThat(status.get("commits").asInt()).isEqualTo(1);
      assertThat(status.get("stores").asInt()).isEqualTo(1);
      assertThat(status.get("connections").asInt()).as("who asks is no client").isEqualTo(1);
      for (String key :
          List.of("active_txns", "waiting", "aborts", "conflicts", "conflicts_resolved", "loads")) {
        assertThat(status.get(key).isInt()).as(key).isTrue();
      }
      // Nothing else than what ZEO itself tells: its own tests compare the whole.
      assertThat(status.fieldNames())
          .toIterable()
          .hasSize(13)
          .contains("lock_time", "start", "timeout-thread-is-alive");
      assertThat(admin.isClosedSilently()).isTrue();
    }
  }

  @Test
  void registerAnswersTheLastTidAndASecondOneIsRefused() throws IOException {
    try (ZeoTestClient client = new ZeoTestClient(server)) {
      client.greet();
      Answer unknown = client.call("register", PickleValue.of("nope"), PickleValue.of(false));
      assertThat(unknown.errorClass()).isEqualTo("builtins.ValueError");
      assertThat(client.call("register", PickleValue.of("1"), PickleValue.of(0)).tid())
          .isEqualTo(Tid.NONE);
      assertThat(client.call("register", PickleValue.of("1"), PickleValue.of(false)).errorClass())
          .isEqualTo("builtins.ValueError");
      client.tell("set_client_label", PickleValue.of("lbl-é"));
      assertThat(client.call("lastTransaction").tid()).isEqualTo(Tid.NONE);
    }
  }

  @Test
  void registerMayCarryTheCredentialsOfOldClients() throws IOException {
    try (ZeoTestClient client = new ZeoTestClient(server)) {
      client.greet();
      assertThat(
              client.call("register", PickleValue.of("1"), PickleValue.of(false), NONE).isError())
          .isFalse();
    }
  }

  @Test
  void aCallBeforeRegisterClosesTheLink() throws IOException {
    try (ZeoTestClient client = new ZeoTestClient(server)) {
      client.greet();
      client.send(PickleValue.of(1), "get_info");
      assertThat(client.isClosedSilently()).isTrue();
    }
  }

  @Test
  void anUnknownMethodClosesTheLinkAndAMissingOneDoesNot() throws IOException {
    try (ZeoTestClient client = ZeoTestClient.registered(server)) {
      Answer missing = client.call("pack", new PickleValue.Real(1.0), PickleValue.of(1));
      assertThat(missing.errorClass()).isEqualTo("ZODB.POSException.Unsupported");
      assertThat(((PickleValue.Tuple) missing.errorState()).get(0))
          .hasToString("pack is not supported by this server");
      client.send(PickleValue.of(9), "load", bytes(OID));
      assertThat(client.isClosedSilently()).isTrue();
    }
  }

  @Test
  void getInfoOffersOnlyWhatWorks() throws IOException {
    try (ZeoTestClient client = ZeoTestClient.registered(server)) {
      PickleValue.Dict info = (PickleValue.Dict) client.call("get_info").value();
      assertThat(info.key(3)).hasToString("supportsUndo");
      assertThat(info.value(3)).isEqualTo(PickleValue.of(false));
      PickleValue.Tuple interfaces = (PickleValue.Tuple) info.value(5);
      assertThat(interfaces.items())
          .allSatisfy(pair -> assertThat(((PickleValue.Tuple) pair).size()).isEqualTo(2))
          .extracting(pair -> ((PickleValue.Tuple) pair).get(1).toString())
          .containsExactly(
              "IStorage",
              "IStorageIteration",
              "IStorageRestoreable",
              "IStorageCurrentRecordIteration");
      assertThat(((PickleValue.Tuple) client.call("undoInfo", NONE, NONE, NONE).value()).size())
          .isZero();
    }
  }

  @Test
  void newOidsAreAHundredAndAscend() throws IOException {
    try (ZeoTestClient client = ZeoTestClient.registered(server)) {
      PickleValue.ListValue oids = (PickleValue.ListValue) client.call("new_oids").value();
      assertThat(oids.items()).hasSize(100).doesNotContain(bytes(Oid.ROOT));
      assertThat(oids.items()).first().isEqualTo(bytes(new Oid(1)));
      assertThat(oids.items()).last().isEqualTo(bytes(new Oid(100)));
    }
  }

  @Test
  void whatIsCommittedIsLoaded() throws IOException {
    try (ZeoTestClient client = ZeoTestClient.registered(server)) {
      Tid first = client.commit(OID, Tid.NONE, "one");
      Tid second = client.commit(OID, first, "two");
      Answer current = client.load(OID, Tid.MAX);
      assertThat(text(current.item(0))).isEqualTo("two");
      assertThat(ZeoTestClient.tid(current.item(1))).isEqualTo(second);
      assertThat(current.item(2)).isEqualTo(NONE);
      Answer old = client.load(OID, second);
      assertThat(text(old.item(0))).isEqualTo("one");
      assertThat(ZeoTestClient.tid(old.item(2))).isEqualTo(second);
      assertThat(client.load(OID, first).value()).isEqualTo(NONE);
      assertThat(text(client.call("loadSerial", bytes(OID), bytes(first)).value()))
          .isEqualTo("one");
      assertThat(client.call("getTid", bytes(OID)).tid()).isEqualTo(second);
    }
  }

  @Test
  void anUnknownObjectIsAPosKeyError() throws IOException {
    try (ZeoTestClient client = ZeoTestClient.registered(server)) {
      Answer answer = client.load(new Oid(99), Tid.MAX);
      assertThat(answer.errorClass()).isEqualTo("ZODB.POSException.POSKeyError");
      assertThat(((PickleValue.Tuple) answer.errorState()).get(0)).isEqualTo(bytes(new Oid(99)));
      PickleValue tooLarge = PickleValue.of(Bytes.ofHex("ffffffffffffffff"));
      assertThat(client.call("getTid", tooLarge).errorClass())
          .isEqualTo("ZODB.POSException.POSKeyError");
      Answer text = client.call("loadBefore", PickleValue.of("x"), bytes(Tid.MAX));
      assertThat(text.errorClass()).isEqualTo("builtins.TypeError");
      assertThat(client.call("loadSerial", bytes(OID)).errorClass())
          .isEqualTo("builtins.TypeError");
    }
  }

  @Test
  void aReplyCarriesTheIdInTheShapeItCameIn() throws IOException {
    try (ZeoTestClient client = ZeoTestClient.registered(server)) {
      client.commit(OID, Tid.NONE, "one");
      client.sendLoad(OID, Tid.MAX);
      PickleValue.Tuple msgid = (PickleValue.Tuple) client.next().msgid();
      assertThat(msgid.items()).containsExactly(bytes(OID), bytes(Tid.MAX));
    }
  }

  @Test
  void heartbeatsAreNotAnswered() throws IOException {
    try (ZeoTestClient client = ZeoTestClient.registered(server)) {
      client.raw(Bytes.ofHex("000000188003284affffffff4b0058060000002e7265706c794e742e").array());
      client.send(PickleValue.of(77), "ping");
      assertThat(client.next().msgid()).isEqualTo(PickleValue.of(77));
    }
  }

  @Test
  void aConflictIsAMapForTheClientToResolve() throws IOException {
    try (ZeoTestClient client = ZeoTestClient.registered(server)) {
      Tid first = client.commit(OID, Tid.NONE, "one");
      Tid second = client.commit(OID, first, "two");
      client.begin(TXN);
      client.store(TXN, OID, first, "late");
      PickleValue.ListValue conflicts = (PickleValue.ListValue) client.call("vote", TXN).value();
      PickleValue.Dict map = (PickleValue.Dict) conflicts.items().getFirst();
      assertThat(map.value(0)).isEqualTo(bytes(OID));
      assertThat(((PickleValue.Tuple) map.value(1)).items())
          .containsExactly(bytes(second), bytes(first));
      assertThat(text(map.value(2))).isEqualTo("late");
      assertThat(client.call("tpc_finish", TXN).errorClass())
          .as("finish without a clean vote")
          .isEqualTo("ZODB.POSException.StorageTransactionError");
      client.store(TXN, OID, second, "merged");
      assertThat(((PickleValue.ListValue) client.call("vote", TXN).value()).items()).isEmpty();
      Tid third = client.call("tpc_finish", TXN).tid();
      assertThat(text(client.load(OID, Tid.MAX).item(0))).isEqualTo("merged");
      assertThat(third).isGreaterThan(second);
      assertThat(server.counters().conflicts()).isEqualTo(1);
      assertThat(server.counters().conflictsResolved()).isEqualTo(1);
    }
  }

  /** After nine votes a stock client goes on to finish, whatever the last one said. */
  @Test
  void theNinthVoteWithConflictsIsAnErrorThatClientsTryAgain() throws IOException {
    try (ZeoTestClient client = ZeoTestClient.registered(server)) {
      Tid first = client.commit(OID, Tid.NONE, "one");
      client.commit(OID, first, "two");
      client.begin(TXN);
      client.store(TXN, OID, first, "late");
      for (int round = 1; round < 9; round++) {
        PickleValue.ListValue conflicts = (PickleValue.ListValue) client.call("vote", TXN).value();
        assertThat(conflicts.items()).as("conflicts of round %d", round).hasSize(1);
      }
      assertThat(client.call("vote", TXN).errorClass())
          .isEqualTo("ZODB.POSException.ConflictError");
      assertThat(client.call("tpc_finish", TXN).errorClass())
          .isEqualTo("ZODB.POSException.StorageTransactionError");
      assertThat(server.counters().activeTransactions()).isZero();
    }
  }

  @Test
  void aStaleReadIsAReadConflictAndEndsTheTransaction() throws IOException {
    try (ZeoTestClient client = ZeoTestClient.registered(server)) {
      Tid first = client.commit(OID, Tid.NONE, "one");
      Tid second = client.commit(OID, first, "two");
      client.begin(TXN);
      client.store(TXN, new Oid(2), Tid.NONE, "other");
      client.tell("checkCurrentSerialInTransaction", bytes(OID), bytes(first), TXN);
      Answer vote = client.call("vote", TXN);
      assertThat(vote.errorClass()).isEqualTo("ZODB.POSException.ReadConflictError");
      PickleValue.Dict state = (PickleValue.Dict) vote.errorState();
      assertThat(state.value(0)).hasToString("database read conflict error");
      assertThat(state.value(1)).isEqualTo(bytes(OID));
      assertThat(((PickleValue.Tuple) state.value(3)).items())
          .containsExactly(bytes(second), bytes(first));
      assertThat(client.call("vote", TXN).errorClass())
          .isEqualTo("ZODB.POSException.StorageTransactionError");
      assertThat(client.call("tpc_abort", TXN).value()).isEqualTo(NONE);
    }
  }

  @Test
  void aFailedOneWayCallIsAnsweredByTheVote() throws IOException {
    try (ZeoTestClient client = ZeoTestClient.registered(server)) {
      client.begin(TXN);
      client.store(TXN, OID, Tid.NONE, "invalid record");
      client.store(TXN, new Oid(2), Tid.NONE, "fine");
      Answer vote = client.call("vote", TXN);
      assertThat(vote.errorClass()).isEqualTo("ZODB.POSException.StorageError");
      assertThat(client.call("tpc_finish", TXN).isError()).isTrue();
      assertThat(client.call("tpc_abort", TXN).value()).isEqualTo(NONE);
      assertThat(client.commit(OID, Tid.NONE, "next")).isGreaterThan(Tid.NONE);
    }
  }

  @Test
  void aMissingStepFailsTheVoteByName() throws IOException {
    try (ZeoTestClient client = ZeoTestClient.registered(server)) {
      client.begin(TXN);
      client.tell("storeBlobStart");
      client.tell("storeBlobChunk", PickleValue.of(Bytes.ofUtf8("x")));
      Answer vote = client.call("vote", TXN);
      assertThat(((PickleValue.Tuple) vote.errorState()).get(0))
          .hasToString("storeBlobStart is not supported by this server");
    }
  }

  @Test
  void stepsWithoutABeginFailTheVote() throws IOException {
    try (ZeoTestClient client = ZeoTestClient.registered(server)) {
      client.store(TXN, OID, Tid.NONE, "lost begin");
      assertThat(client.call("vote", TXN).errorClass())
          .isEqualTo("ZODB.POSException.StorageTransactionError");
    }
  }

  @Test
  void aSecondTransactionOnALinkClosesIt() throws IOException {
    try (ZeoTestClient client = ZeoTestClient.registered(server)) {
      client.begin(TXN);
      client.begin(TXN); // the same once more is ignored
      assertThat(client.call("ping").isError()).isFalse();
      client.begin(PickleValue.of(5));
      assertThat(client.isClosedSilently()).isTrue();
    }
  }

  @Test
  void readOnlyServersRefuseWritersAndKeepTheLink() throws IOException {
    try (ZeoServer readOnly = ZeoServer.start(ZeoConfig.on("127.0.0.1", 0).asReadOnly(), storage);
        ZeoTestClient client = new ZeoTestClient(readOnly)) {
      client.greet();
      Answer refused = client.call("register", PickleValue.of("1"), PickleValue.of(false));
      assertThat(refused.errorClass()).isEqualTo("ZODB.POSException.ReadOnlyError");
      assertThat(client.call("register", PickleValue.of("1"), PickleValue.of(true)).isError())
          .isFalse();
      assertThat(client.call("new_oids").errorClass()).isEqualTo("ZODB.POSException.ReadOnlyError");
      client.begin(TXN);
      client.store(TXN, OID, Tid.NONE, "no");
      assertThat(client.call("vote", TXN).errorClass())
          .isEqualTo("ZODB.POSException.ReadOnlyError");
    }
  }

  @Test
  void historyMergesTheExtensionAndLeavesOutWhatClientsCannotRead() throws IOException {
    try (ZeoTestClient client = ZeoTestClient.registered(server)) {
      PickleValue extension =
          PickleValue.dict(
              PickleValue.of("k"),
              PickleValue.of("v"),
              PickleValue.of("python2"),
              Pickles.byteString("bytes of Python 2"),
              PickleValue.of("list"),
              PickleValue.list(List.of(PickleValue.of(3))));
      client.tell(
          "tpc_begin",
          TXN,
          PickleValue.of(Bytes.ofUtf8("alice")),
          PickleValue.of(Bytes.ofHex("ff00")),
          extension,
          bytes(Tid.of(Bytes.ofHex("040d2e3e8f3263aa"))),
          PickleValue.of(" "));
      client.store(TXN, OID, Tid.NONE, "data");
      client.call("vote", TXN);
      client.call("tpc_finish", TXN);
      PickleValue.ListValue history =
          (PickleValue.ListValue) client.call("history", bytes(OID), PickleValue.of(10)).value();
      PickleValue.Dict entry = (PickleValue.Dict) history.items().getFirst();
      assertThat(entry.pairs().stream().map(Object::toString).toList())
          .startsWith("k", "v", "list");
      assertThat(entry.pairs())
          .contains(
              new PickleValue.Real(1795326633.5617576),
              PickleValue.of(Bytes.ofUtf8("alice")),
              PickleValue.of(Bytes.ofHex("ff00")),
              PickleValue.of(4))
          .noneMatch(item -> item.toString().equals("python2"));
    }
  }

  @Test
  void iteratorsWalkTransactionsAndRecords() throws IOException {
    try (ZeoTestClient client = ZeoTestClient.registered(server)) {
      Tid first = client.commit(OID, Tid.NONE, "one");
      Tid second = client.commit(OID, first, "two");
      PickleValue id = client.call("iterator_start", NONE, NONE).value();
      Answer transaction = client.call("iterator_next", id);
      assertThat(transaction.item(0)).isEqualTo(bytes(first));
      assertThat(client.call("iterator_record_start", id, bytes(second)).errorClass())
          .isEqualTo("builtins.ValueError");
      PickleValue records = client.call("iterator_record_start", id, bytes(first)).value();
      Answer record = client.call("iterator_record_next", records);
      assertThat(record.item(0)).isEqualTo(bytes(OID));
      assertThat(text(record.item(2))).isEqualTo("one");
      assertThat(record.item(3)).isEqualTo(NONE);
      assertThat(client.call("iterator_record_next", records).value()).isEqualTo(NONE);
      assertThat(client.call("iterator_record_next", records).errorClass())
          .isEqualTo("builtins.KeyError");
      assertThat(client.call("iterator_next", id).item(0)).isEqualTo(bytes(second));
      assertThat(client.call("iterator_next", id).value()).isEqualTo(NONE);
      client.tell("iterator_gc", PickleValue.list(List.of(id, PickleValue.of(12))));
      assertThat(client.call("iterator_next", id).isError()).isTrue();
    }
  }

  @Test
  void recordsOfAnEndedIteratorAreAKeyErrorAndNoEnd() throws IOException {
    try (ZeoTestClient client = ZeoTestClient.registered(server)) {
      Tid tid = client.commit(OID, Tid.NONE, "one");
      PickleValue id = client.call("iterator_start", NONE, NONE).value();
      client.call("iterator_next", id);
      PickleValue records = client.call("iterator_record_start", id, bytes(tid)).value();
      client.tell("iterator_gc", PickleValue.list(List.of(id)));
      await().until(() -> client.call("iterator_next", id).isError());
      assertThat(client.call("iterator_record_next", records).errorClass())
          .isEqualTo("builtins.KeyError");
    }
  }

  @Test
  void theOldestOfTooManyIteratorsIsClosed() throws IOException {
    try (ZeoTestClient client = ZeoTestClient.registered(server)) {
      client.commit(OID, Tid.NONE, "one");
      for (int i = 0; i <= LinkLimits.DEFAULT.cursorsMax(); i++) {
        client.call("iterator_start", NONE, NONE);
      }
      assertThat(client.call("iterator_next", PickleValue.of(0)).errorClass())
          .isEqualTo("builtins.KeyError");
      assertThat(client.call("iterator_next", PickleValue.of(1)).isError()).isFalse();
    }
  }

  @Test
  void recordIterationWalksAllObjects() throws IOException {
    try (ZeoTestClient client = ZeoTestClient.registered(server)) {
      client.commit(Oid.ROOT, Tid.NONE, "root");
      client.commit(new Oid(7), Tid.NONE, "seven");
      Answer first = client.call("record_iternext", NONE);
      assertThat(first.item(0)).isEqualTo(bytes(Oid.ROOT));
      assertThat(first.item(3)).isEqualTo(bytes(new Oid(7)));
      Answer last = client.call("record_iternext", first.item(3));
      assertThat(text(last.item(2))).isEqualTo("seven");
      assertThat(last.item(3)).isEqualTo(NONE);
    }
  }

  @Test
  void getInvalidationsKnowsTidsOfThisDatabaseOnly() throws IOException {
    try (ZeoTestClient client = ZeoTestClient.registered(server)) {
      Tid first = client.commit(OID, Tid.NONE, "one");
      Tid second = client.commit(new Oid(2), Tid.NONE, "two");
      Answer known = client.call("getInvalidations", bytes(first));
      assertThat(known.item(0)).isEqualTo(bytes(second));
      assertThat(((PickleValue.ListValue) known.item(1)).items())
          .containsExactly(bytes(new Oid(2)));
      Tid foreign = new Tid(first.value() + 1);
      assertThat(client.call("getInvalidations", bytes(foreign)).value()).isEqualTo(NONE);
    }
  }

  @Test
  void anUnavailableDatabaseIsAnErrorThatTheClientCanDecode() throws IOException {
    try (ZeoTestClient client = ZeoTestClient.registered(server)) {
      storage.failWith(new StorageUnavailableException("database does not answer", null));
      assertThat(client.load(OID, Tid.MAX).errorClass())
          .isEqualTo("ZODB.POSException.StorageError");
      assertThat(client.call("ping").isError()).isTrue();
      client.begin(TXN);
      assertThat(client.call("vote", TXN).isError()).isTrue();
      storage.failWith(null);
      assertThat(client.commit(OID, Tid.NONE, "again")).isGreaterThan(Tid.NONE);
    }
  }

  @Test
  void serverStatusIsTheSameAsRuok() throws IOException {
    try (ZeoTestClient client = ZeoTestClient.registered(server)) {
      PickleValue.Dict status = (PickleValue.Dict) client.call("server_status").value();
      assertThat(status.key(0)).hasToString("connections");
      assertThat(status.value(0)).isEqualTo(PickleValue.of(1));
    }
  }
}
