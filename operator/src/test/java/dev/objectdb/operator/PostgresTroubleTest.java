package dev.objectdb.operator;

import static dev.objectdb.operator.FakeCluster.await;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.objectdb.crds.v1alpha1.Condition;
import dev.objectdb.crds.v1alpha1.Condition.Status;
import dev.objectdb.crds.v1alpha1.ObjectDatabaseStatus;
import dev.objectdb.operator.database.manifest.Servers;
import dev.objectdb.operator.pg.Observation;
import dev.objectdb.operator.pg.Observation.Failed;
import dev.objectdb.operator.pg.Observation.Reached;
import dev.objectdb.operator.pg.Observation.Tables;
import dev.objectdb.operator.pg.Observation.Trouble;
import dev.objectdb.operator.pg.PostgresAddress;
import io.fabric8.kubernetes.api.model.EnvVar;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What PostgreSQL says reaches the conditions, and nothing that serves is torn down by it. */
class PostgresTroubleTest {
  private static final String SPEC = "{postgres: {secretRef: {name: pg}}}";
  private static final String URI = "postgresql://u:p@pg:5432/db";
  private static final Observation AWAY = new Failed(Trouble.UNREACHABLE, "refused");

  private final FakeCluster cluster = new FakeCluster();

  @AfterEach
  void stop() {
    cluster.close();
  }

  @Test
  void aWrongPasswordIsToldWithItsSecretAndMendedByIt() {
    PostgresAddress right = PostgresAddress.parse(URI + "?sslmode=require").within("plone");
    cluster.postgresSays(
        target ->
            target.address().equals(right)
                ? Databases.reached()
                : new Failed(Trouble.AUTHENTICATION, "password authentication failed"));
    cluster.createSecret("pg", "uri", "postgresql://u:wrong@pg:5432/db");
    cluster.create(SPEC);
    await().until(() -> cluster.ready().reason().equals("AuthenticationFailed"));
    Condition reachable = cluster.condition("DatabaseReachable");
    assertThat(reachable.status()).isEqualTo(Status.False);
    assertThat(reachable.message())
        .contains(
            "pg.plone.svc:5432",
            "user u",
            "key uri of Secret pg",
            "password authentication failed");
    assertThat(cluster.jobs()).isEmpty();

    cluster.createSecret("pg", "uri", URI);
    await().until(() -> cluster.condition("DatabaseReachable").status() == Status.True);
    await().until(() -> !cluster.jobs().isEmpty());
  }

  @Test
  void whatIsNoAddressIsToldWithoutShowingIt() {
    cluster.createSecret("pg", "uri", "mysql://u:swordfish@pg/db");
    cluster.create(SPEC);
    await().until(() -> cluster.ready().reason().equals("SecretInvalid"));
    assertThat(cluster.ready().message()).contains("key uri of Secret pg");
    assertThat(cluster.ready().message()).doesNotContain("swordfish");
    assertThat(cluster.condition("DatabaseReachable").status()).isEqualTo(Status.Unknown);
  }

  @Test
  void whilePostgresIsAwayThePodsStay() {
    running();
    var before = requireNonNull(cluster.deployment()).getSpec();
    cluster.postgresSays(_ -> AWAY);
    await().until(() -> cluster.condition("DatabaseReachable").status() == Status.False);
    assertThat(cluster.condition("DatabaseReachable").reason()).isEqualTo("DatabaseUnreachable");
    assertThat(cluster.condition("SchemaReady").status()).isEqualTo(Status.True);
    assertThat(requireNonNull(cluster.deployment()).getSpec()).isEqualTo(before);

    cluster.postgresSays(_ -> Databases.reached());
    await().until(() -> cluster.condition("DatabaseReachable").status() == Status.True);
    assertThat(requireNonNull(cluster.deployment()).getSpec()).isEqualTo(before);
    await().until(() -> cluster.ready().reason().equals("ServersReady"));
  }

  @Test
  void serversThatSomebodyDeletesComeBackAlsoWhilePostgresIsAway() {
    running();
    cluster.postgresSays(_ -> AWAY);
    await().until(() -> cluster.condition("DatabaseReachable").status() == Status.False);
    cluster.client().resource(requireNonNull(cluster.deployment())).delete();
    await().until(() -> cluster.deployment() != null);
    assertThat(cluster.image()).isEqualTo("runtime:1");
  }

  @Test
  void aLookThatFailsByItsOwnFaultIsToldAndDoneAgain() {
    running();
    cluster.postgresSays(
        _ -> {
          throw new IllegalStateException("a defect");
        });
    await().until(() -> cluster.condition("DatabaseReachable").status() == Status.False);
    cluster.postgresSays(_ -> Databases.reached());
    await().until(() -> cluster.condition("DatabaseReachable").status() == Status.True);
  }

  @Test
  void aPausedDatabaseIsLookedAtAllTheSame() {
    running();
    cluster.change("{paused: true, postgres: {secretRef: {name: pg}}}");
    await().until(() -> cluster.condition("Paused").status() == Status.True);
    cluster.postgresSays(_ -> AWAY);
    await().until(() -> cluster.condition("DatabaseReachable").status() == Status.False);
    cluster.postgresSays(_ -> Databases.reached());
    await().until(() -> cluster.condition("DatabaseReachable").status() == Status.True);
  }

