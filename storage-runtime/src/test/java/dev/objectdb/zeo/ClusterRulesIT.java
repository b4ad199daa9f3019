package dev.objectdb.zeo;

import static dev.objectdb.zeo.ZeoTestClient.NONE;
import static dev.objectdb.zeo.ZeoTestClient.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.objectdb.codec.pickle.PickleValue;
import dev.objectdb.object.Check;
import dev.objectdb.object.Oid;
import dev.objectdb.object.Tid;
import dev.objectdb.storage.HistoryMode;
import dev.objectdb.testing.TcpProxy;
import dev.objectdb.zeo.ZeoTestClient.Answer;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * The rules that a server and a cluster must keep, each by its number, with two server processes
 * over one database, a stock client of ZEO 6 on one and of ZEO 5.4 on the other; and, where what
 * matters is the place of a message, with links that look at each.
 *
 * <pre>
 *   R1   tids rise in the order of visibility          here
 *   R2   one ordered queue per link                    here
 *   R3   told of T, told of all up to T                here
 *   R4   what was before a finish is told before it    here
 *   R5   loads never go back                           here; each race by itself in LinkOrderTest
 *   R6   loads do not run ahead                        here; in LinkOrderTest
 *   R7   register answers what anybody was told        here; on fail-over in ClusterDeathsIT
 *   R8   getInvalidations answers from the log         here; restarts, lost time in ClusterDeathsIT
 *   R9   ping tells all that is committed              here
 *   R10  a notification is a wake-up only              here; a lost feed in ClusterBoundsIT
 *   R11  replicas                                      not served from yet
 *   R12  old revisions stay for a while                ClusterDeathsIT
 *   R13  oids are unique                               here; over a restore in ClusterDeathsIT
 *   R14  unknown outcome                               ClusterDeathsIT
 *   R15  death frees locks                             ClusterDeathsIT
 *   R16  pack tells nobody                             there is no pack yet
 *   R17  a slow client is cut, and repaired            ClusterBoundsIT
 * </pre>
 *
 * All of them at once, at random: ClusterSimulationIT.
 */
class ClusterRulesIT {
  private static final int COMMITS = 20;

  @TestInstance(TestInstance.Lifecycle.PER_CLASS)
  abstract static class Both {
    private final HistoryMode mode;
    private Cluster cluster;
    private ServerProcess here;
    private ServerProcess there;
    private StockClient a;
    private StockClient b;

    @SuppressWarnings("NullAway.Init") // set before the first test
    Both(HistoryMode mode) {
      this.mode = mode;
    }

    @BeforeAll
    void start() throws SQLException, InterruptedException {
      cluster = Cluster.start(mode, 2);
      here = cluster.server(0);
      there = cluster.server(1);
      a = cluster.client6("a", here);
      b = cluster.client5("b", there);
    }

    @AfterAll
    void close() throws SQLException {
      cluster.close();
    }

    @AfterEach
    void judgeCachesAndRingAgain() throws SQLException {
      cluster.ring(true);
      cluster.judge(a, b);
    }

    /** Runs beside the test; it gets its failure when it joins. */
    private static <T> CompletableFuture<T> beside(Callable<T> work) {
      return CompletableFuture.supplyAsync(
          () -> {
            try {
              return work.call();
            } catch (Exception e) {
              throw new AssertionError(e);
            }
          },
          task -> Thread.ofVirtual().start(task));
    }

    /** Changes an object of its own again and again, and returns its tids. */
    private CompletableFuture<List<Tid>> committing(StockClient client, Oid oid) {
      return beside(
          () -> {
            List<Tid> tids = new ArrayList<>(List.of(Tid.NONE));
            for (int i = 0; i < COMMITS; i++) {
              tids.add(client.commit(oid, client + " " + i, tids.getLast()));
            }
            return tids.subList(1, tids.size());
          });
    }

    private CompletableFuture<List<Tid>> committingBySql(Oid oid) {
      return beside(
          () -> {
            List<Tid> tids = new ArrayList<>();
            for (int i = 0; i < COMMITS; i++) {
              tids.add(cluster.commitBySql(oid, "sql " + i));
            }
            return tids;
          });
    }

