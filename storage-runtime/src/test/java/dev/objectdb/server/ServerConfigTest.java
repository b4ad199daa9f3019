package dev.objectdb.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.objectdb.storage.HistoryMode;
import dev.objectdb.storage.pg.PgConfig;
import dev.objectdb.storage.pg.PgUri;
import dev.objectdb.zeo.MountedTls;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ServerConfigTest {
  private static final String URI = "postgresql://zope:canary-7f3a@db:5432/zodb";

  private static final Map<String, String> POSTGRES =
      Map.of(
          "OBJECTDB_POSTGRES_DATABASE", "other",
          "OBJECTDB_POSTGRES_TLS_MODE", "verify-full",
          "OBJECTDB_POSTGRES_TLS_CA_DIRECTORY", "/pg-ca",
          "OBJECTDB_POSTGRES_STATEMENT_TIMEOUT", "30s",
          "OBJECTDB_POSTGRES_LOCK_TIMEOUT", "3s",
          "OBJECTDB_POSTGRES_FOREIGN_COLUMNS", "Keep");

  private final Path directory;

  ServerConfigTest(@TempDir Path directory) {
    this.directory = directory;
  }

  /** The keys and defaults that operators and manifests rely on: changing one breaks them. */
  @Test
  void everyKeyAndItsDefaultIsPinned() {
    Map<String, String> pinned =
        Map.ofEntries(
            Map.entry("OBJECTDB_POSTGRES_URI", ""),
            Map.entry("OBJECTDB_POSTGRES_DIRECTORY", ""),
            Map.entry("OBJECTDB_POSTGRES_PLACE", ""),
            Map.entry("OBJECTDB_POSTGRES_DATABASE", ""),
            Map.entry("OBJECTDB_POSTGRES_TLS_MODE", ""),
            Map.entry("OBJECTDB_POSTGRES_TLS_CA_DIRECTORY", ""),
            Map.entry("OBJECTDB_POSTGRES_STATEMENT_TIMEOUT", "60s"),
            Map.entry("OBJECTDB_POSTGRES_LOCK_TIMEOUT", "5s"),
            Map.entry("OBJECTDB_POSTGRES_FOREIGN_COLUMNS", "Refuse"),
            Map.entry("OBJECTDB_POSTGRES_SCHEMA", "public"),
            Map.entry("OBJECTDB_HISTORY_MODE", "Free"),
            Map.entry("OBJECTDB_ZEO_HOST", "0.0.0.0"),
            Map.entry("OBJECTDB_ZEO_PORT", "8100"),
            Map.entry("OBJECTDB_ZEO_READ_ONLY", "false"),
            Map.entry("OBJECTDB_ZEO_TRANSACTION_TIMEOUT", "10s"),
            Map.entry("OBJECTDB_ZEO_MAX_CONNECTIONS", "1000"),
            Map.entry("OBJECTDB_ZEO_MAX_CONNECTION_AGE", "0s"),
            Map.entry("OBJECTDB_ZEO_DRAIN_TIMEOUT", "30s"),
            Map.entry("OBJECTDB_ZEO_TLS_DIRECTORY", ""),
            Map.entry("OBJECTDB_ZEO_TLS_CLIENT_AUTH", "None"),
            Map.entry("OBJECTDB_ZEO_TLS_CLIENT_CA_DIRECTORY", ""),
            Map.entry("OBJECTDB_LOG_LEVEL", "info"),
            Map.entry("OBJECTDB_MONITORING_PORT", "9180"),
            Map.entry("OBJECTDB_POOL_MIN", "2"),
            Map.entry("OBJECTDB_POOL_MAX", "10"),
            Map.entry("OBJECTDB_POOL_ACQUIRE_TIMEOUT", "30s"),
            Map.entry("OBJECTDB_POOL_MAX_LIFETIME", "30m"),
            Map.entry("OBJECTDB_POOL_IDLE_TIMEOUT", "10m"),
            Map.entry("OBJECTDB_CACHE_MEMORY", "256Mi"),
            Map.entry("OBJECTDB_SNAPSHOT_WINDOW", "5m"));
    Map<String, String> found = new HashMap<>();
    Arrays.stream(ConfigKey.values())
        .forEach(
            key -> {
              String preset = key.defaultText();
              found.put(key.key(), preset == null ? "required" : preset);
            });
    assertThat(found).containsExactlyInAnyOrderEntriesOf(pinned);
  }

  @Test
  void theDefaultsAreTheResources() {
    assertThat(ServerConfig.read(Map.of("OBJECTDB_POSTGRES_URI", URI)))
        .isEqualTo(
            new ServerConfig(
                ServerConfig.Postgres.of(PgUri.parse(URI), "public"),
                HistoryMode.FREE,
                new ServerConfig.Zeo(
                    "0.0.0.0",
                    8100,
                    false,
                    Duration.ofSeconds(10),
                    1000,
                    Duration.ZERO,
                    Duration.ofSeconds(30),
                    Optional.empty()),
                9180,
                PgConfig.Pooling.DEFAULT,
                256L << 20,
                Duration.ofMinutes(5)));
  }

  @Test
  void everyKeyIsRead() {
    Map<String, String> environment = new HashMap<>();
    environment.put("OBJECTDB_POSTGRES_URI", URI);
    environment.put("OBJECTDB_POSTGRES_SCHEMA", "plone");
    environment.putAll(POSTGRES);
    environment.put("OBJECTDB_POOL_ACQUIRE_TIMEOUT", "5s");
    environment.put("OBJECTDB_POOL_MAX_LIFETIME", "1h");
    environment.put("OBJECTDB_POOL_IDLE_TIMEOUT", "5m");
    environment.put("OBJECTDB_HISTORY_MODE", "Preserving");
    environment.put("OBJECTDB_ZEO_HOST", "127.0.0.1");
    environment.put("OBJECTDB_ZEO_PORT", "0");
    environment.put("OBJECTDB_ZEO_READ_ONLY", "true");
    environment.put("OBJECTDB_ZEO_TRANSACTION_TIMEOUT", "1m30s");
    environment.put("OBJECTDB_ZEO_MAX_CONNECTIONS", "50");
    environment.put("OBJECTDB_ZEO_MAX_CONNECTION_AGE", "6h");
    environment.put("OBJECTDB_ZEO_DRAIN_TIMEOUT", "1m");
    environment.put("OBJECTDB_LOG_LEVEL", "debug");
    environment.put("OBJECTDB_ZEO_TLS_DIRECTORY", "/tls");
    environment.put("OBJECTDB_ZEO_TLS_CLIENT_AUTH", "Require");
    environment.put("OBJECTDB_ZEO_TLS_CLIENT_CA_DIRECTORY", "/ca");
    environment.put("OBJECTDB_MONITORING_PORT", "0");
    environment.put("OBJECTDB_POOL_MIN", "4");
    environment.put("OBJECTDB_POOL_MAX", "4");
    environment.put("OBJECTDB_CACHE_MEMORY", "2Gi");
    environment.put("OBJECTDB_SNAPSHOT_WINDOW", "90s");
    environment.put("PATH", "/bin");
    assertThat(ServerConfig.read(environment))
        .isEqualTo(
            new ServerConfig(
                new ServerConfig.Postgres(
                    PgUri.parse(URI)
                        .withDatabase("other")
                        .with("sslmode", "verify-full")
                        .with("sslrootcert", "/pg-ca/ca.crt"),
                    "plone",
                    Duration.ofSeconds(30),
                    Duration.ofSeconds(3),
                    true),
                HistoryMode.PRESERVING,
                new ServerConfig.Zeo(
                    "127.0.0.1",
                    0,
                    true,
                    Duration.ofSeconds(90),
                    50,
                    Duration.ofHours(6),
                    Duration.ofMinutes(1),
                    Optional.of(
                        new MountedTls.Place(
                            Path.of("/tls"),
                            MountedTls.ClientAuth.REQUIRE,
                            Optional.of(Path.of("/ca"))))),
                0,
                new PgConfig.Pooling(
                    4, 4, Duration.ofSeconds(5), Duration.ofHours(1), Duration.ofMinutes(5)),
                2L << 30,
                Duration.ofSeconds(90)));
  }

  @Test
  void aValueMayComeFromAFile() throws IOException {
    Path file = Files.writeString(directory.resolve("uri"), URI + "\n");
    assertThat(ServerConfig.read(Map.of("OBJECTDB_POSTGRES_URI_FILE", file.toString())))
        .isEqualTo(ServerConfig.read(Map.of("OBJECTDB_POSTGRES_URI", URI)));
  }

  @Test
  void bothFormsAtOnceAreRefused() throws IOException {
    Path file = Files.writeString(directory.resolve("uri"), URI);
    assertRefused(
        Map.of("OBJECTDB_POSTGRES_URI", URI, "OBJECTDB_POSTGRES_URI_FILE", file.toString()),
        "OBJECTDB_POSTGRES_URI and OBJECTDB_POSTGRES_URI_FILE are both set: unset one of them");
  }

  @Test
  void aFileThatIsNotThereIsNamed() {
    Path file = directory.resolve("none");
    assertRefused(
        Map.of("OBJECTDB_POSTGRES_URI_FILE", file.toString()),
        "OBJECTDB_POSTGRES_URI_FILE names %s, which cannot be read (there is no such file): mount"
                .formatted(file)
            + " the file or correct the path");
  }

  @Test
  void theAddressIsRequired() {
    assertRefused(
        Map.of(),
        "OBJECTDB_POSTGRES_URI is not set: set it to postgresql://user:password@host:5432/dbname,"
            + " or name a file that holds it in OBJECTDB_POSTGRES_URI_FILE");
  }

  @Test
  void anUnknownKeyStopsNothingAndIsFound() {
    Map<String, String> environment =
        Map.of(
            "OBJECTDB_POSTGRES_URI", URI,
            "OBJECTDB_ZEO_PROT", "8100",
            "OBJECTDB_LOG_LEVEL_FILE", "/nowhere",
            "PATH", "/bin");
    assertThat(Environment.unknown(environment)).containsExactly("OBJECTDB_ZEO_PROT");
    assertThat(
            ServerConfig.read(Map.of("OBJECTDB_POSTGRES_URI", URI, "OBJECTDB_ZEO_PROT", "1"))
                .zeo()
                .port())
        .isEqualTo(8100);
  }

  @ParameterizedTest
  @CsvSource({
    "POSTGRES_SCHEMA,Plone",
    "POSTGRES_SCHEMA,pg_catalog",
    "POSTGRES_SCHEMA,information_schema",
    "POSTGRES_TLS_MODE,full",
    "POSTGRES_STATEMENT_TIMEOUT,0s",
    "POSTGRES_LOCK_TIMEOUT,2h",
    "POSTGRES_FOREIGN_COLUMNS,Drop",
    "POOL_MAX_LIFETIME,1m",
    "POOL_IDLE_TIMEOUT,9s",
    "HISTORY_MODE,free",
    "ZEO_HOST,''",
    "ZEO_PORT,65536",
    "ZEO_PORT,-1",
    "ZEO_READ_ONLY,yes",
    "ZEO_TRANSACTION_TIMEOUT,10",
    "ZEO_TRANSACTION_TIMEOUT,0s",
    "ZEO_TRANSACTION_TIMEOUT,61m",
    "ZEO_MAX_CONNECTIONS,0",
    "ZEO_TLS_CLIENT_AUTH,yes",
    "MONITORING_PORT,http",
    "POOL_MIN,1",
    "POOL_MAX,201",
    "CACHE_MEMORY,256MB",
    "CACHE_MEMORY,1",
    "SNAPSHOT_WINDOW,25h",
  })
  void aBadValueIsRefusedWithItsRemedy(ConfigKey key, String value) {
    assertRefused(
        Map.of("OBJECTDB_POSTGRES_URI", URI, key.key(), value),
        "%s is \"%s\": %s".formatted(key.key(), value, key.remedy()));
  }

  @Test
  void clientsAreAskedForCertificatesOnlyWhereThereIsWhatToCheckThemWith() {
    assertRefused(
        Map.of("OBJECTDB_POSTGRES_URI", URI, "OBJECTDB_ZEO_TLS_CLIENT_AUTH", "Require"),
        "OBJECTDB_ZEO_TLS_CLIENT_AUTH is \"Require\", which needs OBJECTDB_ZEO_TLS_DIRECTORY and"
            + " OBJECTDB_ZEO_TLS_CLIENT_CA_DIRECTORY: set both");
    assertRefused(
        Map.of("OBJECTDB_POSTGRES_URI", URI, "OBJECTDB_ZEO_TLS_CLIENT_CA_DIRECTORY", "/ca"),
        "OBJECTDB_ZEO_TLS_CLIENT_CA_DIRECTORY is set, and OBJECTDB_ZEO_TLS_CLIENT_AUTH is None, so"
            + " that no client is asked: give Optional or Require");
  }

  @Test
  void theBoundsOfThePoolHaveToFit() {
    assertRefused(
        Map.of("OBJECTDB_POSTGRES_URI", URI, "OBJECTDB_POOL_MIN", "11"),
        "OBJECTDB_POOL_MIN is 11, above OBJECTDB_POOL_MAX, which is 10: raise the latter or lower"
            + " the former");
  }

  @Test
  void theAddressMayBeMountedOrWrittenAndNotBoth() throws IOException {
    Files.writeString(directory.resolve("uri"), URI);
    assertThat(
            ServerConfig.read(Map.of("OBJECTDB_POSTGRES_DIRECTORY", directory.toString()))
                .postgres()
                .login()
                .now())
        .isEqualTo(PgUri.parse(URI));
    assertRefused(
        Map.of("OBJECTDB_POSTGRES_URI", URI, "OBJECTDB_POSTGRES_DIRECTORY", directory.toString()),
        "OBJECTDB_POSTGRES_URI and OBJECTDB_POSTGRES_DIRECTORY are both set: unset one of them");
  }

  @Test
  void anAddressThatLeadsElsewhereThanTheProgramWasMadeForIsRefused() {
    String there = "postgresql://u:p@db/zodb";
    assertThat(
            ServerConfig.read(
                    Map.of(
                        "OBJECTDB_POSTGRES_URI", there, "OBJECTDB_POSTGRES_PLACE", "db:5432/zodb"))
                .postgres()
                .login()
                .now())
        .isEqualTo(PgUri.parse(there));
    assertRefused(
        Map.of("OBJECTDB_POSTGRES_URI", there, "OBJECTDB_POSTGRES_PLACE", "db:5432/other"),
        "the PostgreSQL address names db:5432/zodb, and this program was made for db:5432/other:"
            + " whoever changed the address has to start others, which the operator does once it"
            + " has seen the new place");
  }

  @Test
  void onePortServesOneThing() {
    assertRefused(
        Map.of("OBJECTDB_POSTGRES_URI", URI, "OBJECTDB_ZEO_PORT", "9180"),
        "OBJECTDB_ZEO_PORT and OBJECTDB_MONITORING_PORT are both 9180: choose another port for one"
            + " of them");
  }

  @ParameterizedTest
  @CsvSource({
    "canary-7f3a",
    "postgresql://zope:canary-7f3a@db:notaport/zodb",
    "postgresql://zope:canary-7f3a@/zodb",
    "postgresql://zope:canary-7f3a@db/zodb?canary=1",
    "jdbc:postgresql://db/zodb?password=canary-7f3a",
    "host=db user=zope password='canary-7f3a",
  })
  void anAddressThatIsRefusedIsNotShown(String uri) {
    assertThatExceptionOfType(ConfigException.class)
        .isThrownBy(() -> ServerConfig.read(Map.of("OBJECTDB_POSTGRES_URI", uri)))
        .withMessageStartingWith("OBJECTDB_POSTGRES_URI cannot be used (")
        .satisfies(e -> assertThat(e.getMessage()).doesNotContain("canary-7f3a"));
  }

  @Test
  void thePasswordIsNotInTheTextOfTheConfiguration() {
    assertThat(ServerConfig.read(Map.of("OBJECTDB_POSTGRES_URI", URI)).toString())
        .contains("postgresql://zope@db:5432/zodb")
        .doesNotContain("canary");
  }

  private static void assertRefused(Map<String, String> environment, String message) {
    assertThatExceptionOfType(ConfigException.class)
        .isThrownBy(() -> ServerConfig.read(environment))
        .withMessage(message);
  }
}
