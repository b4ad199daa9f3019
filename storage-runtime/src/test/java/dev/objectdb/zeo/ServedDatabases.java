package dev.objectdb.zeo;

import com.fasterxml.jackson.databind.JsonNode;
import dev.objectdb.storage.HistoryMode;
import dev.objectdb.storage.Storage;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Databases for the Python clients of a test, each behind one or more ZEO servers; every server has
 * a storage of its own, as a pod has. A script asks for them and ends them by its lines:
 *
 * <pre>
 *   {"need": "database"} → {"id": 1, "port": 40001}      a fresh one, with one server
 *   {"drop": 1}          → {}
 *   {"restart": 40001}   → {}                            as a pod that dies and comes back
 * </pre>
 */
final class ServedDatabases implements AutoCloseable {
  private static final Duration BIND_PATIENCE = Duration.ofSeconds(20);

  private final HistoryMode mode;
  private final Map<Integer, TestDatabase> databases = new HashMap<>();
  private final Map<Integer, Server> servers = new HashMap<>();
  private int lastId;

  /** One server, as good as a pod. */
  private record Server(int database, Storage storage, ZeoServer zeo) {
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
    int id = ++lastId;
    databases.put(id, TestDatabase.create(mode));
    List<Integer> ports = new ArrayList<>();
    for (int i = 0; i < serverCount; i++) {
      ports.add(start(id, 0));
    }
    return ports;
  }

  private int start(int id, int port) {
    Storage storage = database(id).open();
    ZeoServer zeo = ZeoServer.start(ZeoConfig.on("127.0.0.1", port), storage);
    servers.put(zeo.port(), new Server(id, storage, zeo));
    return zeo.port();
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
    if (message.has("need")) {
      int port = serve(1).getFirst();
      return Optional.of(Map.of("id", lastId, "port", port));
    }
    if (message.has("drop")) {
      drop(message.get("drop").asInt());
      return Optional.of(Map.of());
    }
    if (message.has("restart")) {
      restart(message.get("restart").asInt());
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

  private void restart(int port) {
    Server server = servers.remove(port);
    if (server == null) {
      throw new IllegalArgumentException("no such server");
    }
    server.close();
    long deadline = System.nanoTime() + BIND_PATIENCE.toNanos();
    while (true) {
      try {
        start(server.database(), port);
        return;
      } catch (UncheckedIOException e) {
        // A client that dials the free port may have hit upon that very port on its own side.
        if (System.nanoTime() > deadline) {
          throw e;
        }
      }
    }
  }

  private void drop(int id) {
    servers.values().stream().filter(server -> server.database() == id).forEach(Server::close);
    servers.values().removeIf(server -> server.database() == id);
    database(id).drop();
    databases.remove(id);
  }

  @Override
  public void close() {
    List.copyOf(databases.keySet()).forEach(this::drop);
  }
}
