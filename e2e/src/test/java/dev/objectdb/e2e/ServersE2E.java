package dev.objectdb.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What may happen to the servers of a database while clients commit to it. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@ExtendWith(OperatorExtension.class)
class ServersE2E {
  private static final Namespace NAMESPACE = new Namespace("objectdb-servers");
  private static final String DATABASE = "site";
  private static final String MANIFEST =
      """
      apiVersion: objectdb.dev/v1alpha1
      kind: ObjectDatabase
      metadata: {name: site}
      spec:
        historyMode: Preserving
        postgres: {embedded: {}}
      """;

  @RegisterExtension
  static final CollectOnFailure COLLECT =
      new CollectOnFailure(OperatorExtension.NAMESPACE, NAMESPACE);

  private Site site;

  @BeforeAll
  void create() {
    site = Site.create(NAMESPACE);
    Instant began = Instant.now();
    site.apply(MANIFEST);
    site.awaitCondition(DATABASE, "Ready", "True");
    Site.print("apply to Ready, with a PostgreSQL of its own", began);
  }

  @AfterEach
  void restore() {
    site.restore(DATABASE, MANIFEST);
  }

  @AfterAll
  void delete() {
    site.close();
  }

  /** Whatever else the operator made besides what holds data. */
  private Set<String> children() {
    return site.namespace()
        .kubectl(
            "get",
            "deployment,service,configmap,poddisruptionbudget,networkpolicy,serviceaccount",
            "--selector=app.kubernetes.io/managed-by=objectdb-operator",
            "--output=name")
        .lines()
        .collect(Collectors.toSet());
  }

  /** Scenario 3. */
  @Test
  void whatIsDeletedByHandComesBack() {
    Load load = site.load(DATABASE);
    Set<String> before = children();
    assertThat(before).hasSizeGreaterThan(2);

    Instant began = Instant.now();
    site.kill(List.copyOf(before));
    await().atMost(Timeouts.DATABASE_READY).until(() -> children().equals(before));
    site.awaitCondition(DATABASE, "Ready", "True");
    load.awaitProgress("the deletion of every object but PostgreSQL", began);

    String operator = "deployment/" + OperatorExtension.NAME;
    String replicas =
        OperatorExtension.NAMESPACE.kubectl("get", operator, "--output=jsonpath={.spec.replicas}");
    OperatorExtension.NAMESPACE.kubectl("scale", operator, "--replicas=0");
    load.awaitProgress();
    site.kill(List.copyOf(children()));
    OperatorExtension.NAMESPACE.kubectl("scale", operator, "--replicas=" + replicas);
    await().atMost(Timeouts.DATABASE_READY).until(() -> children().equals(before));
    site.awaitCondition(DATABASE, "Ready", "True");
    load.check();
  }

  /** Scenario 4. */
  @Test
  void itIsScaledByKubectlUnderLoad() {
    Load load = site.load(DATABASE);
    for (int replicas : List.of(4, 1)) {
      scale(replicas);
      site.awaitField(DATABASE, ".status.ready", "%1$d/%1$d".formatted(replicas));
      assertThat(site.servers(DATABASE)).hasSizeGreaterThanOrEqualTo(replicas);
      load.awaitProgress();
    }
    scale(0);
    await().atMost(Timeouts.DATABASE_READY).until(() -> site.servers(DATABASE).isEmpty());
    site.awaitField(DATABASE, ".status.ready", "0/0");

    Instant began = Instant.now();
    scale(2);
    load.awaitProgress("a scale from 0 to 2", began);
    site.awaitCondition(DATABASE, "Ready", "True");
    load.check();
  }

  private void scale(int replicas) {
    site.namespace().kubectl("scale", "objdb/" + DATABASE, "--replicas=" + replicas);
  }

