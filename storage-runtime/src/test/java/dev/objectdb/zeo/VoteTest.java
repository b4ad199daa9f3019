package dev.objectdb.zeo;

import static dev.objectdb.zeo.ZeoTestClient.NONE;
import static dev.objectdb.zeo.ZeoTestClient.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.objectdb.codec.pickle.PickleValue;
import dev.objectdb.object.Oid;
import dev.objectdb.object.Tid;
import dev.objectdb.storage.ConflictException;
import dev.objectdb.storage.ForwardingStorage;
import dev.objectdb.storage.HistoryMode;
import dev.objectdb.storage.MemoryStorage;
import dev.objectdb.storage.StorageTransaction;
import dev.objectdb.storage.Subscription;
import dev.objectdb.storage.TransactionMeta;
import dev.objectdb.storage.VoteResult;
import dev.objectdb.zeo.ZeoTestClient.Answer;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Votes that wait for another transaction, and what the client does meanwhile. */
class VoteTest {
  private static final Oid OID = new Oid(1);
  private static final PickleValue TXN = PickleValue.of(42);
  private static final PickleValue VOTE = PickleValue.of(800);
  private static final PickleValue ABORT = PickleValue.of(801);
  private static final String TRANSACTION_ERROR = "ZODB.POSException.StorageTransactionError";

  private final MemoryStorage storage = MemoryStorage.of(HistoryMode.PRESERVING);
  private final ZeoServer server = ZeoServer.start(ZeoConfig.on("127.0.0.1", 0), storage);
  private ZeoTestClient holder;
  private Tid first;

  /** Somebody is voted, and goes on when the test wants it. */
  @BeforeEach
  void holdTheObject() throws IOException {
    holder = ZeoTestClient.registered(server);
    first = holder.commit(OID, Tid.NONE, "one");
    holder.begin(TXN);
    holder.store(TXN, OID, first, "two");
    holder.call("vote", TXN);
  }

  @AfterEach
  void closeAndCheckNothingOpen() throws IOException {
    assertThat(holder.call("tpc_finish", TXN).isError()).as("nobody disturbed it").isFalse();
    holder.close();
    server.close();
    await().untilAsserted(() -> assertThat(storage.listeners()).isZero());
    assertThat(server.counters().activeTransactions()).isZero();
    assertThat(server.counters().failures()).isZero();
  }

  private static void sendVote(ZeoTestClient client, Tid base) throws IOException {
    client.begin(TXN);
    client.store(TXN, OID, base, "three");
    client.send(VOTE, "vote", TXN);
  }

  private void awaitVoting(int count) {
    await().until(() -> server.counters().votesWaiting() == count);
  }

  @Test
  void anAbortEndsTheVoteThatWaits() throws IOException {
    try (ZeoTestClient waiter = ZeoTestClient.registered(server)) {
      sendVote(waiter, first);
      awaitVoting(1);
      waiter.send(ABORT, "tpc_abort", TXN);
      assertThat(waiter.reply(VOTE).errorClass()).isEqualTo(TRANSACTION_ERROR);
      assertThat(waiter.reply(ABORT).value()).isEqualTo(NONE);
      assertThat(waiter.commit(new Oid(2), Tid.NONE, "the lane is free")).isGreaterThan(first);
    }
  }

  @Test
  void anAbortThatIsSentAtOnceEndsTheVoteToo() throws IOException {
    try (ZeoTestClient waiter = ZeoTestClient.registered(server)) {
      for (int round = 0; round < 20; round++) {
        sendVote(waiter, first);
        waiter.send(ABORT, "tpc_abort", TXN);
        assertThat(waiter.reply(VOTE).errorClass()).isEqualTo(TRANSACTION_ERROR);
        assertThat(waiter.reply(ABORT).value()).isEqualTo(NONE);
      }
    }
  }

  @Test
  void anAbortOfAnotherTransactionEndsNoVote() throws IOException {
    try (ZeoTestClient waiter = ZeoTestClient.registered(server)) {
      sendVote(waiter, first);
      awaitVoting(1);
      waiter.send(ABORT, "tpc_abort", PickleValue.of(43));
      waiter.call("ping"); // so the server has seen it
      assertThat(server.counters().votesWaiting()).isEqualTo(1);
      waiter.send(PickleValue.of(802), "tpc_abort", TXN);
      waiter.reply(VOTE);
      assertThat(waiter.reply(ABORT).value()).isEqualTo(NONE);
    }
  }

  @Test
  void theEndOfTheLinkEndsTheVoteThatWaits() throws IOException {
    ZeoTestClient waiter = ZeoTestClient.registered(server);
    sendVote(waiter, first);
    awaitVoting(1);
    waiter.close();
    awaitVoting(0);
    await().until(() -> server.counters().activeTransactions() == 1);
  }

  /** As the engine answers when the records of the conflicts are too much for one answer. */
  @Test
  void aConflictThatIsNotLeftToTheClientIsAnErrorAndTheLinkGoesOn() throws IOException {
    Tid committed = first.next();
    try (ZeoServer large =
            ZeoServer.start(
                ZeoConfig.on("127.0.0.1", 0),
                new ConflictsOnce(storage, new ConflictException(OID, committed, first)));
        ZeoTestClient client = ZeoTestClient.registered(large)) {
      sendVote(client, first);
      Answer vote = client.reply(VOTE);
      assertThat(vote.errorClass()).isEqualTo("ZODB.POSException.ConflictError");
      PickleValue.Dict state = (PickleValue.Dict) vote.errorState();
      assertThat(state.value(1)).isEqualTo(bytes(OID));
      assertThat(((PickleValue.Tuple) state.value(3)).items())
          .containsExactly(bytes(committed), bytes(first));
      assertThat(client.call("tpc_abort", TXN).value()).isEqualTo(NONE);
      assertThat(client.commit(new Oid(2), Tid.NONE, "goes on")).isGreaterThan(first);
      assertThat(large.counters().conflicts()).isEqualTo(1);
      await().until(() -> large.counters().activeTransactions() == 0); // the answer comes before
    }
  }

  /** Its first transaction cannot be voted. */
  private static final class ConflictsOnce extends ForwardingStorage {
    private final ConflictException conflict;
    private final AtomicBoolean begun = new AtomicBoolean();

    ConflictsOnce(MemoryStorage inner, ConflictException conflict) {
      super(inner);
      this.conflict = conflict;
    }

    @Override
    public StorageTransaction begin(Subscription owner, TransactionMeta meta) {
      StorageTransaction transaction = inner.begin(owner, meta);
      if (begun.getAndSet(true)) {
        return transaction;
      }
      return new Transaction(transaction) {
        @Override
        public VoteResult vote() {
          throw conflict;
        }
      };
    }
  }
}
