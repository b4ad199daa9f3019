package dev.objectdb.zeo;

import com.fasterxml.jackson.databind.JsonNode;
import dev.objectdb.object.Oid;
import dev.objectdb.object.Tid;
import dev.objectdb.testing.PythonPeer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** One unmodified ClientStorage in a Python process, moved step by step: cluster_client.py. */
final class StockClient implements AutoCloseable {
  private final PythonPeer peer;
  private final String name;

  /** What a load gave; {@link Tid#MAX} as its next says that it is current. */
  record Found(String value, Tid tid, Tid next) {}

  /**
   * How a client is.
   *
   * @param tid the last one it knows of
   * @param port of the server it is or was connected to
   * @param verification what it did with its cache when it connected last
   */
  record State(boolean connected, Tid tid, int port, int generation, String verification) {}

  private StockClient(PythonPeer peer, String name) {
    this.peer = peer;
    this.name = name;
  }

  /** Opens one on the servers behind these ports; the first that answers is taken. */
  static StockClient open(PythonPeer peer, String name, List<Integer> ports) {
    return open(peer, name, ports, Map.of());
  }

  static StockClient open(
      PythonPeer peer, String name, List<Integer> ports, Map<String, ?> options) {
    StockClient client = new StockClient(peer, name);
    Map<String, Object> all = new HashMap<>(options);
    all.put("ports", ports);
    client.ask("open", all);
    return client;
  }

  JsonNode ask(String order, Map<String, ?> options) {
    return peer.answer(send(order, options));
  }

  JsonNode ask(String order) {
    return ask(order, Map.of());
  }

  /** Begins something that may take its time. */
  CompletableFuture<JsonNode> send(String order, Map<String, ?> options) {
    Map<String, Object> all = new HashMap<>(options);
    all.put("client", name);
    return peer.send(order, all);
  }

  CompletableFuture<JsonNode> send(String order) {
    return send(order, Map.of());
  }

  private static Tid tid(JsonNode node) {
    return new Tid(node.asLong());
  }

  void begin() {
    ask("begin");
  }

  /**
   * Stores.
   *
   * @param value a text, or a number for a counter that the server merges
   */
  void store(Oid oid, Object value, Tid base) {
    ask("store", Map.of("oid", oid.value(), "value", value, "base", base.value()));
  }

  void delete(Oid oid) {
    ask("delete", Map.of("oid", oid.value()));
  }

  JsonNode vote() {
    return ask("vote");
  }

  Tid finish() {
    return tid(ask("finish"));
  }

  void abort() {
    ask("abort");
  }

  Tid commit(Oid oid, Object value, Tid base) {
    return tid(ask("commit", Map.of("stores", List.of(List.of(oid.value(), value, base.value())))));
  }

  Tid commitDelete(Oid oid) {
    return tid(ask("commit", Map.of("deletes", List.of(oid.value()))));
  }

  /** Loads as a transaction that begins now. */
  @Nullable Found load(Oid oid) {
    return found(ask("load", Map.of("oid", oid.value())));
  }

  @Nullable Found load(Oid oid, Tid before) {
    return found(ask("load", Map.of("oid", oid.value(), "before", before.value())));
  }

  private static @Nullable Found found(JsonNode node) {
    if (node.isNull()) {
      return null;
    }
    long end = node.get(2).asLong();
    return new Found(node.get(0).asText(), tid(node.get(1)), end == 0 ? Tid.MAX : new Tid(end));
  }

  Tid ping() {
    return tid(ask("ping"));
  }

  List<Oid> newOids(int count) {
    List<Oid> oids = new ArrayList<>();
    ask("new_oids", Map.of("count", count)).forEach(node -> oids.add(new Oid(node.asLong())));
    return oids;
  }

  Oid newOid() {
    return newOids(1).getFirst();
  }

  State state() {
    JsonNode state = ask("state");
    return new State(
        state.get("connected").asBoolean(),
        tid(state.get("tid")),
        state.get("port").asInt(),
        state.get("generation").asInt(),
        state.get("verification").asText());
  }

  /** Returns every object it was ever told to have changed. */
  Set<Oid> told() {
    Set<Oid> oids = new LinkedHashSet<>();
    for (JsonNode change : ask("state").get("changes")) {
      change.get(1).forEach(oid -> oids.add(new Oid(oid.asLong())));
    }
    return oids;
  }

  /** What its cache holds, for {@link Chronicle#judge}. */
  JsonNode cache() {
    return ask("cache");
  }

  @Override
  public void close() {
    ask("close");
  }

  @Override
  public String toString() {
    return name;
  }
}
