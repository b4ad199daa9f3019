package dev.objectdb.zeo;

import static dev.objectdb.zeo.ZeoTestClient.NONE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.objectdb.codec.pickle.PickleValue;
import dev.objectdb.object.Oid;
import dev.objectdb.object.Tid;
import dev.objectdb.storage.HistoryMode;
import dev.objectdb.storage.Storage;
import dev.objectdb.storage.pg.PgStorage;
import dev.objectdb.testing.PostgresExtension;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A vote that waits in the engine ends when its client wants it no more, or is gone. */
class WaitingVoteIT {
  private static final Oid OID = new Oid(1);
  private static final PickleValue TXN = PickleValue.of(42);
  private static final PickleValue VOTE = PickleValue.of(800);

  @RegisterExtension
  final PostgresExtension postgres = PostgresExtension.prepared(HistoryMode.FREE);

  private Storage storage;
  private ZeoServer server;

  @BeforeEach
  void serve() {
    storage = PgStorage.open(postgres.config());
    server = ZeoServer.start(ZeoConfig.on("127.0.0.1", 0), storage);
  }

  @AfterEach
  void close() {
    server.close();
    storage.close();
  }

  private void sendVote(ZeoTestClient client, Tid base) throws IOException {
    client.begin(TXN);
    client.store(TXN, OID, base, "mine");
    client.send(VOTE, "vote", TXN);
    await().until(() -> server.counters().votesWaiting() == 1);
  }

  private void assertAbortEndsTheVote(ZeoTestClient waiter) throws IOException {
    assertThat(waiter.call("tpc_abort", TXN).value()).isEqualTo(NONE);
    assertThat(waiter.pushes())
        .filteredOn(answer -> answer.msgid().equals(VOTE))
        .singleElement()
        .extracting(ZeoTestClient.Answer::errorClass)
        .isEqualTo("ZODB.POSException.StorageTransactionError");
    assertThat(server.counters().votesWaiting()).isZero();
  }

  @Test
  void whileAnotherClientHasTheObjectReserved() throws IOException {
    try (ZeoTestClient holder = ZeoTestClient.registered(server);
        ZeoTestClient waiter = ZeoTestClient.registered(server)) {
      Tid first = holder.commit(OID, Tid.NONE, "one");
      holder.begin(TXN);
      holder.store(TXN, OID, first, "two");
      holder.call("vote", TXN);
      sendVote(waiter, first);
      assertAbortEndsTheVote(waiter);
      ZeoTestClient gone = ZeoTestClient.registered(server);
      sendVote(gone, first);
      gone.close();
      await().until(() -> server.counters().activeTransactions() == 1);
      Tid second = holder.call("tpc_finish", TXN).tid();
      assertThat(holder.commit(OID, second, "three")).isGreaterThan(second);
    }
  }

  @Test
  void whileAnotherProcessHasTheCommitLock() throws IOException, SQLException {
    try (ZeoTestClient waiter = ZeoTestClient.registered(server)) {
      try (Connection other = postgres.connect();
          Statement statement = other.createStatement()) {
        statement.execute("SELECT pg_advisory_lock(0)");
        sendVote(waiter, Tid.NONE);
        assertAbortEndsTheVote(waiter);
        ZeoTestClient gone = ZeoTestClient.registered(server);
        sendVote(gone, Tid.NONE);
        gone.close();
        await().until(() -> server.counters().activeTransactions() == 0);
      }
      assertThat(waiter.commit(OID, Tid.NONE, "free again")).isGreaterThan(Tid.NONE);
    }
  }
}
