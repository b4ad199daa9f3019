package dev.objectdb.zeo;

import static dev.objectdb.zeo.ZeoTestClient.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.objectdb.object.Check;
import dev.objectdb.object.Oid;
import dev.objectdb.object.Tid;
import dev.objectdb.storage.HistoryMode;
import dev.objectdb.testing.EmbeddedPg;
import dev.objectdb.testing.PythonPeer.PythonError;
import dev.objectdb.testing.TcpProxy;
import dev.objectdb.zeo.StockClient.Found;
import dev.objectdb.zeo.ZeoTestClient.Answer;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * The rules of {@link ClusterRulesIT} that are about servers which die, and databases which come
 * back as they were before: a stock client that knows two server processes, the first of which is
 * killed.
 */
class ClusterDeathsIT {
  /** A server that dies is noticed in moments; a lock that stays is kept for 40 seconds. */
  private static final Duration SOON = Duration.ofSeconds(20);

  /** Each COMMIT waits for whoever holds this lock, if anybody does. */
  private static final String SLOW_COMMITS =
      """
      CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN PERFORM pg_advisory_xact_lock(77); RETURN NULL; END $$;
      CREATE CONSTRAINT TRIGGER slow AFTER INSERT ON transaction_log DEFERRABLE INITIALLY DEFERRED
      FOR EACH ROW EXECUTE FUNCTION slow()
      """;

  @TestInstance(TestInstance.Lifecycle.PER_CLASS)
  abstract static class Both {
    private final HistoryMode mode;
    private Cluster cluster;
    private ServerProcess first;
    private ServerProcess second;
    private StockClient other;
    private StockClient client;
    private int clients;

    @SuppressWarnings("NullAway.Init") // set before the first test
    Both(HistoryMode mode) {
      this.mode = mode;
    }

    @BeforeAll
    void start() throws SQLException, InterruptedException {
      cluster = Cluster.start(mode, 2);
      first = cluster.server(0);
      second = cluster.server(1);
      other = cluster.client6("other", second);
    }

    @AfterAll
    void close() throws SQLException {
      cluster.close();
    }

    /** On the first server, since that is where a client goes whose second one is out of reach. */
    @BeforeEach
    void connect() throws InterruptedException {
      first.back().release();
      if (!first.isRunning()) {
        first.restart();
      }
      second.front().refuse();
      String name = "client " + ++clients;
      client =
          clients % 2 == 0
              ? cluster.client5(name, first, second)
              : cluster.client6(name, first, second);
      assertThat(client.state().port()).isEqualTo(first.port());
      second.front().admit();
    }

    @AfterEach
    void judge() throws SQLException {
      cluster.ring(true);
      other.ping();
      client.ping();
      cluster.judge(client, other);
      client.close();
    }

    private void awaitOn(ServerProcess server) {
      await()
          .atMost(SOON)
          .until(() -> client.state().connected() && client.state().port() == server.port());
    }

    private static Found value(StockClient client, Oid oid) {
      return Check.present(client.load(oid), "it is there");
    }

    private static void assertDisconnected(CompletableFuture<JsonNode> call) {
      assertThat(call)
          .failsWithin(SOON)
          .withThrowableThat()
          .havingCause()
          .isInstanceOfSatisfying(
              PythonError.class, e -> assertThat(e.type()).isEqualTo("ClientDisconnected"));
    }

    @Test
    void r7_whoFailsOverIsNotAheadOfTheOtherServer() throws Exception {
      Oid oid = client.newOid();
      Oid lastOid = client.newOid();
      Tid old = other.commit(oid, "old", Tid.NONE);
      client.ping();
      value(client, oid);
      cluster.ring(false);
      Tid told = client.commit(lastOid, "last words", Tid.NONE);
      first.kill();
      awaitOn(second);
      assertThat(client.state().tid()).isGreaterThanOrEqualTo(told);
      assertThat(client.state().verification()).isIn("Cache up to date", "quick verification");
      assertThat(client.load(oid)).isEqualTo(new Found("old", old, Tid.MAX));
      assertThat(client.commit(oid, "new", old)).isGreaterThan(told);
    }

