package dev.objectdb.operator;

import static dev.objectdb.operator.FakeCluster.await;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.objectdb.crds.v1alpha1.Condition.Status;
import dev.objectdb.operator.database.manifest.Servers;
import dev.objectdb.operator.pg.Observation.Failed;
import dev.objectdb.operator.pg.Observation.Reached;
import dev.objectdb.operator.pg.Observation.Trouble;
import dev.objectdb.operator.pg.PostgresAddress;
import dev.objectdb.operator.pg.Probe;
import io.fabric8.kubernetes.api.model.KeyToPath;
import io.fabric8.kubernetes.api.model.Volume;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What Secrets of all forms lead to. */
class PostgresSecretsTest {
  private final FakeCluster cluster = new FakeCluster();
  private final Queue<Probe.Target> looks = new ConcurrentLinkedQueue<>();

  PostgresSecretsTest() {
    cluster.postgresSays(
        target -> {
          looks.add(target);
          return Databases.reached();
        });
  }

  @AfterEach
  void stop() {
    cluster.close();
  }

  @Test
  void aSecretWithoutUriIsReadInParts() {
    cluster.createSecret(
        "pg", Map.of("host", "db", "user", "zope", "password", "pw", "dbname", "zodb"));
    running("{postgres: {secretRef: {name: pg, keys: {username: user}}}}");
    assertThat(looks.element().address())
        .isEqualTo(PostgresAddress.parse("postgresql://zope:pw@db.plone.svc/zodb?sslmode=require"));
    assertThat(volume("postgres").getSecret().getItems())
        .extracting(KeyToPath::getKey, KeyToPath::getPath)
        .containsExactly(
            tuple("dbname", "dbname"),
            tuple("host", "host"),
            tuple("password", "password"),
            tuple("user", "username"));
  }

  @Test
  void aPartThatIsMissingIsNamed() {
    cluster.createSecret("pg", Map.of("host", "db", "password", "pw"));
    cluster.create("{postgres: {secretRef: {name: pg}}}");
    await().until(() -> cluster.ready().reason().equals("SecretKeyMissing"));
    assertThat(cluster.ready().message()).contains("Secret pg").contains("key username");
  }

  @Test
  void aClusterOfCloudNativePgIsReachedByItsOwnSecrets() {
    cluster.createSecret(
        "pg-app",
        Map.of(
            "uri", "postgresql://app:pw@pg-rw.plone:5432/app",
            "host", "pg-rw",
            "port", "5432",
            "dbname", "app",
            "username", "app",
            "password", "pw"));
    cluster.create("{postgres: {cnpgRef: {name: pg, database: zodb}}}");
    await().until(() -> cluster.ready().reason().equals("SecretNotFound"));
    assertThat(cluster.ready().message()).contains("Secret pg-ca");

    cluster.createSecret("pg-ca", "ca.crt", "PEM");
    serving();
    Probe.Target target = looks.element();
    assertThat(target.address())
        .isEqualTo(
            PostgresAddress.parse("postgresql://app:pw@pg-rw.plone/zodb?sslmode=verify-full")
                .with("port", "5432"));
    assertThat(target.trusted()).isEqualTo("PEM");
    assertThat(volume("postgres-ca").getSecret().getSecretName()).isEqualTo("pg-ca");
  }

