package dev.objectdb.zeo;

import static dev.objectdb.zeo.ZeoTestClient.NONE;
import static dev.objectdb.zeo.ZeoTestClient.bytes;
import static dev.objectdb.zeo.ZeoTestClient.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.objectdb.codec.pickle.PickleValue;
import dev.objectdb.object.Oid;
import dev.objectdb.object.Tid;
import dev.objectdb.storage.ForwardingStorage;
import dev.objectdb.storage.HistoryMode;
import dev.objectdb.storage.Loaded;
import dev.objectdb.storage.MemoryDatabase;
import dev.objectdb.storage.MemoryStorage;
import dev.objectdb.storage.Storage;
import dev.objectdb.zeo.ZeoTestClient.Answer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The rules R1 to R17 that a link has to keep, with two servers over one database. */
class LinkOrderTest {
  private static final Oid OID = new Oid(1);
  private static final Oid OTHER = new Oid(2);
  private static final PickleValue TXN = PickleValue.of(42);

  private final MemoryDatabase database = new MemoryDatabase(HistoryMode.PRESERVING);
  private final MemoryStorage here = new MemoryStorage(database);
  private final MemoryStorage there = new MemoryStorage(database);
  private final ZeoServer server = ZeoServer.start(ZeoConfig.on("127.0.0.1", 0), here);
  private final ZeoServer elsewhere = ZeoServer.start(ZeoConfig.on("127.0.0.1", 0), there);

  @AfterEach
  void closeAndCheckNothingOpen() {
    server.close();
    elsewhere.close();
    await().untilAsserted(() -> assertThat(here.listeners() + there.listeners()).isZero());
  }

  private static void expectInvalidation(Answer push, Tid tid, Oid... oids) {
    assertThat(push.name()).isEqualTo("invalidateTransaction");
    assertThat(push.item(0)).isEqualTo(bytes(tid));
    assertThat(((PickleValue.ListValue) push.item(1)).items())
        .containsExactlyInAnyOrderElementsOf(
            List.of(oids).stream().map(ZeoTestClient::bytes).toList());
  }

  @Test
  void anIteratorThatTheClientLetGoIsUnknownToItsNextCall() throws IOException {
    try (ZeoTestClient client = ZeoTestClient.registered(server)) {
      client.commit(OID, Tid.NONE, "one");
      for (int i = 0; i < 3000; i++) {
        PickleValue id = client.call("iterator_start", NONE, NONE).value();
        client.tell("iterator_gc", PickleValue.list(List.of(id)));
        assertThat(client.call("iterator_next", id).errorClass()).isEqualTo("builtins.KeyError");
      }
    }
  }

  @Test
  void r3EveryOtherLinkIsToldOfACommitAndItsOwnIsNot() throws IOException {
    try (ZeoTestClient writer = ZeoTestClient.registered(server);
        ZeoTestClient reader = ZeoTestClient.registered(server)) {
      Tid tid = writer.commit(OID, Tid.NONE, "one");
      expectInvalidation(reader.next(), tid, OID);
      writer.call("ping");
      assertThat(writer.pushes()).isEmpty();
    }
  }

  @Test
  void r3ACommitThatChangesNothingIsToldToo() throws IOException {
    try (ZeoTestClient writer = ZeoTestClient.registered(server);
        ZeoTestClient reader = ZeoTestClient.registered(server)) {
      writer.begin(TXN);
      writer.call("vote", TXN);
      Tid tid = writer.call("tpc_finish", TXN).tid();
      expectInvalidation(reader.next(), tid);
    }
  }

  @Test
  void r4ForeignCommitsAreToldBeforeTheFinishIsAnswered() throws IOException {
    try (ZeoTestClient mine = ZeoTestClient.registered(server);
        ZeoTestClient foreign = ZeoTestClient.registered(elsewhere)) {
      Tid earlier = foreign.commit(OTHER, Tid.NONE, "elsewhere");
      mine.begin(TXN);
      mine.store(TXN, OID, Tid.NONE, "here");
      assertThat(mine.call("vote", TXN).isError()).isFalse();
      assertThat(mine.pushes()).isEmpty();
      Tid tid = mine.call("tpc_finish", TXN).tid();
      List<Answer> before = mine.pushes();
      assertThat(before).hasSize(1);
      expectInvalidation(before.getFirst(), earlier, OTHER);
      assertThat(tid).isGreaterThan(earlier);
    }
  }

