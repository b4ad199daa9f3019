package dev.objectdb.operator.database.manifest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.objectdb.crds.v1alpha1.EmbeddedPostgres;
import dev.objectdb.crds.v1alpha1.ObjectDatabase;
import dev.objectdb.operator.Databases;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Every manifest of a resource, as text that people review. {@code mvn test -pl operator -am
 * -Dtest=GoldenTest -Dgolden.write=true} writes the texts anew.
 */
class GoldenTest {
  private static final Path GOLDEN = Path.of("src/test/resources/golden");
  private static final SortedMap<String, String> URI = new TreeMap<>(Map.of("uri", "uri"));
  private static final String IMAGE = "objectdb/storage-runtime:1";

  @ParameterizedTest
  @ValueSource(strings = {"embedded", "external", "cnpg", "alone"})
  void manifestsAreAsReviewed(String name) throws IOException {
    ObjectDatabase database = Databases.read(Files.readString(GOLDEN.resolve(name + ".yaml")));
    String manifests =
        manifests(database).stream().map(Serialization::asYaml).collect(Collectors.joining());
    Path expected = GOLDEN.resolve(name + "-manifests.yaml");
    if (Boolean.getBoolean("golden.write")) {
      Files.writeString(expected, manifests);
    }
    assertThat(manifests).isEqualTo(Files.readString(expected));
  }

  @Test
  void whatChangesPodsChangesTheirTemplate() {
    String before = template("{postgres: {embedded: {}}}", IMAGE);
    assertThat(template("{postgres: {embedded: {}}}", IMAGE)).isEqualTo(before);
    assertThat(template("{replicas: 5, postgres: {embedded: {}}}", IMAGE)).isEqualTo(before);
    assertThat(template("{cache: {memory: 1Gi}, postgres: {embedded: {}}}", IMAGE))
        .isNotEqualTo(before);
    assertThat(template("{postgres: {embedded: {}}}", "other")).isNotEqualTo(before);
    assertThat(template("{pool: {reserve: 9}, postgres: {embedded: {}}}", IMAGE)).isEqualTo(before);
  }

  /** Their key set is the same where a newer operator knows more keys. */
  @Test
  void serversAreToldOnlyWhatDiffersFromTheirDefaults() throws IOException {
    Map<String, String> defaults = new HashMap<>();
    Matcher key =
        Pattern.compile("\\n {2}([A-Z_]+)\\(\"([^\"]+)\",")
            .matcher(
                Files.readString(
                    Path.of(
                        "../storage-runtime/src/main/java/dev/objectdb/server/ConfigKey.java")));
    while (key.find()) {
      defaults.put("OBJECTDB_" + key.group(1), key.group(2));
    }
    assertThat(defaults).containsAllEntriesOf(RuntimePod.DEFAULTS);
    assertThat(variables("{postgres: {embedded: {}}}"))
        .containsExactly(
            "OBJECTDB_POSTGRES_DIRECTORY",
            "OBJECTDB_POSTGRES_PLACE",
            "OBJECTDB_POSTGRES_TLS_MODE",
            "OBJECTDB_LOG_LEVEL_FILE");
    assertThat(variables("{historyMode: Preserving, postgres: {embedded: {}}}"))
        .contains("OBJECTDB_HISTORY_MODE");
  }

  private static List<String> variables(String spec) {
    return Databases.environment(Servers.desired(Databases.site(spec), IMAGE, access("here", "1")))
        .stream()
        .map(EnvVar::getName)
        .toList();
  }

  @Test
  void memoryThatIsNotDeclaredFitsWhatIs() {
    assertThat(resources("{requests: {memory: 3Gi}}"))
        .isEqualTo("{cpu=250m, memory=3Gi} {memory=6144Mi}");
    assertThat(resources("{limits: {memory: 400Mi, cpu: '2'}}"))
        .isEqualTo("{cpu=250m, memory=400Mi} {cpu=2, memory=400Mi}");
    assertThat(resources("{limits: {cpu: 100m}}"))
        .isEqualTo("{cpu=100m, memory=512Mi} {cpu=100m, memory=1024Mi}");
    assertThat(resources("{requests: {cpu: '1'}}"))
        .isEqualTo("{cpu=1, memory=512Mi} {memory=1024Mi}");
  }