  @Test
  void aSchemaOfAnotherDatabaseIsLeftAlone() {
    cluster.postgresSays(_ -> with(Databases.reached(), new Tables(6, 1, "plone/other")));
    cluster.createSecret("pg", "uri", URI);
    cluster.create(SPEC);
    await().until(() -> cluster.condition("Stalled").status() == Status.True);
    assertThat(cluster.condition("Stalled").reason()).isEqualTo("ForeignSchemaOwner");
    assertThat(cluster.condition("SchemaReady").status()).isEqualTo(Status.False);
    assertThat(cluster.ready().message()).contains("plone/other");
    assertThat(cluster.jobs()).isEmpty();
    assertThat(cluster.deployment()).isNull();
  }

  @Test
  void whatIsOursIsTaken() {
    cluster.postgresSays(_ -> with(Databases.reached(), new Tables(6, 3, "plone/site")));
    running();
    ObjectDatabaseStatus status = requireNonNull(cluster.database().getStatus());
    assertThat(status.historyEpoch()).isEqualTo(3);
    assertThat(requireNonNull(status.postgres()).schemaVersion()).isEqualTo(6);
    assertThat(status.postgres().host()).isEqualTo("pg.plone.svc:5432");
  }

  @Test
  void withoutRoomForThePoolsServersGetSmallerOnes() {
    cluster.postgresSays(_ -> with(Databases.reached(), 30));
    running();
    Condition capacity = cluster.condition("CapacityOK");
    assertThat(capacity.status()).isEqualTo(Status.False);
    assertThat(capacity.reason()).isEqualTo("PoolExceedsServer");
    assertThat(capacity.message()).contains("take 44 connections", "PostgreSQL allows 30");
    assertThat(poolMax()).isEqualTo("5"); // (30 - 3 - 5) / 3 - 2
    ObjectDatabaseStatus status = requireNonNull(cluster.database().getStatus());
    assertThat(requireNonNull(status.effective()).poolMax()).isEqualTo(5);
    assertThat(requireNonNull(status.postgres()).connectionsBudgeted()).isEqualTo(39);

    cluster.postgresSays(_ -> AWAY); // and nobody knows how much room there is
    await().until(() -> cluster.condition("DatabaseReachable").status() == Status.False);
    assertThat(poolMax()).isEqualTo("5");
  }

  @Test
  void scalingReplacesNoServerWhereItsPoolStillFits() {
    cluster.postgresSays(_ -> with(Databases.reached(), 50));
    running();
    assertThat(poolMax()).isEqualTo("10"); // (50 - 3 - 5) / 3 - 2 is more
    cluster.change("{replicas: 5, postgres: {secretRef: {name: pg}}}");
    await().until(() -> poolMax().equals("5")); // (50 - 3 - 5) / 6 - 2
    String template = Servers.templateOf(requireNonNull(cluster.deployment()));

    cluster.change("{replicas: 1, postgres: {secretRef: {name: pg}}}");
    await().until(() -> requireNonNull(cluster.deployment()).getSpec().getReplicas() == 1);
    await().until(() -> cluster.condition("CapacityOK").message().contains("keep pools of 5"));
    assertThat(Servers.templateOf(requireNonNull(cluster.deployment()))).isEqualTo(template);

    cluster.postgresSays(_ -> with(Databases.reached(), 97));
    await().until(() -> poolMax().equals("10"));
  }

  @Test
  void aServerThatIsTooOldOrReadOnlyIsTold() {
    cluster.postgresSays(
        _ ->
            new Reached("13.4", 130_004, false, 97, null, List.of(), Databases.reached().counts()));
    cluster.createSecret("pg", "uri", URI);
    cluster.create(SPEC);
    await().until(() -> cluster.condition("Stalled").reason().equals("TooOld"));
    assertThat(cluster.ready().message()).contains("13.4", "14 or later");

    cluster.postgresSays(
        _ -> new Reached("17.1", 170_001, true, 97, null, List.of(), Databases.reached().counts()));
    await().until(() -> cluster.condition("DatabaseReachable").reason().equals("ReadOnly"));
    assertThat(cluster.jobs()).isEmpty();
  }

  private void running() {
    cluster.createSecret("pg", "uri", URI);
    cluster.create(SPEC);
    cluster.schemaSucceeds();
    cluster.serversStart();
    await().until(() -> cluster.ready().reason().equals("ServersReady"));
  }

  private static Reached with(Reached reached, Tables tables) {
    return new Reached(
        reached.version(),
        reached.versionNumber(),
        false,
        reached.connectionsMax(),
        tables,
        List.of(),
        reached.counts());
  }

  private static Reached with(Reached reached, int connections) {
    return new Reached(
        reached.version(),
        reached.versionNumber(),
        false,
        connections,
        null,
        List.of(),
        reached.counts());
  }

  private String poolMax() {
    return Databases.environment(requireNonNull(cluster.deployment())).stream()
        .filter(variable -> variable.getName().equals("OBJECTDB_POOL_MAX"))
        .map(EnvVar::getValue)
        .findFirst()
        .orElse("10");
  }
}