  @Test
  void r5ALoadThatRacesWithACommitIsReadAgain() throws IOException {
    try (ZeoTestClient reader = ZeoTestClient.registered(server);
        ZeoTestClient writer = ZeoTestClient.registered(server)) {
      Tid first = writer.commit(OID, Tid.NONE, "old");
      expectInvalidation(reader.next(), first, OID);
      AtomicInteger reads = new AtomicInteger();
      here.afterRead(
          oid -> {
            if (reads.getAndIncrement() == 0) {
              commitWith(writer, first);
            }
          });
      Answer loaded = reader.load(OID, Tid.MAX);
      assertThat(reader.pushes()).as("the invalidation came first").hasSize(1);
      assertThat(text(loaded.item(0))).isEqualTo("new");
      assertThat(loaded.item(2)).isEqualTo(NONE);
      assertThat(reads).hasValue(2);
    }
  }

  @Test
  void r5AnOldRevisionGetsItsEndWhenALoadRacesWithACommit() throws IOException {
    try (ZeoTestClient reader = ZeoTestClient.registered(server);
        ZeoTestClient writer = ZeoTestClient.registered(server)) {
      Tid first = writer.commit(OID, Tid.NONE, "old");
      reader.next();
      AtomicInteger reads = new AtomicInteger();
      Tid[] second = new Tid[1];
      here.afterRead(
          oid -> {
            if (reads.getAndIncrement() == 0) {
              second[0] = commitWith(writer, first);
            }
          });
      Answer loaded = reader.load(OID, first.next());
      assertThat(text(loaded.item(0))).isEqualTo("old");
      assertThat(loaded.item(2)).isEqualTo(bytes(second[0]));
    }
  }

  /** As a cache answers that knows of a commit before the position says so. */
  @Test
  void r5ARevisionWithAnEndBelowTheBoundIsReadAgain() throws IOException {
    Answers answers = new Answers(here);
    try (ZeoServer caching = ZeoServer.start(ZeoConfig.on("127.0.0.1", 0), answers);
        ZeoTestClient client = ZeoTestClient.registered(caching)) {
      Tid first = client.commit(OID, Tid.NONE, "old");
      Tid second = client.commit(OID, first, "new");
      Loaded old = here.loadBefore(OID, second).orElseThrow();
      answers.first = new Loaded(old.data(), first, second, first);
      Answer loaded = client.load(OID, second.next());
      assertThat(text(loaded.item(0))).isEqualTo("new");
      answers.first = old;
      assertThat(text(client.load(OID, Tid.MAX).item(0))).isEqualTo("new");
      answers.first = old;
      assertThat(text(client.load(OID, second).item(0)))
          .as("the newest below this bound")
          .isEqualTo("old");
    }
  }

  @Test
  void r6ARevisionWhoseEndTheLinkWasNotToldOfIsAnswered() throws IOException {
    Answers answers = new Answers(here);
    try (ZeoServer caching = ZeoServer.start(ZeoConfig.on("127.0.0.1", 0), answers);
        ZeoTestClient foreign = ZeoTestClient.registered(elsewhere);
        ZeoTestClient client = ZeoTestClient.registered(caching)) {
      Tid first = client.commit(OID, Tid.NONE, "old");
      foreign.call("ping");
      Tid second = foreign.commit(OID, first, "new");
      Loaded old = there.loadBefore(OID, second).orElseThrow();
      answers.first = new Loaded(old.data(), first, second, first);
      Answer loaded = client.load(OID, Tid.MAX);
      assertThat(text(loaded.item(0))).isEqualTo("old");
      assertThat(loaded.item(2)).isEqualTo(bytes(second));
    }
  }

  /** Answers the next load with this. */
  private static final class Answers extends ForwardingStorage {
    volatile @Nullable Loaded first;

    Answers(Storage inner) {
      super(inner);
    }

    @Override
    public Optional<Loaded> loadBefore(Oid oid, Tid before) {
      Loaded answer = first;
      first = null;
      return answer == null ? inner.loadBefore(oid, before) : Optional.of(answer);
    }
  }

  @Test
  void r5TheLinksOwnCommitRacesWithItsLoadsToo() throws IOException {
    try (ZeoTestClient client = ZeoTestClient.registered(server)) {
      Tid first = client.commit(OID, Tid.NONE, "old");
      client.begin(TXN);
      client.store(TXN, OID, first, "new");
      client.call("vote", TXN);
      AtomicInteger reads = new AtomicInteger();
      here.afterRead(
          oid -> {
            if (reads.getAndIncrement() == 0) {
              send(client, "tpc_finish", TXN);
              await().until(() -> here.position().isAfter(first));
            }
          });
      client.sendLoad(OID, Tid.MAX);
      Answer finish = client.next();
      assertThat(finish.msgid()).isEqualTo(PickleValue.of(900));
      Answer loaded = client.next();
      assertThat(text(loaded.item(0))).isEqualTo("new");
      assertThat(loaded.item(1)).isEqualTo(finish.value());
    }
  }

