package dev.objectdb.storage.pg;

import static org.assertj.core.api.Assertions.assertThat;

import dev.objectdb.object.Check;
import dev.objectdb.object.Oid;
import dev.objectdb.object.Tid;
import dev.objectdb.storage.HistoryMode;
import dev.objectdb.storage.Loaded;
import dev.objectdb.storage.PosKeyException;
import dev.objectdb.testing.PostgresExtension;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Several processes store, delete, merge, abort and read at random on few objects, while their
 * sessions are killed and notifications get lost. Everything that was acknowledged is then replayed
 * in the order of tids and compared with what the database, the listeners and the caches say.
 *
 * <p>A run is repeated with {@code -Dsimulation.seed=...}: the choices of each client are the same,
 * their interleaving is the machine's.
 */
class SimulationIT {
  private static final int PROCESSES = 3;
  private static final int CLIENTS = 3;
  private static final int STEPS = 60;

  @RegisterExtension final PostgresExtension free = PostgresExtension.prepared(HistoryMode.FREE);

  @RegisterExtension
  final PostgresExtension preserving = PostgresExtension.prepared(HistoryMode.PRESERVING);

  @Test
  void nothingIsLostNorToldTwiceInAHistoryFreeDatabase() throws Exception {
    run(free);
  }

  @Test
  void nothingIsLostNorToldTwiceInAHistoryPreservingDatabase() throws Exception {
    run(preserving);
  }

  private void run(PostgresExtension postgres) throws Exception {
    long seed = Long.getLong("simulation.seed", System.nanoTime());
    System.out.println("simulation.seed=" + seed);
    List<SimulatedClient> clients = new ArrayList<>();
    List<PgStorage> processes = new ArrayList<>();
    Random seeds = new Random(seed);
    try {
      for (int process = 0; process < PROCESSES; process++) {
        PgStorage storage = PgStorage.open(postgres.config());
        processes.add(storage);
        for (int client = 0; client < CLIENTS; client++) {
          clients.add(new SimulatedClient(storage, new Random(seeds.nextLong())));
        }
      }
      CountDownLatch done = new CountDownLatch(clients.size());
      for (SimulatedClient client : clients) {
        Thread.ofVirtual()
            .start(
                () -> {
                  client.run(STEPS);
                  done.countDown();
                });
      }
      disturb(postgres, done, new Random(seeds.nextLong()));
      processes.forEach(PgStorage::sync);
      for (SimulatedClient client : clients) {
        assertThat(client.failure()).as("seed %d", seed).isNull();
      }
      judge(postgres, clients, processes);
    } finally {
      processes.forEach(PgStorage::close);
    }
  }

  /** Kills a session or silences the doorbell now and then. */
  private static void disturb(PostgresExtension postgres, CountDownLatch done, Random random)
      throws SQLException, InterruptedException {
    List<String> names = List.of("objectdb committer", "objectdb doorbell", "objectdb reader");
    while (!done.await(100 + random.nextInt(400), java.util.concurrent.TimeUnit.MILLISECONDS)) {
      switch (random.nextInt(4)) {
        case 0 -> postgres.execute("ALTER TABLE transaction_log DISABLE TRIGGER trg_notify_commit");
        case 1 -> postgres.execute("ALTER TABLE transaction_log ENABLE TRIGGER trg_notify_commit");
        default ->
            postgres.query(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    + " WHERE datname = current_database() AND application_name = '%s'"
                        .formatted(names.get(random.nextInt(names.size())))
                    + " ORDER BY random() LIMIT 1");
      }
    }
  }

  private static void judge(
      PostgresExtension postgres, List<SimulatedClient> clients, List<PgStorage> processes)
      throws SQLException {
    TreeMap<Tid, SimulatedClient.Done> all = new TreeMap<>();
    for (SimulatedClient client : clients) {
      client.done().forEach(done -> assertThat(all.put(done.tid(), done)).isNull());
    }
    assertThat(all).as("enough happened to judge").hasSizeGreaterThan(50);
    assertThat(postgres.query("SELECT tid FROM transaction_log ORDER BY tid"))
        .as("the log holds what was acknowledged, and nothing else")
        .isEqualTo(all.keySet().stream().map(tid -> String.valueOf(tid.value())).toList());
    Map<Oid, SimulatedClient.Value> model = replay(all);
    for (PgStorage process : processes) {
      assertThat(process.position()).isEqualTo(all.lastKey());
      for (int oid = 1; oid <= SimulatedClient.OBJECTS; oid++) {
        assertSame(process, new Oid(oid), model.get(new Oid(oid)));
      }
    }
    assertThat(clients.stream().mapToInt(SimulatedClient::refused).sum())
        .as("clients met each other")
        .isPositive();
    for (SimulatedClient client : clients) {
      client.judgeNews(all);
      client.judgeLoads(all);
    }
  }

  /** Every transaction started from what was there when its turn came: no update is lost. */
  private static Map<Oid, SimulatedClient.Value> replay(Map<Tid, SimulatedClient.Done> all) {
    Map<Oid, SimulatedClient.Value> model = new HashMap<>();
    all.forEach(
        (tid, done) -> {
          done.bases()
              .forEach(
                  (oid, base) -> {
                    SimulatedClient.Value there = model.get(oid);
                    Tid serial = there == null || there.isGone() ? Tid.NONE : there.tid();
                    assertThat(serial).as("what %s of %s replaced", oid, tid).isEqualTo(base);
                  });
          done.written().forEach((oid, value) -> model.put(oid, value.at(tid)));
        });
    return model;
  }

  private static void assertSame(
      PgStorage process, Oid oid, SimulatedClient.@Nullable Value value) {
    try {
      Loaded loaded = process.loadBefore(oid, Tid.MAX).orElseThrow();
      SimulatedClient.Value expected = Check.present(value, "what is loaded was committed");
      assertThat(loaded.tid()).isEqualTo(expected.tid());
      assertThat(loaded.data()).isEqualTo(Commits.record(expected.number()));
    } catch (PosKeyException e) {
      assertThat(value == null || value.isGone()).isTrue();
    }
  }
}