    @Test
    void r8_r12_aServerThatWasStartedAnewKnowsWhatTheOneBeforeDid() throws Exception {
      Oid oid = client.newOid();
      Oid gone = client.newOid();
      Tid old = client.commit(oid, "old", Tid.NONE);
      Tid since = client.commit(gone, "soon gone", Tid.NONE);
      Tid next = client.commit(oid, "new", old);
      client.commitDelete(gone);
      first.kill();
      first.restart();
      try (RawLink link = RawLink.to(first);
          StockClient late = cluster.client6("late", first)) {
        Answer known = link.client().call("getInvalidations", bytes(since));
        assertThat(RawLink.oids(known.item(1))).isEqualTo(Set.of(oid, gone));
        assertThat(late.load(oid, since.next())).isEqualTo(new Found("old", old, next));
      }
    }

    @Test
    void r12_aReplacedRevisionStaysForThoseWhoBeganBefore() throws SQLException {
      Oid oid = client.newOid();
      Tid old = client.commit(oid, "old", Tid.NONE);
      Tid next = other.commit(oid, "newer", old);
      Tid last = cluster.commitBySql(oid, "newest");
      try (StockClient late = cluster.client6("late", second)) {
        for (StockClient one : List.of(client, other, late)) {
          one.ping();
          assertThat(one.load(oid, old.next())).isEqualTo(new Found("old", old, next));
          assertThat(one.load(oid, next.next())).isEqualTo(new Found("newer", next, last));
          assertThat(one.load(oid, old)).isNull();
          assertThat(value(one, oid).value()).isEqualTo("newest");
        }
        cluster.judge(late);
      }
    }

    @Test
    void r14_whatWasCommittedButNotSaidIsThereForEverybody() throws Exception {
      Oid oid = client.newOid();
      Tid old = client.commit(oid, "old", Tid.NONE);
      value(client, oid);
      client.begin();
      client.store(oid, "new", old);
      client.vote();
      CompletableFuture<JsonNode> finish = finishUnheard();
      Tid committed = cluster.lastTid();
      assertThat(committed).isGreaterThan(old);
      die(first);
      assertDisconnected(finish);
      client.abort();
      awaitOn(second);
      assertThat(client.state().tid()).isGreaterThanOrEqualTo(committed);
      assertThat(client.load(oid)).isEqualTo(new Found("new", committed, Tid.MAX));
      other.ping();
      assertThat(value(other, oid).tid()).isEqualTo(committed);
      assertThat(client.commit(oid, "newer", committed)).isGreaterThan(committed);
    }

    /** Returns when the COMMIT is done and its answer is held on the way to the server. */
    private CompletableFuture<JsonNode> finishUnheard() throws SQLException {
      String waiting =
          "SELECT 1 FROM pg_stat_activity WHERE query = 'COMMIT' AND wait_event_type = 'Lock'"
              + " AND datname = current_database()";
      cluster.execute(SLOW_COMMITS);
      CompletableFuture<JsonNode> finish;
      try (Connection blocker = cluster.connect();
          Statement statement = blocker.createStatement()) {
        statement.execute("SELECT pg_advisory_lock(77)");
        finish = client.send("finish");
        await().atMost(SOON).until(() -> !cluster.query(waiting).isEmpty());
        first.back().hold(TcpProxy.Way.TO_CLIENT);
      }
      await().atMost(SOON).until(() -> cluster.query(waiting).isEmpty());
      cluster.execute("DROP TRIGGER slow ON transaction_log; DROP FUNCTION slow()");
      return finish;
    }

    @Test
    void r14_whatWasSaidAndNotCommittedIsThereForNobody() throws Exception {
      Oid oid = client.newOid();
      Tid old = client.commit(oid, "old", Tid.NONE);
      client.begin();
      client.store(oid, "never", old);
      client.vote();
      first.back().hold(TcpProxy.Way.TO_SERVER);
      CompletableFuture<JsonNode> finish = client.send("finish");
      await().during(Duration.ofMillis(300)).until(() -> !finish.isDone());
      die(first);
      assertDisconnected(finish);
      client.abort();
      awaitOn(second);
      assertThat(client.load(oid)).isEqualTo(new Found("old", old, Tid.MAX));
      assertThat(client.commit(oid, "new", old)).isGreaterThan(old);
    }

    /** Kills a server, and what is on its way to or from PostgreSQL is lost. */
    private static void die(ServerProcess server) throws InterruptedException {
      server.kill();
      server.back().cut();
      server.back().release();
    }

