package dev.objectdb.zeo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.objectdb.codec.pickle.PickleValue;
import dev.objectdb.object.Oid;
import dev.objectdb.object.Tid;
import dev.objectdb.zeo.ZeoTestClient.Answer;
import java.io.IOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A link that checks each message at its place, as no stock client does: what it is told rises, no
 * load goes back behind what it was told, and none runs ahead of it.
 */
final class RawLink implements AutoCloseable {
  private final ZeoTestClient client;
  private final Tid baseline;

  /** Where the link stood before it was told that an object changed; the change is above that. */
  private final Map<Oid, Tid> changedAbove = new HashMap<>();

  private final Map<Tid, Set<Oid>> told = new HashMap<>();
  private Tid position;
  private Tid beforeLast = Tid.NONE;
  private boolean again;

  private RawLink(ZeoTestClient client) throws IOException {
    this.client = client;
    baseline = client.register();
    position = baseline;
  }

  /** Connects to a server and registers. */
  static RawLink to(ServerProcess server) throws IOException {
    return new RawLink(ZeoTestClient.connected(server.port()));
  }

  /** Says and hears what no check is about. */
  ZeoTestClient client() {
    return client;
  }

  /** The tid that register answered. */
  Tid baseline() {
    return baseline;
  }

  /** The highest tid it was told. */
  Tid position() {
    return position;
  }

  /** Takes in what was pushed so far; the answer to a ping is behind all of it. */
  void ping() throws IOException {
    client.call("ping");
    takePushes();
  }

  void takePushes() {
    client.pushes().forEach(this::take);
  }

  private void take(Answer push) {
    if (push.name().equals("info")) {
      return;
    }
    assertThat(push.name()).isEqualTo("invalidateTransaction");
    rise(ZeoTestClient.tid(push.item(0)), oids(push.item(1)));
  }

  private void rise(Tid tid, Set<Oid> oids) {
    assertThat(tid).as("R2: what a link is told rises").isGreaterThan(position);
    // What several commits changed is told at the first of them, and once more at the last.
    again = !again && oids.equals(told.get(position));
    Tid before = again ? beforeLast : position;
    beforeLast = position;
    position = tid;
    told.put(tid, oids);
    oids.forEach(oid -> changedAbove.put(oid, before));
  }

  static Set<Oid> oids(PickleValue list) {
    Set<Oid> oids = new HashSet<>();
    for (PickleValue item : ((PickleValue.ListValue) list).items()) {
      oids.add(Oid.of(((PickleValue.Binary) item).toBytes()));
    }
    return oids;
  }

  /** Loads the newest, and checks the answer against what was told before it. */
  void load(Oid oid) throws IOException {
    Answer loaded = client.load(oid, Tid.MAX);
    takePushes();
    assertThat(loaded.isError()).as("%s", loaded).isFalse();
    Tid tid = ZeoTestClient.tid(loaded.item(1));
    assertThat(tid).as("R6: a load does not run ahead").isLessThanOrEqualTo(position);
    if (loaded.item(2).equals(ZeoTestClient.NONE)) {
      assertThat(tid)
          .as("R5: what was told to be over is not current")
          .isGreaterThan(changedAbove.getOrDefault(oid, Tid.NONE));
    }
  }

  /** Commits, and returns the tid, at its place among what is told. */
  Tid commit(Oid oid, Tid base, String data) throws IOException {
    Tid tid = client.commit(oid, base, data);
    takePushes();
    rise(tid, Set.of(oid));
    return tid;
  }

  /** R3: each of these was told by the first frame at or above its tid. */
  void assertToldAllOf(Map<Tid, Oid> commits) {
    List<Tid> tids = told.keySet().stream().sorted().toList();
    commits.forEach(
        (tid, oid) -> {
          Tid frame = tids.stream().filter(it -> !it.isBefore(tid)).findFirst().orElseThrow();
          assertThat(told.get(frame)).as("told at %s of %s", frame, tid).contains(oid);
        });
  }

  @Override
  public void close() throws IOException {
    client.close();
  }
}