    @Test
    void r1_tidsRiseInTheOrderInWhichCommitsBecomeVisible() throws SQLException {
      List<CompletableFuture<List<Tid>>> writers =
          List.of(
              committing(a, a.newOid()), committing(b, b.newOid()), committingBySql(a.newOid()));
      List<List<String>> snapshots = new ArrayList<>();
      while (!writers.stream().allMatch(CompletableFuture::isDone)) {
        snapshots.add(cluster.query("SELECT tid FROM transaction_log ORDER BY tid"));
      }
      Set<Tid> all = new HashSet<>();
      for (CompletableFuture<List<Tid>> writer : writers) {
        assertThat(writer.join()).isSorted();
        all.addAll(writer.join());
      }
      assertThat(all).as("each tid once").hasSize(3 * COMMITS);
      List<String> log = cluster.query("SELECT tid FROM transaction_log ORDER BY tid");
      for (List<String> snapshot : snapshots) {
        assertThat(log.subList(0, snapshot.size())).as("nothing below").isEqualTo(snapshot);
      }
    }

    @Test
    void r1_tidsRiseAlsoWhenTheClockWasSetBack() throws SQLException {
      cluster.execute(
          "SET objectdb.import = 'on'; INSERT INTO transaction_log (tid)"
              + " SELECT max(tid) + (1::bigint << 32) FROM transaction_log");
      Tid ahead = cluster.lastTid();
      Oid oid = a.newOid();
      Tid first = a.commit(oid, "here", Tid.NONE);
      Tid second = b.commit(oid, "there", first);
      assertThat(List.of(ahead, first, second, a.commit(oid, "here", second)))
          .isSorted()
          .doesNotHaveDuplicates();
    }

    @Test
    void r2_r3_aLinkIsToldInRisingOrderOfEverythingThatChanges() throws Exception {
      Map<Tid, Oid> commits = new ConcurrentSkipListMap<>();
      try (RawLink link = RawLink.to(there);
          RawLink writer = RawLink.to(there)) {
        Oid first = a.newOid();
        Oid second = a.newOid();
        Oid own = a.newOid();
        List<CompletableFuture<?>> writers =
            List.of(
                committing(a, first).thenAccept(tids -> tids.forEach(t -> commits.put(t, first))),
                committingBySql(second)
                    .thenAccept(tids -> tids.forEach(t -> commits.put(t, second))));
        Tid last = Tid.NONE;
        while (!writers.stream().allMatch(CompletableFuture::isDone)) {
          last = writer.commit(own, last, "own");
          commits.put(last, own);
          link.ping();
        }
        writers.forEach(CompletableFuture::join);
        link.ping();
        link.assertToldAllOf(commits);
      }
    }

    @Test
    void r3_everyKindOfChangeIsTold() throws SQLException {
      Oid stored = a.newOid();
      Oid deleted = a.newOid();
      Oid counter = a.newOid();
      Oid bySql = a.newOid();
      Tid stale = a.commit(counter, 1, Tid.NONE);
      a.commit(counter, 2, stale);
      a.commit(deleted, "soon gone", Tid.NONE);
      a.commit(stored, "old", Tid.NONE);
      cluster.commitBySql(bySql, "old");
      b.ping();
      List.of(stored, deleted, counter, bySql).forEach(b::load);

      a.commit(stored, "new", value(a, stored).tid());
      a.commitDelete(deleted);
      a.begin();
      a.store(counter, 11, stale);
      assertThat(a.vote()).as("the server merges").hasSize(1);
      a.finish();
      cluster.commitBySql(bySql, "");
      b.ping();
      assertThat(b.told()).contains(stored, deleted, counter, bySql);
      cluster.judge(a, b);
      assertThat(value(b, stored).value()).isEqualTo("new");
      assertThat(value(b, counter).value()).isEqualTo("12");
      assertThat(value(a, counter).value()).as("it does not keep what it sent").isEqualTo("12");
      assertThat(currentEntries(b.cache())).doesNotContain(deleted.value(), bySql.value());
    }

    private static StockClient.Found value(StockClient client, Oid oid) {
      return Check.present(client.load(oid), "it is there");
    }

    private static List<Long> currentEntries(JsonNode cache) {
      List<Long> oids = new ArrayList<>();
      for (JsonNode entry : cache.get("entries")) {
        if (entry.get(2).asLong() == 0) {
          oids.add(entry.get(0).asLong());
        }
      }
      return oids;
    }

    @Test
    void r4_whatOthersCommittedBeforeIsToldBeforeAFinishIsAnswered() throws Exception {
      Oid theirs = a.newOid();
      Oid own = a.newOid();
      Tid old = a.commit(theirs, "old", Tid.NONE);
      b.ping();
      value(b, theirs);
      try (RawLink link = RawLink.to(there)) {
        cluster.ring(false);
        Tid foreign = a.commit(theirs, "new", old);
        link.commit(own, Tid.NONE, "own");
        link.assertToldAllOf(Map.of(foreign, theirs));
        Tid newer = a.commit(theirs, "newer", foreign);
        Tid finished = b.commit(b.newOid(), "own", Tid.NONE);
        assertThat(finished).isGreaterThan(newer);
        cluster.judge(b);
        assertThat(value(b, theirs)).isEqualTo(new StockClient.Found("newer", newer, Tid.MAX));
      }
    }

