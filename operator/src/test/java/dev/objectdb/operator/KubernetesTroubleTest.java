package dev.objectdb.operator;

import static dev.objectdb.operator.FakeCluster.EMBEDDED;
import static dev.objectdb.operator.FakeCluster.await;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.objectdb.crds.v1alpha1.Condition.Status;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import io.fabric8.kubernetes.api.model.apps.DeploymentBuilder;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What the API server and its controllers refuse is told, and holds up nothing else. */
class KubernetesTroubleTest {
  private final FakeCluster cluster = new FakeCluster();

  @AfterEach
  void stop() {
    cluster.close();
  }

  @Test
  void whatTheApiServerRefusesIsToldAndTriedAgain() {
    cluster.dispatcher().refuse("/statefulsets");
    cluster.create(EMBEDDED);
    await().until(() -> cluster.ready().reason().equals("RequestFailed"));
    assertThat(cluster.ready().message()).contains("the quota is used up");
    cluster.dispatcher().refuse("nothing");
    await().until(() -> cluster.ready().reason().equals("PostgresStarting"));
  }

  @Test
  void anObjectOfSomebodyElseIsLeftAlone() {
    cluster
        .client()
        .resource(
            new ServiceBuilder()
                .withNewMetadata()
                .withNamespace(Databases.NAMESPACE)
                .withName("site")
                .endMetadata()
                .withNewSpec()
                .withExternalName("elsewhere")
                .endSpec()
                .build())
        .create();
    cluster.create(EMBEDDED);
    await().until(() -> cluster.ready().reason().equals("NameTaken"));
    assertThat(cluster.ready().message()).contains("Service site");
    assertThat(
            cluster
                .client()
                .services()
                .inNamespace(Databases.NAMESPACE)
                .withName("site")
                .get()
                .getSpec()
                .getPorts())
        .isEmpty();
  }

  @Test
  void whatGoesWithItsNamespaceIsNotMadeAgain() {
    cluster.running();
    cluster.dispatcher().writes().clear();
    cluster.dispatcher().terminateNamespace("/");
    cluster.client().resource(cluster.deployment()).delete();
    await()
        .during(Duration.ofSeconds(4)) // a failed pass would be tried again twice in this time
        .until(() -> writes("PATCH") == 1);
    assertThat(cluster.ready().reason()).isEqualTo("ServersReady");
  }

  @Test
  void withoutAPrometheusOperatorADatabaseServesAndIsToldSo() {
    cluster.running(
        "{monitoring: {podMonitor: {enabled: true}, rules: {enabled: true}}, postgres: {embedded:"
            + " {}}}");
    await().until(() -> cluster.condition("Warning").message().contains("PrometheusRule"));
    assertThat(cluster.condition("Warning").message())
        .contains("declares a PodMonitor, and the API server knows no such kind");
  }

  @Test
  void whatIsRefusedHoldsUpNeitherSchemaNorServers() {
    cluster.dispatcher().refuse("/networkpolicies", 422);
    cluster.create(EMBEDDED);
    cluster.postgresStarts();
    cluster.schemaSucceeds();
    cluster.serversStart();
    await().until(() -> cluster.ready().reason().equals("ObjectRefused"));
    assertThat(cluster.condition("Stalled").status()).isEqualTo(Status.True);
    assertThat(cluster.ready().message()).contains("the quota is used up");
    await().until(() -> cluster.condition("UpToDate").status() == Status.True);
    assertThat(cluster.versions()).containsKey("PodDisruptionBudget/site");

    cluster.dispatcher().refuse("/networkpolicies", 403);
    await().until(() -> cluster.ready().reason().equals("RequestFailed"));
    cluster.dispatcher().refuse("nothing");
    await().until(() -> cluster.ready().reason().equals("ServersReady"));
  }

  @Test
  void serversThatTheApiServerCannotTakeAreToldWithItsWords() {
    cluster.dispatcher().refuse("/deployments", 422);
    cluster.create(EMBEDDED);
    cluster.postgresStarts();
    cluster.schemaSucceeds();
    await().until(() -> cluster.condition("Stalled").status() == Status.True);
    assertThat(cluster.ready().reason()).isEqualTo("ObjectRefused");
    assertThat(cluster.ready().message()).contains("the quota is used up", "correct the resource");
    cluster.dispatcher().refuse("nothing");
    cluster.serversStart();
    await().until(() -> cluster.ready().reason().equals("ServersReady"));
  }

  /** As before there was a pattern for it; nobody would learn of it but by the log. */
  @Test
  void aFaultOfTheOperatorIsTold() {
    cluster.create(
        "{postgres: {embedded: {}}, podTemplate: {resources: {limits: {memory: lots}}}}");
    cluster.postgresStarts();
    cluster.schemaSucceeds();
    await().until(() -> cluster.ready().reason().equals("OperatorFault"));
    cluster.change(EMBEDDED);
    cluster.serversStart();
    await().until(() -> cluster.ready().reason().equals("ServersReady"));
  }

  @Test
  void podsThatWereEvictedCountNoMore() {
    cluster.running();
    cluster
        .client()
        .resource(
            new PodBuilder()
                .withMetadata(
                    requireNonNull(cluster.deployment()).getSpec().getTemplate().getMetadata())
                .editMetadata()
                .withNamespace(Databases.NAMESPACE)
                .withName("site-evicted")
                .endMetadata()
                .withNewStatus()
                .withPhase("Failed")
                .withReason("Evicted")
                .endStatus()
                .build())
        .create();
    cluster.wakeTwice();
    assertThat(cluster.ready().reason()).isEqualTo("ServersReady");
    assertThat(requireNonNull(cluster.database().getStatus()).replicas()).isEqualTo(2);
  }

  @Test
  void whatKeepsPodsFromBeingMadeIsTold() {
    cluster.create(EMBEDDED);
    cluster.postgresStarts();
    cluster.schemaSucceeds();
    await().until(() -> cluster.deployment() != null);
    cluster
        .client()
        .resource(
            new DeploymentBuilder(requireNonNull(cluster.deployment()))
                .withNewStatus()
                .addNewCondition()
                .withType("ReplicaFailure")
                .withStatus("True")
                .withReason("FailedCreate")
                .withMessage("exceeded quota: pods=0")
                .endCondition()
                .endStatus()
                .build())
        .updateStatus();
    await().until(() -> cluster.ready().reason().equals("ServersFailing"));
    assertThat(cluster.ready().message()).contains("FailedCreate: exceeded quota: pods=0");
    assertThat(cluster.condition("ServersAvailable").reason()).isEqualTo("ServersFailing");
  }

  private long writes(String method) {
    return cluster.dispatcher().writes().stream().filter(it -> it.startsWith(method)).count();
  }
}