  @Test
  void anotherPasswordKeepsThePodsAndAnotherPlaceReplacesThem() {
    cluster.createSecret("pg", "uri", "postgresql://u:old@db.example/zodb");
    running("{postgres: {secretRef: {name: pg}}}");
    String before = template();

    cluster.createSecret("pg", "uri", "postgresql://u:new@db.example/zodb");
    cluster.postgresSays(
        target -> {
          looks.add(target);
          return target.address().equals(PostgresAddress.parse("postgresql://u@db.example/zodb"))
              ? new Failed(Trouble.AUTHENTICATION, "no password")
              : Databases.reached();
        });
    cluster.wakeTwice();
    PostgresAddress changed =
        PostgresAddress.parse("postgresql://u:new@db.example/zodb?sslmode=require");
    await().until(() -> looks.stream().anyMatch(look -> look.address().equals(changed)));
    assertThat(template()).isEqualTo(before);

    cluster.createSecret("pg", "uri", "postgresql://u:new@elsewhere/zodb");
    cluster.wakeTwice();
    cluster.schemaSucceeds();
    await().until(() -> !template().equals(before));
    assertThat(strategy()).isEqualTo("Recreate"); // never servers at two places behind one address
    cluster.serversStart();
    await().until(() -> strategy().equals("RollingUpdate"));
  }

  private String strategy() {
    return requireNonNull(cluster.deployment()).getSpec().getStrategy().getType();
  }

  @Test
  void thePodsStayUntilAnotherPlaceHasBeenSeenAndPrepared() {
    cluster.createSecret("pg", "uri", "postgresql://u:p@db/zodb");
    running("{postgres: {secretRef: {name: pg}}}");
    String before = template();

    cluster.postgresSays(
        target ->
            target.address().hosts().startsWith("elsewhere")
                ? new Failed(Trouble.NO_DATABASE, "no such database")
                : Databases.reached());
    cluster.createSecret("pg", "uri", "postgresql://u:p@elsewhere/zodb");
    cluster.wakeTwice();
    await().until(() -> cluster.condition("DatabaseReachable").status() == Status.False);
    cluster.change("{replicas: 3, postgres: {secretRef: {name: pg}}}");
    await().until(() -> requireNonNull(cluster.deployment()).getSpec().getReplicas() == 3);
    assertThat(template()).isEqualTo(before);

    cluster.postgresSays(_ -> Databases.owned("plone/other"));
    await().until(() -> cluster.condition("Stalled").reason().equals("ForeignSchemaOwner"));
    assertThat(cluster.jobs()).hasSize(1);
    assertThat(template()).isEqualTo(before);

    cluster.postgresSays(_ -> Databases.reached());
    await().until(() -> cluster.jobs().size() == 2);
    assertThat(template()).isEqualTo(before);
    cluster.schemaSucceeds();
    await().until(() -> !template().equals(before));
  }

  @Test
  void columnsOfAnotherProgramAreRefusedUntilTheyMayGoStale() {
    cluster.postgresSays(
        _ -> {
          Reached fine = Databases.reached();
          return new Reached(
              fine.version(),
              fine.versionNumber(),
              false,
              fine.connectionsMax(),
              null,
              List.of("path"),
              fine.counts());
        });
    cluster.createSecret("pg", "uri", "postgresql://u:p@db.example/zodb");
    cluster.create("{postgres: {secretRef: {name: pg}}}");
    await().until(() -> cluster.condition("Stalled").reason().equals("ForeignColumns"));
    assertThat(cluster.condition("SchemaReady").message()).contains("path", "Keep");
    assertThat(cluster.jobs()).isEmpty();

    cluster.change("{postgres: {secretRef: {name: pg}, foreignColumns: Keep}}");
    await().until(() -> !cluster.jobs().isEmpty());
    await().until(() -> cluster.condition("Stalled").status() == Status.False);
  }

  private void running(String spec) {
    cluster.create(spec);
    serving();
  }

  private void serving() {
    cluster.schemaSucceeds();
    cluster.serversStart();
    await().until(() -> cluster.ready().reason().equals("ServersReady"));
  }

  private String template() {
    return Servers.templateOf(requireNonNull(cluster.deployment()));
  }

  private Volume volume(String name) {
    return requireNonNull(cluster.deployment())
        .getSpec()
        .getTemplate()
        .getSpec()
        .getVolumes()
        .stream()
        .filter(volume -> volume.getName().equals(name))
        .findFirst()
        .orElseThrow();
  }
}
