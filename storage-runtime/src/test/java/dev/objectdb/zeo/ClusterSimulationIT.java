package dev.objectdb.zeo;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.objectdb.storage.HistoryMode;
import dev.objectdb.testing.PythonEnvironment;
import dev.objectdb.testing.PythonPeer;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Applications with stock clients of both kinds work on one database through several servers, while
 * servers are killed, frozen and cut off, links are slow, and notifications and sessions are lost.
 * After each step of each client: every object in its cache is what the database held at the
 * client's tid, what it has read is what its snapshot held, and what was acknowledged is there.
 *
 * <p>The seed is printed. A run is repeated, and made longer, by
 *
 * <pre>
 *   mvn verify -pl storage-runtime -am -Dtest=NONE -Dit.test=ClusterSimulationIT \
 *       -Dsurefire.failIfNoSpecifiedTests=false -Dfailsafe.failIfNoSpecifiedTests=false \
 *       -Dcluster.seconds=3600 -Dcluster.seed=...
 * </pre>
 *
 * <p>The choices are then the same; how they interleave is the machine's.
 */
class ClusterSimulationIT {
  private static final Duration TIME = Duration.ofSeconds(Long.getLong("cluster.seconds", 30));
  private static final int SERVERS = Integer.getInteger("cluster.servers", 2);
  private static final int SLOTS = 6;
  private static final int THREADS = 2;

  /** Ends that an attempt or a read may come to while servers die; all others are defects. */
  private static final Set<String> EXCUSES =
      Set.of(
          "ConflictError",
          "ReadConflictError",
          "BTreesConflictError",
          "ClientDisconnected",
          "StorageTransactionError",
          "ServerException");

  private final List<PythonPeer> peers = new ArrayList<>();
  private final List<Long> slots = new ArrayList<>();
  private final AtomicInteger steps = new AtomicInteger();
  private final Map<String, Integer> ends = Collections.synchronizedMap(new TreeMap<>());

  @ParameterizedTest
  @EnumSource
  void cachesAreRightAndNothingIsLostWhateverHappens(HistoryMode mode) throws Exception {
    long seed = Long.getLong("cluster.seed", System.nanoTime());
    System.out.printf("%s -Dcluster.seed=%d%n", mode, seed);
    Random seeds = new Random(seed);
    try (Cluster cluster = Cluster.start(mode, SERVERS);
        Ledger ledger = new Ledger(cluster.connect())) {
      open(cluster);
      Disturbance disturbance = new Disturbance(cluster, SERVERS, new Random(seeds.nextLong()));
      try {
        simulate(cluster, ledger, disturbance, seeds);
        settle(cluster, ledger);
      } catch (AssertionError | Exception e) {
        throw new AssertionError(
            "seed %d:%n%s%n%s%n%s"
                .formatted(seed, e, String.join("\n", disturbance.events()), logs(cluster)),
            e);
      }
      System.out.printf(
          "%d steps, %d disturbances, %s, %s%n",
          steps.get(), disturbance.events().size(), ledger.summary(), ends);
      assertThat(ledger.commits()).as("enough happened to judge").isGreaterThan(20);
    } finally {
      peers.forEach(PythonPeer::close);
    }
  }

  private String logs(Cluster cluster) {
    StringBuilder logs = new StringBuilder();
    for (PythonPeer peer : peers) {
      logs.append("---- an application:\n").append(peer.tail()).append('\n');
    }
    for (int i = 0; i < SERVERS; i++) {
      logs.append("---- server %d:%n%s%n".formatted(i, cluster.server(i).tail()));
    }
    return logs.toString();
  }

  /** One after the other; each prefers another server. */
  private void open(Cluster cluster) {
    List<PythonEnvironment> environments =
        List.of(PythonEnvironment.zeo6(), PythonEnvironment.zeo5(), PythonEnvironment.zeo6());
    for (int i = 0; i < environments.size(); i++) {
      PythonPeer peer = new PythonPeer(environments.get(i), "cluster_application.py");
      peers.add(peer);
      List<Integer> ports = new ArrayList<>();
      for (int server = 0; server < SERVERS; server++) {
        ports.add(cluster.server(server).port());
      }
      Collections.rotate(ports, i);
      List<String> threads = new ArrayList<>();
      for (int thread = 0; thread < THREADS; thread++) {
        threads.add(thread(i, thread));
      }
      peer.ask("open", Map.of("ports", ports, "threads", threads));
      if (i == 0) {
        peer.ask("make", Map.of("slots", SLOTS)).forEach(oid -> slots.add(oid.asLong()));
      }
    }
  }

  private static String thread(int peer, int thread) {
    return "%d-%d".formatted(peer, thread);
  }

