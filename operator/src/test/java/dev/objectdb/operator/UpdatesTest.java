package dev.objectdb.operator;

import static dev.objectdb.operator.FakeCluster.await;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.objectdb.crds.v1alpha1.Condition.Status;
import dev.objectdb.crds.v1alpha1.ObjectDatabase;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Which image servers run, and when they are replaced. */
class UpdatesTest {
  private final FakeCluster cluster = new FakeCluster();

  @AfterEach
  void stop() {
    cluster.close();
  }

  @Test
  void anotherImageIsRolledOutAfterItsSchema() {
    cluster.running();
    cluster.change("{image: 'runtime:2', postgres: {embedded: {}}}");
    await().until(() -> cluster.jobs().size() == 2);
    await().until(() -> cluster.ready().reason().equals("SchemaApplying"));
    assertThat(cluster.ready().status()).isEqualTo(Status.True); // the old servers serve
    assertThat(cluster.ready().observedGeneration()).isEqualTo(1);
    assertThat(cluster.image()).isEqualTo("runtime:1");

    cluster.schemaSucceeds();
    await().until(() -> cluster.image().equals("runtime:2"));
    await().until(() -> cluster.ready().reason().equals("RollingOut"));
    cluster.serversStart();
    await().until(() -> cluster.ready().reason().equals("ServersReady"));
    assertThat(cluster.ready().observedGeneration()).isEqualTo(2);
    await().until(() -> cluster.jobs().size() == 1);
  }

  @Test
  void scalingDoesNotWaitForAFailingSchema() {
    cluster.running();
    cluster.change("{image: broken, replicas: 5, postgres: {embedded: {}}}");
    await().until(() -> requireNonNull(cluster.deployment()).getSpec().getReplicas() == 5);
    assertThat(cluster.image()).isEqualTo("runtime:1");
  }

  @Test
  void anUpgradeOfTheOperatorIsToldAndFollowedOnlyWhereThatIsWanted() {
    cluster.running();
    cluster.upgradeOperator("runtime:9");
    await().until(() -> cluster.condition("UpgradeAvailable").status() == Status.True);
    assertThat(cluster.condition("UpgradeAvailable").message()).contains("runtime:9");
    assertThat(cluster.image()).isEqualTo("runtime:1");
    assertThat(cluster.jobs()).hasSize(1);

    cluster.change("{updatePolicy: FollowOperator, postgres: {embedded: {}}}");
    cluster.schemaSucceeds();
    await().until(() -> cluster.image().equals("runtime:9"));
  }

  @Test
  void whoTakesAnImageBackThatNeverServedGetsTheOneThatDid() {
    cluster.running();
    cluster.change("{image: broken, postgres: {embedded: {}}}");
    cluster.schemaSucceeds();
    await().until(() -> cluster.image().equals("broken"));
    assertThat(requireNonNull(cluster.database().getStatus()).image()).isEqualTo("runtime:1");

    cluster.change("{postgres: {embedded: {}}}");
    cluster.schemaSucceeds();
    await().until(() -> cluster.image().equals("runtime:1"));
  }

  @Test
  void aLostStatusMovesNoServer() {
    cluster.running();
    cluster.stopOperators();
    ObjectDatabase restored = cluster.database();
    restored.setStatus(new ObjectDatabase().getStatus()); // as a backup that leaves it out
    cluster.client().resource(restored).updateStatus();
    cluster.upgradeOperator("runtime:9");
    await().until(() -> cluster.condition("UpgradeAvailable").status() == Status.True);
    await().until(() -> cluster.ready().reason().equals("ServersReady"));
    assertThat(cluster.image()).isEqualTo("runtime:1");
    assertThat(requireNonNull(cluster.database().getStatus()).image()).isEqualTo("runtime:1");
  }

  @Test
  void theSchemaJobOfAnImageThatIsNotWantedAnyMoreEnds() {
    cluster.running();
    cluster.change("{image: broken, postgres: {embedded: {}}}");
    await().until(() -> cluster.jobs().size() == 2);
    cluster.change("{image: 'runtime:3', postgres: {embedded: {}}}");
    await()
        .untilAsserted(
            () ->
                assertThat(cluster.jobs())
                    .extracting(UpdatesTest::imageOf)
                    .containsExactlyInAnyOrder("runtime:1", "runtime:3"));
  }

