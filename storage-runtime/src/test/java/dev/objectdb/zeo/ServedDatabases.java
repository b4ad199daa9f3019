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

/**
 * Databases for the Python clients of a test, each behind one or more ZEO servers; every server has
 * a storage of its own, as a pod has. A script asks for them and ends them by its lines:
 *
 * <pre>
 *   {"create": "database"} → {"id": 1}                   a fresh one, with no server yet
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
  private record Server(ServerWish wish, Storage storage, ZeoServer zeo) {
    boolean isOf(int id) {
      return wish.database() == id;
    }

    void close() {
      zeo.close();
      storage.close();
    }
  }

  ServedDatabases(HistoryMode mode) {
    this.mode = mode;
  }

  /** Makes a database, and returns the ports of that many servers over it. */
  List<Integer> serve(int serverCount) {
    int id = create();
    List<Integer> ports = new ArrayList<>();
    for (int i = 0; i < serverCount; i++) {
      ports.add(start(ServerWish.plain(id)));
    }
    return ports;
  }

  private int create() {
    TestDatabase used = emptied.poll();
    databases.put(++lastId, used == null ? TestDatabase.create(mode) : used);
    return lastId;
  }

  /** Starts a server; at a given port, it waits until that is free. */
  private int start(ServerWish wish) {
    Storage storage = wish.hinder(database(wish.database()).open(wish.transactionTimeout()));
    long deadline = System.nanoTime() + BIND_PATIENCE.toNanos();
    while (true) {
      try {
        ZeoServer zeo = ZeoServer.start(wish.config(), storage);
        servers.put(zeo.port(), new Server(wish, storage, zeo));
        return zeo.port();
      } catch (UncheckedIOException e) {
        // A client that dials the free port may have hit upon that very port on its own side.
        if (wish.port() == 0 || System.nanoTime() > deadline) {
          storage.close();
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
      return Optional.of(Map.of("id", create()));
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
        .mapToLong(server -> server.zeo().counters().conflictsResolved())
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
        .forEach(server -> stop(server.zeo().port()));
    TestDatabase database = database(id);
    database.empty();
    emptied.add(database);
    databases.remove(id);
  }

  @Override
  public void close() {
    List.copyOf(databases.keySet()).forEach(this::drop);
    emptied.forEach(TestDatabase::drop);
  }
}