  private void simulate(Cluster cluster, Ledger ledger, Disturbance disturbance, Random seeds)
      throws SQLException, InterruptedException {
    long end = System.nanoTime() + TIME.toNanos();
    AtomicBoolean over = new AtomicBoolean();
    List<CompletableFuture<Void>> workers = new ArrayList<>();
    for (int i = 0; i < peers.size(); i++) {
      for (int thread = 0; thread < THREADS; thread++) {
        Worker worker =
            new Worker(
                cluster, ledger, peers.get(i), thread(i, thread), new Random(seeds.nextLong()));
        workers.add(
            CompletableFuture.runAsync(
                () -> worker.run(over), task -> Thread.ofVirtual().start(task)));
      }
    }
    try {
      while (System.nanoTime() < end
          && workers.stream().noneMatch(CompletableFuture::isCompletedExceptionally)) {
        disturbance.next();
      }
    } finally {
      over.set(true);
    }
    try {
      workers.forEach(CompletableFuture::join);
    } catch (CompletionException e) {
      throw new AssertionError(e.getCause());
    }
  }

  /** One thread of an application. */
  private final class Worker {
    private final Cluster cluster;
    private final Ledger ledger;
    private final PythonPeer peer;
    private final String name;
    private final Random random;

    Worker(Cluster cluster, Ledger ledger, PythonPeer peer, String name, Random random) {
      this.cluster = cluster;
      this.ledger = ledger;
      this.peer = peer;
      this.name = name;
      this.random = random;
    }

    void run(AtomicBoolean over) {
      try {
        for (int count = 1; !over.get(); count++) {
          step(name + "#" + count);
          steps.incrementAndGet();
        }
      } catch (SQLException e) {
        throw new AssertionError(e);
      }
    }

    private void step(String token) throws SQLException {
      switch (random.nextInt(12)) {
        case 0, 1 -> attempt("add", token, counter("length"));
        case 2, 3 -> attempt("add", token, counter("counter"));
        case 4, 5 -> attempt("add", token, counter("pair"));
        case 6 -> attempt("put", token, Map.of("key", random.nextInt(1000) + token));
        case 7 -> attempt("drop", token, Map.of());
        case 8 -> attempt("flip", token, Map.of("oid", slots.get(random.nextInt(slots.size()))));
        case 9 -> look("sync", Map.of());
        case 10 -> look("read", Map.of("pause", random.nextInt(15) / 10.0));
        default -> look("read", Map.of("pause", 0));
      }
    }

    private Map<String, Object> counter(String kind) {
      return Map.of("kind", kind, "index", random.nextInt(3), "amount", 1 + random.nextInt(9));
    }

    private void attempt(String order, String token, Map<String, Object> options)
        throws SQLException {
      Map<String, Object> all = new TreeMap<>(options);
      all.put("token", token);
      ledger.attempted(token, work(order, all));
    }

    private void look(String order, Map<String, Object> options) throws SQLException {
      long known = ledger.readOn();
      JsonNode answer = work(order, options);
      switch (answer.get("outcome").asText()) {
        case "read" -> ledger.read(answer);
        case "synced" ->
            assertThat(answer.at("/cache/tid").asLong())
                .as("R9: a ping tells all")
                .isGreaterThanOrEqualTo(known);
        default -> assertThat(answer.has("error")).isTrue();
      }
    }

    private JsonNode work(String order, Map<String, Object> options) throws SQLException {
      Map<String, Object> all = new TreeMap<>(options);
      all.put("thread", name);
      all.put("order", order);
      JsonNode answer = peer.ask("work", all);
      String end = answer.path("error").asText(answer.get("outcome").asText());
      ends.merge(end, 1, Integer::sum);
      if (answer.has("error")) {
        assertThat(EXCUSES).as("%s: %s", order, answer.get("detail")).contains(end);
      }
      cluster.judge(name, answer.get("cache"));
      return answer;
    }
  }

  /** When all is well again, everybody sees everything. */
  private void settle(Cluster cluster, Ledger ledger) throws SQLException {
    long last = ledger.readOn();
    for (int i = 0; i < peers.size(); i++) {
      Worker worker = new Worker(cluster, ledger, peers.get(i), thread(i, 0), new Random(0));
      JsonNode synced = worker.work("sync", Map.of());
      assertThat(synced.get("outcome").asText()).isEqualTo("synced");
      JsonNode read = worker.work("read", Map.of("pause", 0));
      assertThat(read.get("outcome").asText()).as("%s", read).isEqualTo("read");
      assertThat(read.get("tid").asLong()).isGreaterThanOrEqualTo(last);
      ledger.read(read);
    }
    ledger.balance();
  }
}
