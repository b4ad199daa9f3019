package dev.objectdb.zeo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

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
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * The rules of {@link ClusterRulesIT} whose bound is half a minute, which is waited for once: one
 * server hears nothing from PostgreSQL any more, and one client of another takes nothing any more.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ClusterBoundsIT {
  private static final Duration BOUND = Duration.ofSeconds(100);

  /** More than all buffers between a server and its client hold. */
  private static final int LARGE_OBJECTS = 60;

  private static final String LARGE = "x".repeat(1 << 18);

  private Cluster cluster;
  private ServerProcess deaf;
  private ServerProcess good;
  private StockClient writer;
  private StockClient onDeaf;
  private StockClient slow;
  private TcpProxy slowLink;
  private CompletableFuture<Boolean> endOfRawLink;
  private int generationOfSlow;
  private Oid oid;

  @SuppressWarnings("NullAway.Init") // set before the first test
  ClusterBoundsIT() {}

  @BeforeAll
  void start() throws Exception {
    cluster = Cluster.start(HistoryMode.FREE, 2);
    deaf = cluster.server(0);
    good = cluster.server(1);
    writer = cluster.client6("writer", good);
    good.front().refuse();
    onDeaf = cluster.client5("on deaf", deaf, good);
    good.front().admit();
    slowLink = new TcpProxy(good::port);
    slow = cluster.client6("slow", slowLink.port());
    oid = writer.newOid();
    writer.commit(oid, "old", Tid.NONE);
    for (StockClient client : List.of(onDeaf, slow)) {
      client.ping();
      client.load(oid);
    }
    makeDeaf();
    makeSlow();
  }

  private void makeDeaf() throws Exception {
    RawLink link = RawLink.to(deaf);
    endOfRawLink =
        CompletableFuture.supplyAsync(
            () -> {
              try (link) {
                return link.client().isClosedSilently();
              } catch (IOException e) {
                return false; // still silent when its patience is over
              }
            },
            task -> Thread.ofVirtual().start(task));
    deaf.back().hold(TcpProxy.Way.TO_CLIENT, TcpProxy.Way.TO_SERVER);
  }

  private void makeSlow() {
    List<Oid> oids = writer.newOids(LARGE_OBJECTS);
    oids.forEach(large -> writer.commit(large, LARGE, Tid.NONE));
    slow.ping();
    generationOfSlow = slow.state().generation();
    slowLink.hold(TcpProxy.Way.TO_CLIENT);
    slow.ask("prefetch", Map.of("oids", oids.stream().map(Oid::value).toList()));
  }

  @AfterAll
  void close() throws SQLException {
    cluster.close();
    slowLink.close();
  }

  @Test
  void r10_linksAreClosedBeforeTheirNewsAreOlderThanTheBound() throws Exception {
    await()
        .atMost(BOUND)
        .until(() -> onDeaf.state().connected() && onDeaf.state().port() == good.port());
    assertThat(endOfRawLink).succeedsWithin(BOUND.toSeconds(), TimeUnit.SECONDS);
    try (ZeoTestClient late = ZeoTestClient.connected(deaf.port())) {
      Answer refused = late.call("register", PickleValue.of("1"), PickleValue.of(false));
      assertThat(refused.isError()).as("who waits finds no other server").isTrue();
    }
    Tid last = writer.commit(writer.newOid(), "news", Tid.NONE);
    assertThat(onDeaf.ping()).isGreaterThanOrEqualTo(last);
    cluster.judge(onDeaf);
    deaf.back().release();
    try (StockClient again = cluster.client6("again", deaf)) { // it tries until it is let in
      assertThat(again.state().tid()).isGreaterThanOrEqualTo(last);
      assertThat(Check.present(again.load(oid), "it is there").value()).isNotEmpty();
      cluster.judge(again);
    }
  }

  @Test
  void r17_aClientThatTakesNothingIsCutDisturbsNobodyAndMendsItsCache() throws SQLException {
    Tid last = Check.present(writer.load(oid), "it is there").tid();
    long end = System.nanoTime() + BOUND.toNanos();
    while (good.messages().stream().noneMatch("cutting a link"::equals)) {
      last = writer.commit(oid, "others go on", last);
      assertThat(System.nanoTime()).as("the link is not cut").isLessThan(end);
    }
    slowLink.cut();
    slowLink.release();
    await()
        .atMost(BOUND)
        .until(() -> slow.state().connected() && slow.state().generation() > generationOfSlow);
    slow.ping();
    cluster.judge(slow, writer);
    assertThat(Check.present(slow.load(oid), "it is there").tid()).isEqualTo(last);
  }
}
