package dev.objectdb.e2e;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A namespace of a user, with limits and quotas as a careful administrator sets them, and the
 * databases in it.
 */
final class Site implements AutoCloseable {
  private static final String LIMITS =
      """
      apiVersion: v1
      kind: LimitRange
      metadata: {name: defaults}
      spec:
        limits:
        - {type: Container, default: {memory: 512Mi}, defaultRequest: {cpu: 10m, memory: 64Mi}}
      ---
      apiVersion: v1
      kind: ResourceQuota
      metadata: {name: quota}
      spec:
        hard: {pods: "30", limits.memory: 24Gi, requests.cpu: "4", persistentvolumeclaims: "5"}
      """;

  private static final String ZEO_PORT = ":8100";

  private final Namespace namespace;
  private final AtomicInteger files = new AtomicInteger();
  private final List<AutoCloseable> open = new ArrayList<>();

  private Site(Namespace namespace) {
    this.namespace = namespace;
  }

  /** Makes the namespace, with a pod for clients. */
  static Site create(Namespace namespace) {
    Site site = new Site(namespace);
    namespace.create();
    site.apply(LIMITS);
    ClientPod.start(namespace);
    return site;
  }

  Namespace namespace() {
    return namespace;
  }

  /** Applies manifests. */
  void apply(String manifests) {
    namespace.kubectl("apply", "--filename", file(manifests).toString());
  }

  /** Makes a database again what a manifest says, whatever a test left of it, and waits for it. */
  void restore(String database, String manifest) {
    String file = file(manifest).toString();
    await() // the operator may write its status between what kubectl reads and what it writes
        .atMost(Timeouts.DATABASE_READY)
        .untilAsserted(() -> namespace.kubectl("replace", "--filename", file));
    awaitCondition(database, "Ready", "True");
  }

  private Path file(String manifests) {
    try {
      Path directory = Files.createDirectories(Path.of("target/e2e", namespace.name()));
      return Files.writeString(
          directory.resolve("applied-%d.yaml".formatted(files.incrementAndGet())), manifests);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Changes the spec of a database by a merge patch. */
  void patch(String database, String spec) {
    namespace.kubectl(
        "patch", "objdb", database, "--type=merge", "--patch={\"spec\":%s}".formatted(spec));
  }

  /** Waits until a condition of the generation there is now has a status, True or False. */
  void awaitCondition(String database, String type, String status) {
    await()
        .atMost(Timeouts.DATABASE_READY)
        .pollInterval(Duration.ofMillis(500))
        .until(
            () ->
                field(database, ".metadata.generation")
                        .equals(field(database, ".status.observedGeneration"))
                    && status.equals(field(database, condition(type) + ".status")));
  }

  /** Waits until a field of a database has a text in it. */
  void awaitField(String database, String path, String text) {
    await()
        .atMost(Timeouts.DATABASE_READY)
        .pollInterval(Duration.ofMillis(500))
        .until(() -> field(database, path), found -> found.contains(text));
  }

  /** Returns a field of a database, empty where it has none. */
  String field(String database, String path) {
    return namespace.kubectl("get", "objdb", database, "--output=jsonpath={%s}".formatted(path));
  }

  /** Returns reason and message of a condition. */
  String why(String database, String type) {
    String which = condition(type);
    return field(database, which + ".reason") + ": " + field(database, which + ".message");
  }

  private static String condition(String type) {
    return ".status.conditions[?(@.type==\"%s\")]".formatted(type);
  }

  /** Returns the server pods of a database as {@code pod/name}, but those on their way out. */
  List<String> servers(String database) {
    return namespace
        .kubectl(
            "get",
            "pods",
            "--selector=app.kubernetes.io/instance=%s,app.kubernetes.io/component=server"
                .formatted(database),
            "--output=go-template={{range .items}}{{if not .metadata.deletionTimestamp}}"
                + "pod/{{.metadata.name}}{{\"\\n\"}}{{end}}{{end}}")
        .lines()
        .toList();
  }

  /** Ends objects with no time to say farewell. */
  void kill(List<String> names) {
    List<String> words = new ArrayList<>(List.of("delete", "--grace-period=0", "--force"));
    words.addAll(names);
    namespace.kubectl(words.toArray(String[]::new));
  }

  /** Starts clients that commit to a database until {@link Load#check}. */
  Load load(String database) {
    return keep(Load.start(database, ClientPod.client(namespace, database + ZEO_PORT)));
  }

  /**
   * The same by TLS.
   *
   * @param authority who signs the servers' certificates, PEM
   */
  Load secureLoad(String database, String authority) {
    return keep(
        Load.start(database, ClientPod.secureClient(namespace, authority, database + ZEO_PORT)));
  }

  private Load keep(Load load) {
    open.add(load);
    return load;
  }

  /** Prints how long something took; the figures of a run are read, not judged. */
  static void print(String what, Instant began) {
    System.out.printf(
        "e2e: %s: %.1f s%n", what, Duration.between(began, Instant.now()).toMillis() / 1000.0);
  }

  @Override
  public void close() {
    for (AutoCloseable each : open) {
      try {
        each.close();
      } catch (Exception e) {
        throw new IllegalStateException(e);
      }
    }
    namespace.delete();
  }
}
