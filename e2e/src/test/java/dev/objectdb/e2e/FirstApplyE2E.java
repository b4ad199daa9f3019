package dev.objectdb.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * The first hour of a user: install the chart, apply the example, wait until it is Ready, work with
 * it from inside and outside the cluster, lose servers. The tests build on each other.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
@ExtendWith(OperatorExtension.class)
class FirstApplyE2E {
  private static final Namespace SITE = new Namespace("objectdb-e2e");

  @RegisterExtension
  static final CollectOnFailure COLLECT = new CollectOnFailure(OperatorExtension.NAMESPACE, SITE);

  private static final Path TOP = Path.of("..").toAbsolutePath().normalize();
  private static final String EXAMPLE = TOP.resolve("examples/objectdb.yaml").toString();
  private static final String DATABASE = "site";
  private static final int ZEO_PORT = 8100;
  private static final String SERVERS =
      "app.kubernetes.io/instance=%s,app.kubernetes.io/component=server".formatted(DATABASE);

  private final Python python = Python.install();
  private final List<AutoCloseable> open = new ArrayList<>();

  @BeforeAll
  void install() {
    SITE.create();
    SITE.kubectl("apply", "--filename", EXAMPLE);
    Command.run(
        Timeouts.DATABASE_READY.plus(Timeouts.COMMAND),
        SITE.kubectlWords(
            "wait",
            "--for=condition=Ready",
            "objdb/" + DATABASE,
            "--timeout=" + seconds(Timeouts.DATABASE_READY)));
    ClientPod.start(SITE);
  }

  @AfterAll
  void uninstall() throws Exception {
    for (AutoCloseable each : open) {
      each.close();
    }
    SITE.delete();
  }

  @Test
  @Order(1)
  void aClientInAPodAndOneThroughPortForwardStoreAndRead() {
    PortForward forward = forward();

    Command.run(Timeouts.COMMAND, inside("set", "from-inside", "hello"));
    Command.run(Timeouts.COMMAND, python.client(forward.port(), "set", "from-outside", "salve"));

    assertThat(Command.run(Timeouts.COMMAND, inside("get", "from-outside"))).isEqualTo("salve\n");
    assertThat(Command.run(Timeouts.COMMAND, python.client(forward.port(), "get", "from-inside")))
        .isEqualTo("hello\n");
  }

  @Test
  @Order(2)
  void applyingTheSameAgainChangesNothing() throws InterruptedException {
    String before = everything();

    assertThat(SITE.kubectl("apply", "--filename", EXAMPLE).lines())
        .allSatisfy(line -> assertThat(line).endsWith(" unchanged"));
    SITE.kubectl("diff", "--filename", EXAMPLE);
    Thread.sleep(Timeouts.QUIET);

    assertThat(everything()).isEqualTo(before);
  }

  @Test
  @Order(3)
  void clientsGoOnWhenServersAreLostAndEveryAcknowledgedCommitIsKept() {
    PortForward forward = forward();
    CommitLoop inside = keep(CommitLoop.start("inside", inside()));
    CommitLoop outside = keep(CommitLoop.start("outside", python.client(forward.port())));
    inside.awaitProgress();
    outside.awaitProgress();

    kill(servers().subList(0, 1));
    inside.awaitProgress();
    outside.awaitProgress();

    kill(servers());
    inside.awaitProgress();
    outside.awaitProgress();

    Set<String> promisedInside = inside.stop();
    Set<String> promisedOutside = outside.stop();
    Entries found = Entries.parse(Command.run(Timeouts.COMMAND, inside("list")));
    assertThat(found.keys())
        .containsAll(promisedInside)
        .containsAll(promisedOutside)
        .contains("from-inside", "from-outside");
    assertThat(found.count()).isEqualTo(found.keys().size());
  }

  @Test
  @Order(4)
  void eventsTellWhatHappened() {
    assertThat(SITE.kubectl("events", "--for=objdb/" + DATABASE))
        .contains("PostgresStarting", "SchemaApplying", "ServersStarting", "ServersReady");
  }

  /**
   * Every object of the database, in the version that each has now. Kubernetes itself writes the
   * status of some when it likes: of these the generation counts, and when the operator last wrote.
   */
  private static String everything() {
    return versions("objdb,service,secret,configmap", "resourceVersion")
        + versions("deployment,statefulset,job,pod,pvc", "generation");
  }

  private static String versions(String kinds, String version) {
    return SITE.kubectl(
        "get",
        kinds,
        "--show-managed-fields",
        "--output=custom-columns=:kind,:metadata.name,:metadata.uid,:metadata.%s,"
                .formatted(version)
            + ":metadata.managedFields[?(@.manager==\"objectdb-operator\")].time");
  }

  private static List<String> servers() {
    List<String> pods =
        SITE.kubectl("get", "pods", "--selector=" + SERVERS, "--output=name").lines().toList();
    assertThat(pods).as("server pods").isNotEmpty();
    return pods;
  }

  /** Ends pods with no time to say farewell. */
  private static void kill(List<String> pods) {
    List<String> words = new ArrayList<>(List.of("delete", "--grace-period=0", "--force"));
    words.addAll(pods);
    SITE.kubectl(words.toArray(String[]::new));
  }

  private static List<String> inside(String... arguments) {
    return ClientPod.client(SITE, DATABASE + ":" + ZEO_PORT, arguments);
  }

  private PortForward forward() {
    return keep(PortForward.to(SITE, DATABASE, ZEO_PORT));
  }

  private <T extends AutoCloseable> T keep(T resource) {
    open.add(resource);
    return resource;
  }

  private static String seconds(Duration duration) {
    return Objects.toString(duration.toSeconds()) + "s";
  }
}
