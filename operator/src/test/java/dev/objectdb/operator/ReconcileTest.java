package dev.objectdb.operator;

import static dev.objectdb.operator.FakeCluster.await;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.objectdb.crds.v1alpha1.Condition;
import dev.objectdb.crds.v1alpha1.Condition.Status;
import dev.objectdb.crds.v1alpha1.ObjectDatabase;
import dev.objectdb.operator.database.manifest.Servers;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentBuilder;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ReconcileTest {
  private static final String EMBEDDED = "{postgres: {embedded: {}}}";
  private static final String EXTERNAL = "{postgres: {secretRef: {name: pg}}}";
  private static final String URI = "postgresql://u:p@pg:5432/db";

  private final FakeCluster cluster = new FakeCluster();

  @AfterEach
  void stop() {
    cluster.close();
  }

  @Test
  void anEmbeddedDatabaseComesUpStepByStep() {
    cluster.create(EMBEDDED);
    await().until(() -> cluster.ready().reason().equals("PostgresStarting"));
    assertThat(cluster.jobs()).isEmpty();
    cluster.postgresStarts();
    await().until(() -> cluster.ready().reason().equals("SchemaApplying"));
    assertThat(cluster.deployment()).isNull();
    cluster.schemaSucceeds();
    await().until(() -> cluster.ready().reason().equals("ServersStarting"));
    cluster.serversStart();
    await().until(() -> cluster.ready().reason().equals("ServersReady"));

    ObjectDatabase database = cluster.database();
    assertThat(requireNonNull(database.getStatus()).ready()).isEqualTo("2/2");
    assertThat(database.getStatus().image()).isEqualTo("runtime:1");
    await()
        .untilAsserted(
            () ->
                // ServersStarting is told twice when one of them serves before the others do.
                assertThat(Set.copyOf(cluster.events()))
                    .filteredOn(reason -> !reason.equals("Connecting")) // if it took a moment
                    .containsExactlyInAnyOrder(
                        "PostgresStarting",
                        "DevelopmentOnly",
                        "Connected",
                        "SchemaApplying",
                        "SchemaApplied",
                        "ServersStarting",
                        "ServersReady"));
  }

  @Test
  void anotherPassOverARunningDatabaseWritesNothing() {
    running(EMBEDDED);
    cluster.wakeTwice();
    Map<String, String> versions = cluster.versions();
    cluster.dispatcher().writes().clear();
    cluster.wakeTwice();
    assertThat(cluster.dispatcher().writes()).allMatch(write -> write.contains("/pods"));
    assertThat(cluster.versions()).isEqualTo(versions);
  }

  @Test
  void theSpecIsNeverWritten() {
    cluster.create(EMBEDDED);
    Long generation = cluster.database().getMetadata().getGeneration();
    cluster.postgresStarts();
    cluster.schemaSucceeds();
    cluster.serversStart();
    await().until(() -> cluster.ready().status() == Status.True);
    assertThat(cluster.database().getMetadata().getGeneration()).isEqualTo(generation);
    assertThat(cluster.database().getMetadata().getFinalizers()).isEmpty();
  }

  @Test
  void aMissingSecretIsNamedAndItsAppearanceHeals() {
    cluster.create(EXTERNAL);
    await().until(() -> cluster.condition("Stalled").status() == Status.True);
    Condition ready = cluster.ready();
    assertThat(ready.status()).isEqualTo(Status.False);
    assertThat(ready.reason()).isEqualTo("SecretNotFound");
    assertThat(ready.message()).contains("Secret pg").contains("create it");
    assertThat(cluster.jobs()).isEmpty();

    cluster.createSecret("pg", "uri", URI); // which nobody watches
    await().until(() -> cluster.ready().reason().equals("SchemaApplying"));
    assertThat(cluster.condition("Stalled").status()).isEqualTo(Status.False);
  }

  @Test
  void aMissingKeyIsNamed() {
    cluster.createSecret("pg", "url", URI);
    cluster.create(EXTERNAL);
    await().until(() -> cluster.ready().reason().equals("SecretKeyMissing"));
    assertThat(cluster.ready().message()).contains("Secret pg").contains("key uri");
  }

  @Test
  void theUriOfASecretIsNowhereButInTheSecret() {
    cluster.createSecret("pg", "uri", "postgresql://u:swordfish@pg:5432/db");
    running(EXTERNAL);
    assertThat(cluster.client().getKubernetesSerialization().asJson(cluster.deployment()))
        .doesNotContain("swordfish");
    assertThat(cluster.client().getKubernetesSerialization().asJson(cluster.database()))
        .doesNotContain("swordfish");
  }

  @Test
  void aFailingSchemaJobIsToldInItsOwnWords() {
    cluster.createSecret("pg", "uri", URI);
    cluster.create(EXTERNAL);
    await().until(() -> !cluster.jobs().isEmpty());
    cluster.podCrashes("schema", "objectdb: password authentication failed\n");
    await().until(() -> cluster.ready().reason().equals("SchemaFailing"));
    assertThat(cluster.ready().message()).contains("password authentication failed");
    assertThat(cluster.condition("Reconciling").status()).isEqualTo(Status.True);
  }

  @Test
  void aCorrectedSecretStartsTheSchemaJobAnew() {
    cluster.createSecret("pg", "uri", URI);
    cluster.create(EXTERNAL);
    await().until(() -> !cluster.jobs().isEmpty());
    String before = cluster.jobs().get(0).getMetadata().getUid();
    cluster.createSecret("pg", "uri", "postgresql://u:right@pg:5432/db");
    cluster.wakeTwice();
    await()
        .until(
            () ->
                cluster.jobs().stream()
                    .noneMatch(job -> job.getMetadata().getUid().equals(before)));
    await().until(() -> !cluster.jobs().isEmpty());
  }

  @Test
  void whatSomebodyElseChangesIsPutRight() {
    running(EMBEDDED);
    Deployment changed =
        new DeploymentBuilder(requireNonNull(cluster.deployment()))
            .editSpec()
            .withReplicas(7)
            .endSpec()
            .build();
    cluster.client().resource(changed).update();
    await().until(() -> requireNonNull(cluster.deployment()).getSpec().getReplicas() == 2);
    cluster.client().resource(changed).delete();
    await().until(() -> cluster.deployment() != null);
  }

  @Test
  void thePasswordOfAnEmbeddedServerIsMadeOnce() {
    running(EMBEDDED);
    var secret = requireNonNull(cluster.secret("site-postgres"));
    assertThat(secret.getMetadata().getOwnerReferences()).isEmpty();
    cluster.wakeTwice();
    assertThat(cluster.secret("site-postgres")).isEqualTo(secret);
  }

  @Test
  void whatIsToldAgainIsCountedAndNotAnotherEvent() {
    running(EMBEDDED);
    for (int i = 0; i < 2; i++) {
      cluster.podCrashes("server", "objectdb: no\n");
      await()
          .untilAsserted(() -> assertThat(cluster.ready().toString()).contains("ServersFailing"));
      cluster.serversStart();
      await().until(() -> cluster.ready().reason().equals("ServersReady"));
    }
    await().until(() -> cluster.event("ServersReady").getSeries().getCount() >= 2);
    // Of those that fail it is told how many are ready, which may change while they fall.
    assertThat(cluster.events()).containsOnlyOnce("ServersReady");
  }

  @Test
  void passesAreCountedForAllDatabasesTogether() {
    running(EMBEDDED);
    await()
        .untilAsserted(
            () ->
                assertThat(cluster.metrics().scrape().lines())
                    .contains("objectdb_database_ready{name=\"site\",namespace=\"plone\"} 1.0")
                    .anyMatch(line -> line.startsWith("operator_sdk_reconciliations_success_total"))
                    .filteredOn(line -> line.startsWith("operator_sdk"))
                    .noneMatch(line -> line.contains("site")));
  }

  @Test
  void everythingElseGoesWithTheDatabase() {
    running(EMBEDDED);
    String owner = cluster.database().getMetadata().getUid();
    assertThat(
            List.of(
                requireNonNull(cluster.deployment()).getMetadata(),
                requireNonNull(cluster.postgres()).getMetadata(),
                cluster.jobs().get(0).getMetadata()))
        .allSatisfy(
            metadata ->
                assertThat(metadata.getOwnerReferences())
                    .singleElement()
                    .satisfies(reference -> assertThat(reference.getUid()).isEqualTo(owner)));
  }

  @Test
  void aPausedDatabaseIsOnlyLookedAt() {
    running(EMBEDDED);
    cluster.change("{paused: true, replicas: 5, postgres: {embedded: {}}}");
    await().until(() -> cluster.condition("Paused").status() == Status.True);
    assertThat(cluster.ready().reason()).isEqualTo("Paused");
    assertThat(cluster.condition("Warning").reason()).isEqualTo("DevelopmentOnly");
    assertThat(cluster.ready().status()).isEqualTo(Status.True);
    cluster.dispatcher().writes().clear();
    cluster.client().resource(cluster.deployment()).delete();
    cluster.podsGo();
    await().until(() -> cluster.ready().status() == Status.False); // the status goes on
    assertThat(cluster.dispatcher().writes())
        .allMatch(
            write ->
                write.contains("/pods")
                    || write.contains("/status")
                    || write.contains("/events")
                    || write.startsWith("DELETE"));
    assertThat(cluster.deployment()).isNull();

    cluster.change("{replicas: 5, postgres: {embedded: {}}}");
    await().until(() -> cluster.deployment() != null);
    assertThat(requireNonNull(cluster.deployment()).getSpec().getReplicas()).isEqualTo(5);
  }

  @Test
  void aHibernatedDatabaseHasNoServersAndWakesUp() {
    running(EMBEDDED);
    cluster.change("{hibernated: true, postgres: {embedded: {}}}");
    await().until(() -> requireNonNull(cluster.deployment()).getSpec().getReplicas() == 0);
    await().until(() -> cluster.ready().reason().equals("ServersStopping"));
    cluster.podsGo();
    await().until(() -> cluster.condition("Hibernated").status() == Status.True);
    assertThat(cluster.ready().status()).isEqualTo(Status.False);
    assertThat(cluster.postgres()).isNotNull();

    cluster.change(EMBEDDED);
    await().until(() -> requireNonNull(cluster.deployment()).getSpec().getReplicas() == 2);
    cluster.serversStart();
    await().until(() -> cluster.ready().reason().equals("ServersReady"));
  }

  @Test
  void whateverIsDeletedByHandComesBack() {
    running(EMBEDDED);
    Set<String> before = cluster.versions().keySet();
    assertThat(before)
        .contains(
            "ServiceAccount/site-server",
            "Service/site",
            "Service/site-headless",
            "ConfigMap/site-connection",
            "ConfigMap/site-settings",
            "NetworkPolicy/site",
            "PodDisruptionBudget/site",
            "Deployment/site",
            "StatefulSet/site-postgres",
            "Service/site-postgres");
    cluster.children().forEach(child -> cluster.client().resource(child).delete());
    await().until(() -> cluster.postgres() != null);
    cluster.postgresStarts();
    await().untilAsserted(() -> assertThat(cluster.versions().keySet()).isEqualTo(before));
  }

  @Test
  void anotherLogLevelReplacesNoServer() {
    running(EMBEDDED);
    String template = Servers.templateOf(requireNonNull(cluster.deployment()));
    cluster.change("{logLevel: debug, postgres: {embedded: {}}}");
    await()
        .until(
            () ->
                "debug"
                    .equals(
                        cluster
                            .client()
                            .configMaps()
                            .inNamespace(Databases.NAMESPACE)
                            .withName("site-settings")
                            .get()
                            .getData()
                            .get("log-level")));
    assertThat(Servers.templateOf(requireNonNull(cluster.deployment()))).isEqualTo(template);
  }

  @Test
  void whatIsNoLongerWantedIsRemovedAndNothingOfOthers() {
    running(EMBEDDED);
    HasMetadata foreign =
        new ConfigMapBuilder()
            .withNewMetadata()
            .withNamespace(Databases.NAMESPACE)
            .withName("theirs")
            .withLabels(requireNonNull(cluster.deployment()).getMetadata().getLabels())
            .endMetadata()
            .build();
    cluster.client().resource(foreign).create();
    cluster.change(
        "{replicas: 1, zeo: {networkPolicy: {enabled: false}}, postgres: {embedded: {}},"
            + " podTemplate: {serviceAccountName: mine}}");
    await()
        .untilAsserted(
            () ->
                assertThat(cluster.versions())
                    .doesNotContainKeys("NetworkPolicy/site", "PodDisruptionBudget/site"));
    assertThat(cluster.versions())
        .containsKeys(
            "ConfigMap/theirs",
            "ConfigMap/site-connection",
            "ServiceAccount/site-server"); // servers of before may need it
  }

  private void running(String spec) {
    cluster.create(spec);
    if (spec.equals(EMBEDDED)) {
      cluster.postgresStarts();
    }
    cluster.schemaSucceeds();
    cluster.serversStart();
    await().until(() -> cluster.ready().reason().equals("ServersReady"));
  }
}