  @Test
  void anObjectThatChangesFasterThanItCanBeReadIsAReadConflict() throws IOException {
    try (ZeoTestClient reader = ZeoTestClient.registered(server);
        ZeoTestClient writer = ZeoTestClient.registered(server)) {
      Tid[] last = {writer.commit(OID, Tid.NONE, "old")};
      here.afterRead(oid -> last[0] = commitWith(writer, last[0]));
      assertThat(reader.load(OID, Tid.MAX).errorClass())
          .isEqualTo("ZODB.POSException.ReadConflictError");
    }
  }

  @Test
  void r7RegisterAnswersWhatIsCommittedAnywhereAndPushesComeAfterIt() throws IOException {
    try (ZeoTestClient foreign = ZeoTestClient.registered(elsewhere)) {
      Tid first = foreign.commit(OID, Tid.NONE, "elsewhere");
      try (ZeoTestClient late = new ZeoTestClient(server)) {
        late.greet();
        late.send(PickleValue.of(1), "register", PickleValue.of("1"), PickleValue.of(false));
        Tid second = foreign.commit(OID, first, "later");
        Answer registered = late.next();
        assertThat(registered.name()).isEqualTo(".reply");
        assertThat(registered.tid()).isIn(first, second);
        late.send(PickleValue.of(2), "ping");
        Answer next = late.next();
        if (registered.tid().equals(first)) {
          expectInvalidation(next, second, OID);
        }
      }
    }
  }

  @Test
  void r8GetInvalidationsCoversEverythingPushedBefore() throws IOException {
    try (ZeoTestClient foreign = ZeoTestClient.registered(elsewhere);
        ZeoTestClient client = ZeoTestClient.registered(server)) {
      Tid first = foreign.commit(OID, Tid.NONE, "one");
      Tid second = foreign.commit(OTHER, Tid.NONE, "two");
      Answer known = client.call("getInvalidations", bytes(first));
      assertThat(known.item(0)).isEqualTo(bytes(second));
      List<Answer> pushed = client.pushes();
      assertThat(pushed)
          .allSatisfy(
              push -> assertThat(ZeoTestClient.tid(push.item(0))).isLessThanOrEqualTo(second));
      Tid third = foreign.commit(OID, first, "three");
      client.call("ping");
      expectInvalidation(client.pushes().getFirst(), third, OID);
    }
  }

  @Test
  void r9PingTellsEverythingCommittedAnywhereFirst() throws IOException {
    try (ZeoTestClient foreign = ZeoTestClient.registered(elsewhere);
        ZeoTestClient client = ZeoTestClient.registered(server)) {
      Tid tid = foreign.commit(OID, Tid.NONE, "elsewhere");
      client.call("ping");
      expectInvalidation(client.pushes().getFirst(), tid, OID);
      assertThat(text(client.load(OID, Tid.MAX).item(0))).isEqualTo("elsewhere");
      assertThat(client.call("lastTransaction").tid()).isEqualTo(tid);
    }
  }

  @Test
  void r6ALoadDoesNotRunAheadOfWhatTheLinkWasTold() throws IOException {
    try (ZeoTestClient foreign = ZeoTestClient.registered(elsewhere);
        ZeoTestClient client = ZeoTestClient.registered(server)) {
      Tid first = client.commit(OID, Tid.NONE, "told");
      foreign.call("ping");
      foreign.commit(OID, first, "not told yet");
      assertThat(text(client.load(OID, Tid.MAX).item(0))).isEqualTo("told");
    }
  }

  /** Reads what another process has committed, and this one's feed has not told yet. */
  private static final class ReadsAhead extends ForwardingStorage {
    private final Storage ahead;

    ReadsAhead(Storage inner, Storage ahead) {
      super(inner);
      this.ahead = ahead;
    }

    @Override
    public Optional<Loaded> loadBefore(Oid oid, Tid before) {
      return ahead.loadBefore(oid, before);
    }
  }

  @Test
  void r6WhatIsAheadOfWhatTheLinkWasToldIsToldBeforeItIsAnswered() throws IOException {
    try (ZeoServer early =
            ZeoServer.start(ZeoConfig.on("127.0.0.1", 0), new ReadsAhead(here, there));
        ZeoTestClient foreign = ZeoTestClient.registered(elsewhere);
        ZeoTestClient client = ZeoTestClient.registered(early)) {
      Tid tid = foreign.commit(OID, Tid.NONE, "ahead");
      client.send(PickleValue.of(700), "loadBefore", bytes(OID), bytes(Tid.MAX));
      expectInvalidation(client.next(), tid, OID);
      Answer reply = client.next();
      assertThat(reply.msgid()).isEqualTo(PickleValue.of(700));
      assertThat(text(reply.item(0))).isEqualTo("ahead");
    }
  }

