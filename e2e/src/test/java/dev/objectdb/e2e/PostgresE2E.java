package dev.objectdb.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A database in a PostgreSQL of the user's own, and what may happen to that one under load. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@ExtendWith(OperatorExtension.class)
class PostgresE2E {
  private static final Namespace NAMESPACE = new Namespace("objectdb-postgres");
  private static final String DATABASE = "site";

  /** How long PostgreSQL is away; the whole run makes it five minutes. */
  private static final Duration AWAY = Duration.parse(System.getProperty("e2e.away", "PT45S"));

  private static final String MANIFEST =
      """
      apiVersion: objectdb.dev/v1alpha1
      kind: ObjectDatabase
      metadata: {name: %s}
      spec:
        replicas: %d
        postgres: {%s, tls: {mode: disable}, schema: %s}
      """;

  private static final String SITE =
      MANIFEST.formatted(DATABASE, 2, "cnpgRef: {name: pg}", "public");

  @RegisterExtension
  static final CollectOnFailure COLLECT =
      new CollectOnFailure(OperatorExtension.NAMESPACE, NAMESPACE);

  private Site site;
  private OwnPostgres postgres;

  @BeforeAll
  void create() {
    site = Site.create(NAMESPACE);
    postgres = OwnPostgres.start(site, "pg", 100);
    Instant began = Instant.now();
    site.apply(SITE);
    site.awaitCondition(DATABASE, "Ready", "True");
    Site.print("apply to Ready, with a PostgreSQL that is there", began);
  }

  @AfterEach
  void restore() {
    site.restore(DATABASE, SITE);
  }

  @AfterAll
  void delete() {
    site.close();
  }

  /** Scenario 12, first part. */
  @Test
  void postgresqlIsKilledUnderLoad() {
    Load load = site.load(DATABASE);
    List<String> servers = site.servers(DATABASE);

    Instant began = Instant.now();
    postgres.kill();
    load.awaitProgress("PostgreSQL was killed", began);

    site.awaitCondition(DATABASE, "Ready", "True");
    assertThat(site.servers(DATABASE)).isEqualTo(servers);
    load.checkPromises();
  }

  /** Scenario 12, second part. */
  @Test
  void postgresqlIsAwayForAWhile() throws InterruptedException {
    Load load = site.load(DATABASE);
    List<String> servers = site.servers(DATABASE);

    Instant gone = Instant.now();
    postgres.scale(0);
    site.awaitCondition(DATABASE, "DatabaseReachable", "False");
    Site.print("PostgreSQL gone to DatabaseReachable=False", gone);
    Thread.sleep(AWAY);
    assertThat(restarts()).isEmpty();
    assertThat(site.servers(DATABASE)).isEqualTo(servers);

    postgres.scale(1);
    postgres.awaitAvailable();
    Instant began = Instant.now();
    load.awaitProgress("PostgreSQL was away for " + AWAY, began);
    site.awaitCondition(DATABASE, "Ready", "True");
    assertThat(site.servers(DATABASE)).isEqualTo(servers);
    load.checkPromises();
  }

  private String restarts() {
    return NAMESPACE.kubectl(
        "get",
        "pods",
        "--selector=app.kubernetes.io/component=server",
        "--output=jsonpath={.items[*].status.containerStatuses[?(@.restartCount>0)].restartCount}");
  }

  /** Scenario 12, third part. */
  @Test
  void postgresqlTakesNoWritesForAWhile() {
    Load load = site.load(DATABASE);
    List<String> servers = site.servers(DATABASE);

    readOnly("on");
    site.awaitCondition(DATABASE, "DatabaseReachable", "False");
    assertThat(site.why(DATABASE, "DatabaseReachable")).startsWith("ReadOnly: ");
    Instant began = Instant.now();
    readOnly("off");
    load.awaitProgress("PostgreSQL took no writes", began);

    site.awaitCondition(DATABASE, "Ready", "True");
    assertThat(site.servers(DATABASE)).isEqualTo(servers);
    load.checkPromises();
  }

  private void readOnly(String value) {
    postgres.sql(
        "ALTER SYSTEM SET default_transaction_read_only = " + value, "SELECT pg_reload_conf()");
  }