    @Test
    void r5_r6_loadsNeitherGoBackNorRunAheadWhileEverybodyCommits() throws Exception {
      Oid first = a.newOid();
      Oid second = a.newOid();
      a.commit(first, "begin", Tid.NONE);
      Tid begin = b.commit(second, "begin", Tid.NONE);
      try (RawLink one = RawLink.to(here);
          RawLink two = RawLink.to(there)) {
        List<CompletableFuture<?>> writers = List.of(committingBySql(first), changing(b, second));
        List<CompletableFuture<?>> readers = new ArrayList<>();
        for (RawLink link : List.of(one, two)) {
          readers.add(
              beside(
                  () -> {
                    while (!writers.stream().allMatch(CompletableFuture::isDone)) {
                      link.load(first);
                      link.load(second);
                    }
                    return link.position();
                  }));
        }
        writers.forEach(CompletableFuture::join);
        readers.forEach(CompletableFuture::join);
        assertThat(one.baseline()).isGreaterThanOrEqualTo(begin);
      }
    }

    private static CompletableFuture<?> changing(StockClient client, Oid oid) {
      return beside(
          () -> {
            Tid last = value(client, oid).tid();
            for (int i = 0; i < COMMITS; i++) {
              last = client.commit(oid, "again " + i, last);
            }
            return last;
          });
    }

    @Test
    void r7_registerAnswersAtLeastWhatAnybodyWasTold() throws Exception {
      cluster.ring(false);
      Oid oid = a.newOid();
      Tid last = Tid.NONE;
      for (int i = 0; i < COMMITS; i++) {
        last = i % 2 == 0 ? a.commit(oid, "told", last) : cluster.commitBySql(oid, "sql");
        try (RawLink link = RawLink.to(there)) {
          assertThat(link.baseline()).isGreaterThanOrEqualTo(last);
        }
      }
    }

    @Test
    void r7_aServerThatCannotCatchUpLetsNobodyIn() throws Exception {
      there.back().hold(TcpProxy.Way.TO_CLIENT);
      Tid told = a.commit(a.newOid(), "told", Tid.NONE);
      CompletableFuture<RawLink> late = beside(() -> RawLink.to(there));
      await().during(Duration.ofMillis(500)).until(() -> !late.isDone());
      there.back().release();
      assertThat(late).succeedsWithin(20, TimeUnit.SECONDS);
      try (RawLink link = late.join()) {
        assertThat(link.baseline()).isGreaterThanOrEqualTo(told);
      }
    }

    @Test
    void r8_getInvalidationsAnswersFromTheLogWhoeverIsAsked() throws Exception {
      Oid stored = a.newOid();
      Oid deleted = a.newOid();
      Oid bySql = a.newOid();
      a.commit(deleted, "soon gone", Tid.NONE);
      Tid since = cluster.lastTid();
      b.commit(stored, "new", Tid.NONE);
      a.commitDelete(deleted);
      Tid last = cluster.commitBySql(bySql, "new");
      for (ServerProcess server : List.of(here, there)) {
        try (RawLink link = RawLink.to(server)) {
          Answer known = link.client().call("getInvalidations", bytes(since));
          assertThat(ZeoTestClient.tid(known.item(0))).isGreaterThanOrEqualTo(last);
          assertThat(RawLink.oids(known.item(1))).containsExactlyInAnyOrder(stored, deleted, bySql);
          assertThat(invalidations(link, absentTid())).as("of another history").isEqualTo(NONE);
          assertThat(invalidations(link, new Tid(5))).as("from before the first").isEqualTo(NONE);
        }
      }
    }

    private Tid absentTid() throws SQLException {
      String gap =
          "SELECT max(tid) + 1 FROM transaction_log one WHERE tid < (SELECT max(tid) FROM"
              + " transaction_log) AND NOT EXISTS"
              + " (SELECT FROM transaction_log two WHERE two.tid = one.tid + 1)";
      return new Tid(Long.parseLong(cluster.query(gap).getFirst()));
    }

    @Test
    void r8_getInvalidationsAnswersNothingWhereDeletionsAreForgotten() throws Exception {
      Oid oid = a.newOid();
      Tid since = a.commit(oid, "soon gone", Tid.NONE);
      Tid deletion = a.commitDelete(oid);
      List<String> floor = cluster.query("SELECT deletion_floor FROM objectdb_state");
      cluster.execute("UPDATE objectdb_state SET deletion_floor = " + deletion.value());
      try (RawLink link = RawLink.to(there)) {
        assertThat(invalidations(link, since)).isEqualTo(NONE);
        assertThat(invalidations(link, deletion)).isNotEqualTo(NONE);
      } finally {
        cluster.execute("UPDATE objectdb_state SET deletion_floor = " + floor.getFirst());
      }
    }

