package dev.objectdb.zeo;

import dev.objectdb.testing.TcpProxy;
import dev.objectdb.testing.TcpProxy.Way;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** What befalls a cluster, one thing after the other, and is over when {@link #next} returns. */
final class Disturbance {
  private static final List<String> SESSIONS =
      List.of("objectdb committer", "objectdb doorbell", "objectdb reader");

  private final Cluster cluster;
  private final int servers;
  private final Random random;
  private final List<String> events = new ArrayList<>();

  Disturbance(Cluster cluster, int servers, Random random) {
    this.cluster = cluster;
    this.servers = servers;
    this.random = random;
  }

  /** Lets something happen, and ends it. */
  void next() throws SQLException, InterruptedException {
    pause(400);
    int index = random.nextInt(servers);
    ServerProcess server = cluster.server(index);
    switch (random.nextInt(12)) {
      case 0, 1 -> kill(index);
      case 2 -> freeze(index);
      case 3 -> silence();
      case 4, 5 -> terminate(SESSIONS.get(random.nextInt(SESSIONS.size())));
      case 6 -> cut("the clients", index, server.front());
      case 7 -> slow(index, server.front());
      case 8 -> hold("the clients", index, server.front());
      case 9 -> cut("PostgreSQL", index, server.back());
      case 10 -> hold("PostgreSQL", index, server.back());
      default -> dieUnheard(index);
    }
  }

  private void event(String text) {
    events.add(Instant.now() + " " + text);
  }

  private void pause(int millisMax) throws InterruptedException {
    Thread.sleep(1 + random.nextInt(millisMax));
  }

  private void kill(int index) throws InterruptedException {
    event("server %d is killed".formatted(index));
    cluster.server(index).kill();
    pause(1000);
    cluster.server(index).restart();
    event("server %d serves again".formatted(index));
  }

  /** The worst moment: PostgreSQL has been told, or has answered, and nobody will ever hear it. */
  private void dieUnheard(int index) throws InterruptedException {
    ServerProcess server = cluster.server(index);
    Way way = way();
    event("server %d is killed while its words %s are held".formatted(index, way));
    server.back().hold(way);
    pause(500);
    server.kill();
    server.back().cut();
    server.back().release();
    server.restart();
    event("server %d serves again".formatted(index));
  }

  private void freeze(int index) throws InterruptedException {
    event("server %d is frozen".formatted(index));
    cluster.server(index).freeze();
    pause(2500);
    cluster.server(index).thaw();
    event("server %d goes on".formatted(index));
  }

  private void silence() throws SQLException, InterruptedException {
    event("no notifications");
    cluster.ring(false);
    pause(3000);
    cluster.ring(true);
    event("notifications again");
  }

  private void terminate(String session) throws SQLException {
    event("a session ends: %s".formatted(session));
    cluster.query(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            + " WHERE datname = current_database() AND application_name = '%s'".formatted(session)
            + " ORDER BY random() LIMIT 1");
  }

  private void cut(String whom, int index, TcpProxy link) {
    event("server %d is cut off from %s".formatted(index, whom));
    link.cut();
  }

  private void slow(int index, TcpProxy link) throws InterruptedException {
    event("server %d has slow clients".formatted(index));
    link.slow(Duration.ofMillis(1 + random.nextInt(20)));
    pause(3000);
    link.slow(Duration.ZERO);
    event("clients of server %d are quick again".formatted(index));
  }

  private void hold(String whom, int index, TcpProxy link) throws InterruptedException {
    Way way = way();
    event("server %d and %s: %s is held".formatted(index, whom, way));
    link.hold(way);
    pause(2000);
    if (random.nextBoolean()) {
      event("and cut");
      link.cut();
    }
    link.release();
    event("server %d and %s talk again".formatted(index, whom));
  }

  private Way way() {
    return random.nextBoolean() ? Way.TO_CLIENT : Way.TO_SERVER;
  }

  List<String> events() {
    return events;
  }
}
