package dev.objectdb.operator;

import static dev.objectdb.operator.FakeCluster.await;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.objectdb.crds.v1alpha1.ObjectDatabase;
import dev.objectdb.operator.database.step.DeletionStep;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaimBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What becomes of the data when its resource is deleted. */
class DeletionTest {
  private static final String EXTERNAL =
      "{deletionPolicy: Delete, postgres: {secretRef: {name: pg}}}";

  private final FakeCluster cluster = new FakeCluster();

  @AfterEach
  void stop() {
    cluster.close();
  }

  @Test
  void aDatabaseWhoseDataStaysIsHeldByNothing() {
    cluster.running();
    assertThat(cluster.database().getFinalizers()).isEmpty();
    delete();
    await().until(this::isGone);
    assertThat(cluster.secret("site-postgres")).isNotNull();
  }

  @Test
  void theFinalizerComesAndGoesWithThePolicy() {
    cluster.running();
    cluster.change("{deletionPolicy: Delete, postgres: {embedded: {}}}");
    await().until(() -> cluster.database().hasFinalizer(DeletionStep.FINALIZER));
    cluster.change("{deletionPolicy: Retain, postgres: {embedded: {}}}");
    await().until(() -> !cluster.database().hasFinalizer(DeletionStep.FINALIZER));
  }

  @Test
  void anEmbeddedPostgresqlGoesWithItsVolumeAndPasswordOnceTheServersHaveEnded() {
    cluster.running();
    cluster.change("{deletionPolicy: Delete, postgres: {embedded: {}}}");
    await().until(() -> cluster.database().hasFinalizer(DeletionStep.FINALIZER));
    cluster.client().resource(claim()).create();

    delete();
    await().until(() -> cluster.deployment() == null);
    await().until(() -> cluster.ready().reason().equals("Deleting"));
    assertThat(cluster.ready().message()).contains("servers are ending");
    assertThat(cluster.postgres()).isNotNull();
    assertThat(cluster.client().resource(claim()).get()).isNotNull();

    cluster.podsGo();
    await().until(this::isGone);
    assertThat(cluster.postgres()).isNull();
    assertThat(cluster.client().resource(claim()).get()).isNull();
    assertThat(cluster.secret("site-postgres")).isNull();
  }

  @Test
  void theTablesElsewhereAreDroppedByAJobOfTheImageThatServed() {
    external();
    delete();
    cluster.podsGo();
    await().until(() -> cluster.jobs().stream().anyMatch(DeletionTest::isDrop));
    assertThat(cluster.jobs()).hasSize(1); // one that makes tables would make them anew
    assertThat(
            cluster
                .jobs()
                .get(0)
                .getSpec()
                .getTemplate()
                .getSpec()
                .getContainers()
                .get(0)
                .getArgs())
        .containsExactly("schema", "drop", "--owner", "plone/site");
    assertThat(isGone()).isFalse();

    cluster.schemaSucceeds();
    await().until(this::isGone);
    assertThat(cluster.secret("pg")).isNotNull(); // the user's own
  }

  @Test
  void whatCannotBeRemovedStaysAndNothingHangs() {
    external();
    delete();
    cluster.podsGo();
    await().until(() -> cluster.jobs().stream().anyMatch(DeletionTest::isDrop));
    ObjectDatabase database = cluster.database();
    Instant longAgo = Instant.now().minus(Duration.ofMinutes(11)).truncatedTo(ChronoUnit.SECONDS);
    database.getMetadata().setDeletionTimestamp(longAgo.toString());
    cluster.client().resource(database).update();
    await().until(this::isGone);
    assertThat(cluster.event("DataRetained").getNote()).contains("stays where it is");
  }

  @Test
  void inANamespaceThatIsDeletedTheDataStays() {
    external();
    cluster.dispatcher().terminateNamespace("/jobs");
    delete();
    cluster.podsGo();
    await().until(this::isGone);
    assertThat(cluster.events()).doesNotContain("RequestFailed");
  }

  private void external() {
    cluster.createSecret("pg", "uri", "postgresql://u:p@pg.example:5432/db");
    cluster.create(EXTERNAL);
    cluster.schemaSucceeds();
    cluster.serversStart();
    await().until(() -> cluster.ready().reason().equals("ServersReady"));
    await().until(() -> cluster.database().hasFinalizer(DeletionStep.FINALIZER));
  }

  private void delete() {
    cluster.client().resource(cluster.database()).delete();
  }

  private boolean isGone() {
    List<ObjectDatabase> left =
        cluster.client().resources(ObjectDatabase.class).inAnyNamespace().list().getItems();
    return left.isEmpty();
  }

  private static boolean isDrop(Job job) {
    return requireNonNull(job.getMetadata().getName()).equals("site-schema-drop");
  }

  private static PersistentVolumeClaim claim() {
    return new PersistentVolumeClaimBuilder()
        .withNewMetadata()
        .withNamespace(Databases.NAMESPACE)
        .withName("data-site-postgres-0")
        .endMetadata()
        .build();
  }
}
