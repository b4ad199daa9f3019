package dev.objectdb.zeo;

import com.fasterxml.jackson.databind.JsonNode;
import dev.objectdb.storage.HistoryMode;
import dev.objectdb.storage.Storage;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Databases for the Python clients of a test, each behind one or more ZEO servers; every server has
 * a storage of its own, as a pod has. A script asks for them and ends them by its lines:
 *
 * <pre>
 *   {"create": "database"} → {"id": 1, "dsn": "…"}       a fresh one, with no server yet
 *   {"create": "empty"}    → {"id": 1, "dsn": "…"}       without our tables, until it is prepared
 *   {"prepare": 1}         → {}
 *   {"verify": 1}          → {"findings": ["kind: …"]}   what is broken in it
 *   {"start": 1, …}        → {"port": 40001}             one more server, see {@link ServerWish}
 *   {"stop": 40001}        → {}
 *   {"restart": 40001}     → {}                          as a pod that dies and comes back
 *   {"drop": 1}            → {}                          with its servers
 * </pre>
 */
final class ServedDatabases implements AutoCloseable {
  private static final Duration BIND_PATIENCE = Duration.ofSeconds(20);

  private final HistoryMode mode;
  private final Map<Integer, TestDatabase> databases = new HashMap<>();
  private final Map<Integer, Server> servers = new HashMap<>();
  private final Deque<TestDatabase> emptied = new ArrayDeque<>();
  private int lastId;

  /** One server, as good as a pod. */
  private record Pod(Storage storage, ZeoServer zeo) {
    void close() {
      zeo.close();
      storage.close();
    }
  }

  /** What listens on one port: a server, or several behind a front. */
  private record Server(ServerWish wish, List<Pod> pods, @Nullable Front front) {
    int port() {
      return front == null ? pods.getFirst().zeo().port() : front.port();
    }

    boolean isOf(int id) {
      return wish.database() == id;
    }

    void close() {
      if (front != null) {
        front.close();
      }
      pods.forEach(Pod::close);
    }
  }

  ServedDatabases(HistoryMode mode) {
    this.mode = mode;
  }

  /** Makes a database, and returns the ports of that many servers over it. */
  List<Integer> serve(int serverCount) {
    int id = create(true);
    List<Integer> ports = new ArrayList<>();
    for (int i = 0; i < serverCount; i++) {
      ports.add(start(ServerWish.plain(id)));
    }
    return ports;
  }

  private int create(boolean prepared) {
    TestDatabase used = prepared ? emptied.poll() : TestDatabase.unprepared(mode);
    databases.put(++lastId, used == null ? TestDatabase.create(mode) : used);
    return lastId;
  }

  /** Starts a server; at a given port, it waits until that is free. */
  private int start(ServerWish wish) {
    Server server = wish.pods() == 1 ? alone(wish) : together(wish);
    servers.put(server.port(), server);
    return server.port();
  }

  private Server alone(ServerWish wish) {
    return new Server(wish, List.of(pod(wish)), null);
  }

  private Server together(ServerWish wish) {
    List<Pod> pods = new ArrayList<>();
    for (int i = 0; i < wish.pods(); i++) {
      pods.add(pod(wish.at(0)));
    }
    List<Integer> ports = pods.stream().map(pod -> pod.zeo().port()).toList();
    Front front = bound(wish.port(), () -> Front.start(wish.host(), wish.port(), ports));
    return new Server(wish, pods, front);
  }

  private Pod pod(ServerWish wish) {
    Storage storage = wish.hinder(database(wish.database()).open(wish.transactionTimeout()));
    return new Pod(storage, bound(wish.port(), () -> ZeoServer.start(wish.config(), storage)));
  }

  /** A client that dials a free port may have hit upon that very port on its own side. */
  private static <T> T bound(int port, Supplier<T> start) {
    long deadline = System.nanoTime() + BIND_PATIENCE.toNanos();
    while (true) {
      try {
        return start.get();
      } catch (UncheckedIOException e) {
        if (port == 0 || System.nanoTime() > deadline) {
          throw e;
        }
      }
    }
  }

  private TestDatabase database(int id) {
    TestDatabase database = databases.get(id);
    if (database == null) {
      throw new IllegalArgumentException("no such database");
    }
    return database;
  }

  /** Answers a script, or nothing if it says something else. */
  Optional<Map<String, ?>> answer(JsonNode message) {
    if (message.has("create")) {
      int id = create(!message.get("create").asText().equals("empty"));
      return Optional.of(Map.of("id", id, "dsn", database(id).dsn()));
    }
    if (message.has("prepare")) {
      database(message.get("prepare").asInt()).prepare();
      return Optional.of(Map.of());
    }
    if (message.has("verify")) {
      return Optional.of(Map.of("findings", database(message.get("verify").asInt()).verify()));
    }
    if (message.has("start")) {
      return Optional.of(Map.of("port", start(ServerWish.of(message))));
    }
    if (message.has("stop")) {
      stop(message.get("stop").asInt());
      return Optional.of(Map.of());
    }
    if (message.has("restart")) {
      int port = message.get("restart").asInt();
      start(stop(port).at(port));
      return Optional.of(Map.of());
    }
    if (message.has("drop")) {
      drop(message.get("drop").asInt());
      return Optional.of(Map.of());
    }
    return Optional.empty();
  }

  /** Returns how many objects were committed merged, by all servers that run. */
  long conflictsResolved() {
    return servers.values().stream()
        .flatMap(server -> server.pods().stream())
        .mapToLong(pod -> pod.zeo().counters().conflictsResolved())
        .sum();
  }

  private ServerWish stop(int port) {
    Server server = servers.remove(port);
    if (server == null) {
      throw new IllegalArgumentException("no such server");
    }
    server.close();
    return server.wish();
  }

  private void drop(int id) {
    List.copyOf(servers.values()).stream()
        .filter(server -> server.isOf(id))
        .forEach(server -> stop(server.port()));
    TestDatabase database = database(id);
    if (database.isPristine()) {
      database.empty();
      emptied.add(database);
    } else {
      database.drop();
    }
    databases.remove(id);
  }

  @Override
  public void close() {
    List.copyOf(databases.keySet()).forEach(this::drop);
    emptied.forEach(TestDatabase::drop);
  }
}