    private static PickleValue invalidations(RawLink link, Tid since) throws IOException {
      return link.client().call("getInvalidations", bytes(since)).value();
    }

    @Test
    void r5_whatACacheKeepsOfThePastEndsWhereItWasChanged() throws SQLException {
      cluster.ring(false);
      Oid oid = a.newOid();
      Tid first = a.commit(oid, "old", Tid.NONE);
      b.ping();
      value(b, oid);
      Tid second = a.commit(oid, "new", first);
      a.commit(a.newOid(), "unrelated", Tid.NONE);
      b.ping();
      assertThat(Check.present(b.load(oid, second.next()), "it is there").value()).isEqualTo("new");
      assertThat(b.load(oid, second)).isEqualTo(new StockClient.Found("old", first, second));
    }

    @Test
    void r9_pingTellsEverythingThatIsCommittedAnywhere() throws Exception {
      cluster.ring(false);
      Oid oid = a.newOid();
      Tid last = Tid.NONE;
      try (RawLink link = RawLink.to(there)) {
        for (int i = 0; i < COMMITS; i++) {
          String value = "number " + i;
          last = i % 2 == 0 ? a.commit(oid, value, last) : cluster.commitBySql(oid, value);
          assertThat(b.ping()).isGreaterThanOrEqualTo(last);
          assertThat(value(b, oid).value()).isEqualTo(value);
          assertThat(link.client().call("lastTransaction").tid()).isGreaterThanOrEqualTo(last);
        }
      }
    }

    @Test
    void r9_whoSyncsBeginsWithWhatAColleagueHasWrittenElsewhere() throws SQLException {
      cluster.ring(false);
      Oid oid = a.newOid();
      Tid last = Tid.NONE;
      try (StockClient syncing = cluster.syncingClient("syncing", there)) {
        for (int i = 0; i < COMMITS; i++) {
          last = a.commit(oid, "number " + i, last);
          syncing.ask("sync");
          assertThat(value(syncing, oid).value()).isEqualTo("number " + i);
        }
        cluster.judge(syncing);
      }
    }

    @Test
    void r10_newsComeWithoutNotificationsToo() throws SQLException {
      cluster.ring(false);
      Oid oid = a.newOid();
      a.commit(oid, "silent", Tid.NONE);
      await().until(() -> b.told().contains(oid));
      Oid other = a.newOid();
      cluster.commitBySql(other, "silent");
      await().until(() -> a.told().contains(other) && b.told().contains(other));
    }

    @Test
    void r10_newsComeWhenTheSessionThatListensIsLost() throws SQLException {
      String sessions =
          "FROM pg_stat_activity WHERE application_name = 'objectdb doorbell'"
              + " AND datname = current_database()";
      List<String> before = cluster.query("SELECT pid " + sessions);
      assertThat(cluster.query("SELECT pg_terminate_backend(pid) " + sessions)).hasSize(2);
      Oid oid = a.newOid();
      cluster.commitBySql(oid, "unheard");
      await().until(() -> a.told().contains(oid) && b.told().contains(oid));
      await()
          .untilAsserted(
              () ->
                  assertThat(cluster.query("SELECT pid " + sessions))
                      .hasSize(2)
                      .doesNotContainAnyElementsOf(before));
    }

    @Test
    void r13_oidsAreUniqueOverAllServers() throws Exception {
      Set<Oid> all = new HashSet<>();
      try (RawLink one = RawLink.to(here);
          RawLink two = RawLink.to(there)) {
        List<CompletableFuture<Set<Oid>>> draws = new ArrayList<>();
        for (RawLink link : List.of(one, two)) {
          draws.add(
              beside(
                  () -> {
                    Set<Oid> drawn = new HashSet<>();
                    for (int i = 0; i < COMMITS; i++) {
                      drawn.addAll(RawLink.oids(link.client().call("new_oids").value()));
                    }
                    return drawn;
                  }));
        }
        draws.forEach(drawn -> all.addAll(drawn.join()));
        assertThat(all).hasSize(2 * COMMITS * 100);
        Oid seen = new Oid(all.stream().mapToLong(Oid::value).max().orElseThrow() + 50_000);
        a.commit(seen, "an oid that nobody drew", Tid.NONE);
        assertThat(RawLink.oids(two.client().call("new_oids").value()))
            .allSatisfy(drawn -> assertThat(drawn).isGreaterThan(seen));
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