  @Test
  void serversAreReplacedOnceTheWindowOpens() {
    cluster.running();
    ZonedDateTime now = ZonedDateTime.now(ZoneOffset.UTC);
    cluster.change(inWindow("cache: {memory: 1Gi}", now.plusHours(6)));
    await().until(() -> cluster.ready().reason().equals("UpdateWindowClosed"));
    assertThat(cluster.ready().status()).isEqualTo(Status.True);
    assertThat(cluster.ready().observedGeneration()).isEqualTo(1);
    assertThat(cluster.condition("Reconciling").status()).isEqualTo(Status.False);
    assertThat(cluster.condition("UpToDate").reason()).isEqualTo("UpdateWindowClosed");
    assertThat(cluster.condition("ServersAvailable").status()).isEqualTo(Status.True);
    assertThat(requireNonNull(cluster.deployment()).getSpec().getPaused()).isTrue();
    assertThat(requireNonNull(cluster.deployment()).getSpec().getReplicas()).isEqualTo(2);

    cluster.change(inWindow("cache: {memory: 1Gi}", now.minusMinutes(5)));
    await().until(() -> !requireNonNull(cluster.deployment()).getSpec().getPaused());
    await().until(() -> cluster.ready().reason().equals("RollingOut"));
    cluster.serversStart();
    await().until(() -> cluster.condition("UpToDate").status() == Status.True);
  }

  @Test
  void anUnknownTimeZoneIsNamedAndNothingStops() {
    cluster.running();
    cluster.change(
        "{replicas: 3, postgres: {embedded: {}}, updateStrategy: {window: {timeZone: Nowhere,"
            + " start: '02:00', duration: 1h}}}");
    await().until(() -> cluster.condition("Warning").message().contains("Nowhere"));
    assertThat(cluster.condition("Warning").message()).contains("Europe/Berlin");
    await().until(() -> requireNonNull(cluster.deployment()).getSpec().getReplicas() == 3);
    cluster.serversStart();
    await().until(() -> cluster.ready().reason().equals("ServersReady"));

    cluster.change(
        "{cache: {memory: 1Gi}, postgres: {embedded: {}}, updateStrategy: {window: {timeZone:"
            + " Nowhere, start: '02:00', duration: 1h}}}");
    await().until(() -> cluster.ready().reason().equals("UnknownTimeZone"));
    assertThat(cluster.ready().status()).isEqualTo(Status.True);
    assertThat(cluster.condition("Stalled").status()).isEqualTo(Status.False);
  }

  @Test
  void theSchemaWaitsForTheWindowTooWhereItIsThatOfAnotherImage() {
    cluster.running();
    ZonedDateTime now = ZonedDateTime.now(ZoneOffset.UTC);
    cluster.change(inWindow("image: 'runtime:2'", now.plusHours(6)));
    await().until(() -> cluster.ready().reason().equals("UpdateWindowClosed"));
    assertThat(cluster.jobs()).hasSize(1);
    assertThat(cluster.image()).isEqualTo("runtime:1");
    assertThat(cluster.condition("SchemaReady").status()).isEqualTo(Status.True);
    assertThat(cluster.ready().status()).isEqualTo(Status.True);
    assertThat(cluster.ready().observedGeneration()).isEqualTo(1);

    cluster.change(inWindow("image: 'runtime:2'", now.minusMinutes(5)));
    cluster.schemaSucceeds();
    await().until(() -> cluster.image().equals("runtime:2"));
  }

  private static String inWindow(String change, ZonedDateTime start) {
    return "{%s, postgres: {embedded: {}}, updateStrategy: {window: {start: '%s', duration: 1h}}}"
        .formatted(change, start.format(DateTimeFormatter.ofPattern("HH:mm")));
  }

  private static String imageOf(Job job) {
    return job.getSpec().getTemplate().getSpec().getContainers().get(0).getImage();
  }
}
