package dev.objectdb.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What has a Prometheus look at one database, in a cluster that learns the kinds late. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@ExtendWith(OperatorExtension.class)
class MonitoringE2E {
  private static final Namespace NAMESPACE = new Namespace("objectdb-monitored");
  private static final String KINDS =
      MonitoringE2E.class.getResource("/chart/prometheus-crds.yaml").getPath();
  private static final String MANIFEST =
      """
      apiVersion: objectdb.dev/v1alpha1
      kind: ObjectDatabase
      metadata: {name: site}
      spec:
        replicas: 0
        postgres: {embedded: {}}
        monitoring:
          podMonitor: {enabled: true, labels: {release: prometheus}}
          rules: {enabled: true}
      """;

  @RegisterExtension
  static final CollectOnFailure COLLECT =
      new CollectOnFailure(OperatorExtension.NAMESPACE, NAMESPACE);

  private Site site;

  @BeforeAll
  void create() {
    NAMESPACE.kubectl("delete", "--ignore-not-found", "--filename", KINDS);
    site = Site.create(NAMESPACE);
  }

  @AfterAll
  void delete() {
    NAMESPACE.kubectl("delete", "--ignore-not-found", "--filename", KINDS);
    site.close();
  }

  @Test
  void whatIsDeclaredIsMadeOnceTheKindsAreThereAndGoesWhenItIsTakenBack() {
    site.apply(MANIFEST);
    site.awaitField("site", ".status.conditions[?(@.type==\"Warning\")].message", "no such kind");

    NAMESPACE.kubectl("apply", "--filename", KINDS);
    await().atMost(Timeouts.DATABASE_READY).until(() -> monitors().lines().count() == 2);
    assertThat(NAMESPACE.kubectl("get", "podmonitor", "site", "--output=yaml"))
        .contains("release: prometheus", "app.kubernetes.io/component: server");
    assertThat(NAMESPACE.kubectl("get", "prometheusrule", "site", "--output=yaml"))
        .contains("namespace=\"objectdb-monitored\",name=\"site\"")
        .contains("app_kubernetes_io_instance=\"site\"")
        .doesNotContain("DATABASE}", "{SERVERS}");
    await()
        .atMost(Timeouts.DATABASE_READY)
        .until(() -> !site.why("site", "Warning").contains("no such kind"));

    site.patch("site", "{\"monitoring\":{\"podMonitor\":{\"enabled\":false}}}");
    await()
        .atMost(Timeouts.DATABASE_READY)
        .until(() -> monitors().lines().allMatch(line -> line.contains("prometheusrule")));
    assertThat(monitors()).isNotBlank();
  }

  private static String monitors() {
    return NAMESPACE.kubectl("get", "podmonitors,prometheusrules", "--output=name");
  }
}