  private static String resources(String declared) {
    var resources =
        ServerResources.of(
            Databases.site(
                    "{postgres: {embedded: {}}, podTemplate: {resources: %s}}".formatted(declared))
                .getSpec());
    return "%s %s".formatted(resources.getRequests(), resources.getLimits());
  }

  /** Users may have volumes beside ours, and a rule of the resource keeps the names apart. */
  @Test
  void theNamesOfOurVolumesAreReserved() throws IOException {
    String crd = Files.readString(Path.of("../crds", ObjectDatabase.SCHEMA));
    ObjectDatabase database = Databases.read(Files.readString(GOLDEN.resolve("embedded.yaml")));
    List<String> names =
        manifests(database).stream()
            .filter(Deployment.class::isInstance)
            .flatMap(
                it -> ((Deployment) it).getSpec().getTemplate().getSpec().getVolumes().stream())
            .map(Volume::getName)
            .toList();
    assertThat(names).isNotEmpty();
    String rule = crd.substring(crd.indexOf("it.name in ["));
    String reserved = rule.substring(0, rule.indexOf(']')).replace("''", "'");
    assertThat(names).allSatisfy(name -> assertThat(reserved).contains("'" + name + "'"));
  }

  @Test
  void anotherImageOrPlaceIsAnotherSchemaJob() {
    ObjectDatabase database = Databases.site("{postgres: {embedded: {}}}");
    PostgresAccess access = access("here", "1");
    String before = SchemaJob.name(database, IMAGE, access);
    assertThat(SchemaJob.name(database, IMAGE, access("here", "2"))).isEqualTo(before);
    assertThat(SchemaJob.name(database, IMAGE, access("other", "1"))).isNotEqualTo(before);
    assertThat(SchemaJob.name(database, "other", access)).isNotEqualTo(before);
    assertThat(before).hasSizeLessThanOrEqualTo(63).startsWith("site-schema-");
  }

  private static String template(String spec, String image) {
    return Servers.templateOf(Servers.desired(Databases.site(spec), image, access("here", "1")));
  }

  private static List<HasMetadata> manifests(ObjectDatabase database) {
    PostgresAccess access = access("p1ace", "5eed5eed5eed");
    List<HasMetadata> manifests = new ArrayList<>();
    EmbeddedPostgres embedded = database.getSpec().postgres().embedded();
    if (database.getSpec().postgres().cnpgRef() != null) {
      access =
          new PostgresAccess(
              "pg-app",
              URI,
              "zodb",
              "verify-full",
              "pg-ca",
              "p1ace",
              "5eed5eed5eed",
              10,
              "10 of 97");
    } else if (embedded == null) {
      access =
          new PostgresAccess(
              "pg-app",
              new TreeMap<>(Map.of("h", "host", "u", "username", "w", "password")),
              null,
              "require",
              null,
              "p1ace",
              "5eed5eed5eed",
              20,
              "20 of 197");
    } else {
      manifests.add(PostgresServer.secret(database, "secret"));
      manifests.add(PostgresServer.service(database));
      manifests.add(PostgresServer.desired(database, embedded, "objectdb/postgres:1"));
    }
    manifests.add(SchemaJob.desired(database, IMAGE, access));
    manifests.add(Servers.desired(database, IMAGE, access));
    manifests.addAll(
        Surroundings.desired(
            database,
            new Connection.Security(database.getSpec().zeo().tls().enabled(), "certificates\n")));
    manifests.addAll(Monitors.desired(database));
    return manifests;
  }

  private static PostgresAccess access(String place, String fingerprint) {
    return new PostgresAccess(
        "site-postgres", URI, null, "disable", null, place, fingerprint, 10, "");
  }
}