  /** Scenario 22. */
  @Test
  void whatDoesNotWorkStopsAtItsFirstPodAndIsTakenBack() {
    Load load = site.load(DATABASE);
    List<String> before = site.servers(DATABASE);
    expect("{\"image\":\"objectdb.invalid/nothing:1\"}", "objectdb.invalid/nothing:1", before);
    load.awaitProgress();
    expect("{\"image\":\"%s\"}".formatted(Images.image("python")), "pod site-schema-", before);
    load.awaitProgress();
    expect("{\"image\":null,\"jvmOptions\":[\"-XX:+NoSuchOption\"]}", "pod site-", before);
    load.awaitProgress();

    site.patch(DATABASE, "{\"jvmOptions\":null}");
    site.awaitCondition(DATABASE, "Ready", "True");
    load.check();
  }

  /** Waits for the words that say what is wrong with a change; those that served go on. */
  private void expect(String spec, String words, List<String> serving) {
    site.patch(DATABASE, spec);
    site.awaitField(DATABASE, ".status.message", words);
    System.out.printf("e2e: %s: %s%n", spec, site.field(DATABASE, ".status.message"));
    assertThat(site.servers(DATABASE)).containsAll(serving);
  }

  /** Scenario 26. */
  @Test
  void whileItIsPausedNothingIsMendedAndAfterwardsItIs() throws InterruptedException {
    Load load = site.load(DATABASE);
    site.patch(DATABASE, "{\"paused\":true}");
    site.awaitCondition(DATABASE, "Paused", "True");
    NAMESPACE.kubectl("delete", "service", DATABASE + "-headless");
    Thread.sleep(Timeouts.QUIET);
    assertThat(children()).doesNotContain("service/" + DATABASE + "-headless");

    site.patch(DATABASE, "{\"paused\":null}");
    await()
        .atMost(Timeouts.DATABASE_READY)
        .until(() -> children().contains("service/" + DATABASE + "-headless"));
    load.check();
  }

  /** Scenario 26. */
  @Test
  void itSleepsAndWakesUp() {
    site.patch(DATABASE, "{\"hibernated\":true}");
    site.awaitCondition(DATABASE, "Hibernated", "True");
    await().atMost(Timeouts.DATABASE_READY).until(() -> site.servers(DATABASE).isEmpty());

    Instant began = Instant.now();
    site.patch(DATABASE, "{\"hibernated\":null}");
    site.awaitCondition(DATABASE, "Ready", "True");
    Site.print("hibernated to Ready", began);
    site.load(DATABASE).check();
  }

  /** Scenario 23. */
  @Test
  void whatIsDeletedIsThereAgainWithItsDataWhenItIsMadeAgain() {
    Load load = site.load(DATABASE);
    NAMESPACE.kubectl("delete", "objdb", DATABASE);
    await().atMost(Timeouts.DATABASE_READY).until(() -> site.servers(DATABASE).isEmpty());

    Instant began = Instant.now();
    site.apply(MANIFEST);
    load.awaitProgress("it was deleted and made again", began);
    site.awaitCondition(DATABASE, "Ready", "True");
    load.checkPromises(); // PostgreSQL went with the servers, so calls may have failed
  }

  /** Scenario 23. */
  @Test
  void aProtectedDatabaseIsNotDeleted() {
    site.patch(DATABASE, "{\"deletionProtection\":true}");
    Command.Outcome outcome =
        Command.outcome(
            Timeouts.COMMAND, NAMESPACE.kubectlWords("delete", "objdb", DATABASE, "--wait=false"));
    assertThat(outcome.exit()).isNotZero();
    assertThat(outcome.errors()).contains("spec.deletionProtection");
    site.patch(DATABASE, "{\"deletionProtection\":null}");
  }

  /** Scenario 32. */
  @Test
  void aStatusThatIsLostIsFoundAgain() {
    String before = site.field(DATABASE, ".status.conditions[*].type");
    List<String> servers = site.servers(DATABASE);

    site.namespace()
        .kubectl(
            "patch",
            "objdb",
            DATABASE,
            "--subresource=status",
            "--type=merge",
            "--patch={\"status\":{\"conditions\":null,\"image\":null,\"historyMode\":null}}");
    site.awaitCondition(DATABASE, "Ready", "True");

    assertThat(site.field(DATABASE, ".status.conditions[*].type")).isEqualTo(before);
    assertThat(site.field(DATABASE, ".status.historyMode")).isEqualTo("Preserving");
    assertThat(site.servers(DATABASE)).isEqualTo(servers);
  }
}