    @Test
    void r15_theDeathOfAServerFreesItsLocks() throws Exception {
      Oid oid = client.newOid();
      Tid old = client.commit(oid, "old", Tid.NONE);
      client.begin();
      client.store(oid, "never", old);
      client.vote();
      other.begin();
      other.store(oid, "new", old);
      CompletableFuture<JsonNode> vote = other.send("vote");
      await().during(Duration.ofMillis(300)).until(() -> !vote.isDone());
      first.kill();
      assertThat(vote).succeedsWithin(SOON);
      assertThat(other.finish()).isGreaterThan(old);
      client.abort();
    }

    @Test
    void aClientThatFailsOverBetweenItsStepsBeginsAnewAndHasDoneNothing() throws Exception {
      Oid oid = client.newOid();
      Tid old = client.commit(oid, "old", Tid.NONE);
      client.begin();
      client.store(oid, "never", old);
      first.kill();
      awaitOn(second);
      assertDisconnected(client.send("vote"));
      client.abort();
      Tid next = client.commit(oid, "new", old);

      first.restart();
      second.front().refuse();
      second.front().cut();
      awaitOn(first);
      client.begin();
      client.store(oid, "never", next);
      client.vote();
      second.front().admit();
      first.kill();
      awaitOn(second);
      assertDisconnected(client.send("finish"));
      client.abort();
      assertThat(client.load(oid)).isEqualTo(new Found("new", next, Tid.MAX));
      assertThat(cluster.lastTid()).isEqualTo(next);
      assertThat(client.commit(oid, "newer", next)).isGreaterThan(next);
    }

    /** As a dump is restored on the same server: all that PostgreSQL says of itself is the same. */
    @Test
    void r8_afterARestoreCachesStartAnewAndNobodyLoops() throws Exception {
      Oid oid = client.newOid();
      Tid old = client.commit(oid, "old", Tid.NONE);
      Tid[] lost = new Tid[1];
      Oid[] drawn = new Oid[1];
      cluster.replacing(
          () -> {
            copyAndGoOn("dump");
            lost[0] = client.commit(oid, "lost", old);
            client.commit(client.newOid(), "lost", Tid.NONE);
            drawn[0] = lastOidDrawn();
            second.front().refuse();
            first.kill();
            second.kill();
            postgres("DROP DATABASE %s WITH (FORCE)".formatted(cluster.database()));
            postgres("ALTER DATABASE dump RENAME TO " + cluster.database());
            first.restart();
            second.restart();
          });
      await().atMost(SOON).until(() -> client.state().connected());
      StockClient.State after = client.state();
      assertThat(after.verification()).isEqualTo("cache too old, clearing");
      assertThat(after.tid()).isGreaterThan(lost[0]);
      assertThat(client.load(oid)).isEqualTo(new Found("old", old, Tid.MAX));
      assertThat(lastOidDrawn()).as("no oid is used twice").isGreaterThan(drawn[0]);
      await().atMost(SOON).until(() -> other.state().connected());
      Tid next = other.commit(oid, "new", old);
      assertThat(client.ping()).isGreaterThanOrEqualTo(next);
      assertThat(value(client, oid).value()).isEqualTo("new");
      assertThat(client.state().generation()).as("still on one link").isEqualTo(after.generation());
    }

    /**
     * Copies the database, for which nobody may be connected, and starts the first server again.
     */
    private void copyAndGoOn(String copy) throws SQLException, InterruptedException {
      second.front().refuse();
      first.kill();
      second.kill();
      postgres("CREATE DATABASE %s TEMPLATE %s".formatted(copy, cluster.database()));
      first.restart();
      second.start();
      second.awaitServing();
      await().atMost(SOON).until(() -> client.state().connected());
    }

    private static void postgres(String sql) throws SQLException {
      EmbeddedPg.shared().execute(sql);
    }

    private Oid lastOidDrawn() throws SQLException, InterruptedException {
      try (RawLink link = RawLink.to(second)) {
        return RawLink.oids(link.client().call("new_oids").value()).stream()
            .max(Oid::compareTo)
            .orElseThrow();
      } catch (IOException e) {
        throw new AssertionError(e);
      }
    }
  }

  @Nested
  class HistoryFree extends Both {
    HistoryFree() {
      super(HistoryMode.FREE);
    }
  }

  @Nested
  class HistoryPreserving extends Both {
    HistoryPreserving() {
      super(HistoryMode.PRESERVING);
    }
  }
}