  @Test
  void loadsGoOnWhileAVoteOfTheSameLinkWaits() throws IOException {
    try (ZeoTestClient holder = ZeoTestClient.registered(server);
        ZeoTestClient waiter = ZeoTestClient.registered(server)) {
      Tid first = holder.commit(OID, Tid.NONE, "one");
      waiter.next();
      holder.begin(TXN);
      holder.store(TXN, OID, first, "two");
      holder.call("vote", TXN);
      waiter.begin(TXN);
      waiter.store(TXN, OID, first, "three");
      waiter.send(PickleValue.of(800), "vote", TXN);
      await().until(() -> server.counters().votesWaiting() == 1);
      assertThat(text(waiter.load(OID, Tid.MAX).item(0))).isEqualTo("one");
      Tid second = holder.call("tpc_finish", TXN).tid();
      Answer vote = waiter.reply(PickleValue.of(800));
      waiter.call("ping");
      expectInvalidation(waiter.pushes().getFirst(), second, OID);
      assertThat(((PickleValue.ListValue) vote.value()).items()).as("a conflict").hasSize(1);
    }
  }

  @Test
  void theEndOfALinkAbortsItsTransactionAndFreesItsLocks() throws IOException {
    try (ZeoTestClient waiter = ZeoTestClient.registered(server)) {
      Tid first = waiter.commit(OID, Tid.NONE, "one");
      ZeoTestClient holder = ZeoTestClient.registered(server);
      holder.begin(TXN);
      holder.store(TXN, OID, first, "never");
      holder.call("vote", TXN);
      waiter.begin(TXN);
      waiter.store(TXN, OID, first, "two");
      waiter.send(PickleValue.of(800), "vote", TXN);
      await().until(() -> server.counters().votesWaiting() == 1);
      holder.close();
      assertThat(waiter.reply(PickleValue.of(800)).isError()).isFalse();
      assertThat(waiter.call("tpc_finish", TXN).tid()).isGreaterThan(first);
    }
  }

  @Test
  void theEndOfALinkWakesItsOwnWaitingVote() throws IOException {
    try (ZeoTestClient holder = ZeoTestClient.registered(server)) {
      Tid first = holder.commit(OID, Tid.NONE, "one");
      holder.begin(TXN);
      holder.store(TXN, OID, first, "two");
      holder.call("vote", TXN);
      ZeoTestClient waiter = ZeoTestClient.registered(server);
      waiter.begin(TXN);
      waiter.store(TXN, OID, first, "three");
      waiter.send(PickleValue.of(800), "vote", TXN);
      await().until(() -> server.counters().votesWaiting() == 1);
      waiter.close();
      await().untilAsserted(() -> assertThat(server.counters().connections()).isEqualTo(1));
      assertThat(holder.call("tpc_finish", TXN).isError()).isFalse();
      await().untilAsserted(() -> assertThat(server.counters().activeTransactions()).isZero());
    }
  }

  @Test
  void aLinkThatEndsWhileItsCommitIsUnderWayIsNoFault() throws IOException {
    try (ZeoTestClient reader = ZeoTestClient.registered(server)) {
      ZeoTestClient client = ZeoTestClient.registered(server);
      client.begin(TXN);
      client.store(TXN, OID, Tid.NONE, "committed");
      client.call("vote", TXN);
      here.beforeFinish(
          () -> {
            close(client);
            await().until(() -> here.listeners() == 1);
          });
      client.send(PickleValue.of(900), "tpc_finish", TXN);
      Answer push = reader.next();
      assertThat(push.name()).isEqualTo("invalidateTransaction");
      assertThat(text(reader.load(OID, Tid.MAX).item(0))).isEqualTo("committed");
      await().untilAsserted(() -> assertThat(server.counters().activeTransactions()).isZero());
      assertThat(server.counters().failures()).isZero();
      assertThat(server.counters().commits()).isEqualTo(1);
    }
  }

  @Test
  void aTransactionThatTimesOutClosesTheLink() throws IOException {
    try (ZeoTestClient client = ZeoTestClient.registered(server)) {
      client.begin(TXN);
      client.store(TXN, OID, Tid.NONE, "too late");
      client.call("vote", TXN);
      here.timeOut();
      assertThat(client.isClosedSilently()).isTrue();
      await().untilAsserted(() -> assertThat(server.counters().activeTransactions()).isZero());
    }
  }

  @Test
  void lostCommitsCloseTheLink() throws IOException {
    try (ZeoTestClient client = ZeoTestClient.registered(server)) {
      here.loseCommits();
      assertThat(client.isClosedSilently()).isTrue();
      assertThat(server.counters().cut()).isEqualTo(1);
    }
  }

  private static Tid commitWith(ZeoTestClient client, Tid base) {
    try {
      return client.commit(OID, base, "new");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void close(ZeoTestClient client) {
    try {
      client.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void send(ZeoTestClient client, String method, PickleValue argument) {
    try {
      client.send(PickleValue.of(900), method, argument);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
