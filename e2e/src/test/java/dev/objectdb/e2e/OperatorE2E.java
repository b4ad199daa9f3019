package dev.objectdb.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What may happen to the operator, and that clients notice nothing of it. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@ExtendWith(OperatorExtension.class)
class OperatorE2E {
  private static final Namespace NAMESPACE = new Namespace("objectdb-operated");
  private static final String DATABASE = "site";
  private static final String MANIFEST =
      """
      apiVersion: objectdb.dev/v1alpha1
      kind: ObjectDatabase
      metadata: {name: site}
      spec: {replicas: 1, postgres: {embedded: {}}}
      """;

  @RegisterExtension
  static final CollectOnFailure COLLECT =
      new CollectOnFailure(OperatorExtension.NAMESPACE, NAMESPACE);

  private Site site;

  @BeforeAll
  void create() {
    site = Site.create(NAMESPACE);
    site.apply(MANIFEST);
    site.awaitCondition(DATABASE, "Ready", "True");
  }

  @AfterAll
  void delete() {
    site.close();
  }

  /** Scenario 6. */
  @Test
  void anOperatorThatIsKilledIsReplacedAndNobodyNotices() {
    Load load = site.load(DATABASE);
    String before = leader();
    List<String> servers = site.servers(DATABASE);

    Instant began = Instant.now();
    OperatorExtension.NAMESPACE.kubectl("delete", "pod", before, "--grace-period=0", "--force");
    load.awaitProgress();
    await().atMost(Timeouts.OPERATOR_READY).until(() -> !leader().equals(before));
    Site.print("another operator leads after one was killed", began);
    proveThatItWorks();

    assertThat(site.servers(DATABASE)).isEqualTo(servers);
    load.check();
  }

  /** Scenario 21: what an older or newer operator would run by default concerns nobody. */
  @Test
  void anUpgradeOfTheOperatorLeavesTheServersAlone() {
    Load load = site.load(DATABASE);
    String before = uids();

    OperatorExtension.helm(
        "upgrade", "--set=runtimeImage.tag=another", "--set=podAnnotations.version=another");
    load.awaitProgress();
    proveThatItWorks();
    assertThat(uids()).isEqualTo(before);

    OperatorExtension.helm("upgrade");
    proveThatItWorks();
    assertThat(uids()).isEqualTo(before);
    load.check();
  }

  /** The pod that holds the lease. */
  private static String leader() {
    String holder =
        OperatorExtension.NAMESPACE.kubectl(
            "get", "lease", OperatorExtension.NAME, "--output=jsonpath={.spec.holderIdentity}");
    assertThat(holder).contains("_"); // the pod, and what tells its processes apart
    return holder.substring(0, holder.indexOf('_'));
  }

  /** An object that is taken away comes back only if somebody is at work. */
  private void proveThatItWorks() {
    NAMESPACE.kubectl("delete", "service", DATABASE);
    await()
        .atMost(Timeouts.OPERATOR_READY)
        .until(
            () ->
                !NAMESPACE
                    .kubectl("get", "service", DATABASE, "--ignore-not-found", "--output=name")
                    .isEmpty());
  }

  private static String uids() {
    return NAMESPACE.kubectl("get", "pods", "--output=custom-columns=:metadata.name,:metadata.uid");
  }
}