  /** Scenario 15. */
  @Test
  void aMissingSecretAndAWrongPasswordAreNamedAndHealWhenTheyAreMended() {
    String database = "other";
    site.apply(MANIFEST.formatted(database, 1, "secretRef: {name: other-access}", database));
    site.awaitCondition(database, "Stalled", "True");
    assertThat(site.why(database, "Stalled")).contains("SecretNotFound").contains("other-access");

    site.apply(secret("of-somebody-else"));
    site.awaitCondition(database, "DatabaseReachable", "False");
    assertThat(site.why(database, "DatabaseReachable"))
        .startsWith("AuthenticationFailed: ")
        .contains("other-access");

    Instant began = Instant.now();
    site.apply(secret("of-a-test"));
    site.awaitCondition(database, "Ready", "True");
    Site.print("mended password to Ready", began);
    site.load(database).check();
    NAMESPACE.kubectl("delete", "objdb", database);
  }

  /** Scenario 13. */
  @Test
  void tooFewConnectionsMakeSmallerPoolsAndAreSaid() {
    Load load = site.load(DATABASE);
    site.patch(DATABASE, "{\"pool\":{\"max\":80}}");
    site.awaitCondition(DATABASE, "CapacityOK", "False");
    System.out.printf("e2e: %s%n", site.why(DATABASE, "CapacityOK"));
    site.awaitCondition(DATABASE, "Ready", "True");
    load.awaitProgress();

    site.patch(DATABASE, "{\"pool\":null}");
    site.awaitCondition(DATABASE, "CapacityOK", "True");
    load.check();
  }

  /** Scenario 24. */
  @Test
  void aSchemaHasOneOwner() {
    String thief = "thief";
    site.apply(MANIFEST.formatted(thief, 1, "secretRef: {name: pg-app}", "public"));
    site.awaitCondition(thief, "Stalled", "True");
    assertThat(site.why(thief, "Stalled"))
        .startsWith("ForeignSchemaOwner: ")
        .contains(NAMESPACE.name() + "/" + DATABASE);
    assertThat(site.servers(thief)).isEmpty();
    NAMESPACE.kubectl("delete", "objdb", thief);
    site.load(DATABASE).check();
  }

  /** Scenario 22: a program that is older than the tables take. */
  @Test
  void tablesThatAreTooNewAreToldAndServersThatRunGoOn() {
    Load load = site.load(DATABASE);
    List<String> servers = site.servers(DATABASE);
    String versions = postgres.sql("SELECT schema_version, works_from FROM objectdb_state").strip();
    String set = "UPDATE objectdb_state SET (schema_version, works_from) = (%s)";

    postgres.sql(set.formatted("999, 999"));
    site.patch(DATABASE, "{\"postgres\":{\"foreignColumns\":\"Keep\"}}"); // another Job
    site.awaitField(DATABASE, ".status.message", "use the newer program");
    load.awaitProgress();
    assertThat(site.servers(DATABASE)).containsAll(servers);

    postgres.sql(set.formatted(versions.replace("|", ", ")));
    site.awaitCondition(DATABASE, "Ready", "True");
    load.check();
  }

  /** Scenario 23. */
  @Test
  void dataGoesWithItsDatabaseWhereThatIsDeclared() {
    String database = "short";
    site.apply(
        MANIFEST.formatted(database, 1, "secretRef: {name: pg-app}", database)
            + "  deletionPolicy: Delete\n");
    site.awaitCondition(database, "Ready", "True");
    site.load(database).check();
    String tables = "SELECT count(*) FROM pg_class WHERE relnamespace = '\"short\"'::regnamespace";
    assertThat(postgres.sql(tables)).isNotEqualTo("0\n");

    Instant began = Instant.now();
    NAMESPACE.kubectl("delete", "objdb", database);
    Site.print("delete with the data", began);
    assertThat(postgres.sql(tables)).isEqualTo("0\n");
    assertThat(site.servers(database)).isEmpty();
  }

  /** Scenario 16: who logged in with the old one stays, and new sessions use the new one. */
  @Test
  void aPasswordIsReplacedWithoutARestart() {
    Load load = site.load(DATABASE);
    List<String> servers = site.servers(DATABASE);

    postgres.sql("ALTER ROLE postgres PASSWORD 'of-another-test'");
    postgres.password("of-another-test");
    postgres.sql(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            + " WHERE backend_type = 'client backend' AND pid != pg_backend_pid()");
    Instant began = Instant.now();
    load.awaitProgress("the password was replaced and every session ended", began);
    site.awaitCondition(DATABASE, "Ready", "True");
    assertThat(site.servers(DATABASE)).isEqualTo(servers);
    assertThat(restarts()).isEmpty();
    load.checkPromises();

    postgres.sql("ALTER ROLE postgres PASSWORD 'of-a-test'");
    postgres.password("of-a-test");
  }

  private static String secret(String password) {
    return """
    apiVersion: v1
    kind: Secret
    metadata: {name: other-access}
    stringData: {uri: "postgresql://postgres:%s@pg:5432/objects"}
    """
        .formatted(password);
  }
}
