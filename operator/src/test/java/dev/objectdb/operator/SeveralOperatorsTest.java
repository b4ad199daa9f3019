package dev.objectdb.operator;

import static dev.objectdb.operator.FakeCluster.await;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.objectdb.crds.v1alpha1.Condition.Status;
import dev.objectdb.operator.SdkSettings.Lease;
import dev.objectdb.operator.health.HealthServer.Probes;
import dev.objectdb.operator.health.Heartbeat;
import io.javaoperatorsdk.operator.Operator;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Several operators on one cluster: by a lease one of them acts, and without it all may. */
class SeveralOperatorsTest {
  private static final String EMBEDDED = "{postgres: {embedded: {}}}";

  private final FakeCluster cluster = FakeCluster.withoutOperator();
  private final List<Integer> halts = new ArrayList<>();

  @AfterEach
  void stop() {
    cluster.close();
  }

  /** As after a lease that two believe to have: each acts, and neither knows of the other. */
  @Test
  void twoThatActAtOnceDoNoHarm() {
    cluster.startOperator(_ -> {});
    cluster.startOperator(_ -> {});
    cluster.create(EMBEDDED);
    cluster.postgresStarts();
    cluster.schemaSucceeds();
    cluster.serversStart();
    await().until(() -> cluster.ready().status() == Status.True);
    assertThat(cluster.events()).containsOnlyOnce("PostgresStarting", "SchemaApplied");
    String password = requireNonNull(cluster.secret("site-postgres")).getData().get("password");
    String job = cluster.jobs().get(0).getMetadata().getUid();

    cluster.change("{replicas: 3, cache: {memory: 1Gi}, postgres: {embedded: {}}}");
    await().until(() -> requireNonNull(cluster.deployment()).getSpec().getReplicas() == 3);
    cluster.serversStart();
    await().until(() -> cluster.ready().message().equals("3 of 3 servers serve clients"));

    assertThat(cluster.jobs())
        .singleElement()
        .extracting(it -> it.getMetadata().getUid())
        .isEqualTo(job);
    assertThat(requireNonNull(cluster.secret("site-postgres")).getData())
        .containsEntry("password", password);
    quietFor(Duration.ofSeconds(3));
  }

  @Test
  void oneActsAndTheOtherStandsByReadyUntilItTakesOver() {
    Leadership first = leadership();
    Leadership second = leadership();
    Operator leader = start("first", "lease", first);
    await().until(first::isLeading);
    Operator follower = start("second", "lease", second);
    assertThat(second.isLeading()).isFalse();
    try (Heartbeat heartbeat = new Heartbeat(Duration.ofMinutes(1), () -> {})) {
      Probes probes = OperatorMain.probes(follower, heartbeat);
      await().until(probes.ready()::getAsBoolean);
      assertThat(probes.started().getAsBoolean()).isTrue();
      assertThat(probes.alive().getAsBoolean()).isTrue();
    }
    cluster.create(EMBEDDED);
    await().until(() -> cluster.postgres() != null);

    first.stop();
    leader.stop();
    await().until(second::isLeading);
    cluster.postgresStarts();
    await().until(() -> cluster.jobs().size() == 1);
    assertThat(first.isLeading()).isFalse();
    assertThat(halts).isEmpty();
    second.stop();
  }

  /** Two releases in one namespace, each of which looks after namespaces of its own. */
  @Test
  void operatorsOfAnotherLeaseActBesideThem() {
    Leadership first = leadership();
    Leadership second = leadership();
    Operator one = start("first", "plone", first);
    Operator other = start("second", "intranet", second);
    await().until(() -> first.isLeading() && second.isLeading());
    first.stop();
    second.stop();
    one.stop();
    other.stop();
  }

  @Test
  void whoLosesTheLeaseEndsAtOnce() {
    Leadership leadership = leadership();
    leadership.won();
    leadership.lost();
    assertThat(halts).containsExactly(3);
  }

  @Test
  void whoStoodStillEndsOnlyIfItActed() {
    Leadership leadership = leadership();
    leadership.stoodStill();
    assertThat(halts).isEmpty();
    leadership.won();
    leadership.stoodStill();
    assertThat(halts).containsExactly(3);
  }

  private Leadership leadership() {
    return new Leadership(false, halts::add);
  }

  private Operator start(String identity, String lease, Leadership leadership) {
    return cluster.startOperator(
        sdk ->
            SdkSettings.oneOfSeveral(
                sdk, new Lease(Databases.NAMESPACE, lease), identity, leadership));
  }

  /** Two that disagreed would write in turns for ever. */
  private void quietFor(Duration time) {
    cluster.wakeTwice();
    Map<String, String> versions = cluster.versions();
    await().during(time).until(() -> cluster.versions().equals(versions));
  }
}
