package dev.objectdb.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.objectdb.crds.v1alpha1.HistoryMode;
import dev.objectdb.crds.v1alpha1.ObjectDatabaseSpec;
import dev.objectdb.server.ConfigException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What {@code up} says to the fixtures that the module crds tries on a real API server: the same.
 *
 * <p>A fixture with several documents is one resource that changes. Here nothing is there before,
 * so each of its documents has to be fine by itself.
 */
class ResourceValidationTest {
  private static final Path FIXTURES = Path.of("../crds/src/test/resources/fixtures");
  private static final Pattern BETWEEN_DOCUMENTS = Pattern.compile("^---$", Pattern.MULTILINE);
  private static final String REFUSED = "# refused: ";

  private final Path directory;

  ResourceValidationTest(@TempDir Path directory) {
    this.directory = directory;
  }

  static Stream<Path> valid() {
    return fixtures("valid-");
  }

  static Stream<Path> invalid() {
    return fixtures("invalid-").filter(path -> documents(path).size() == 1);
  }

  static Stream<Path> changed() {
    return fixtures("invalid-").filter(path -> documents(path).size() > 1);
  }

  @ParameterizedTest
  @MethodSource({"valid", "changed"})
  void whatAnApiServerCreatesIsTaken(Path fixture) throws IOException {
    for (String document : documents(fixture)) {
      assertThat(check(document).postgres()).isNotNull();
    }
  }

  @ParameterizedTest
  @MethodSource("invalid")
  void whatAnApiServerRefusesIsRefusedWithTheSameField(Path fixture) throws IOException {
    String text = Files.readString(fixture);
    String expected = text.lines().findFirst().orElseThrow();
    // The API server's own words for types and bounds are not ours; the field before them is.
    String field = expected.substring(REFUSED.length()).replaceFirst(": [A-Z].*", "");
    assertThatExceptionOfType(ConfigException.class)
        .isThrownBy(() -> check(text))
        .withMessageContaining(field);
  }

  static List<Path> examples() throws IOException {
    try (Stream<Path> files = Files.list(Path.of("../examples"))) {
      return files.filter(file -> file.toString().endsWith(".yaml")).toList();
    }
  }

  @ParameterizedTest
  @MethodSource("examples")
  void everyExampleIsTaken(Path example) {
    assertThat(new ResourceCheck().check(ResourceFile.read(example, null)).postgres()).isNotNull();
  }

  @Test
  void thereAreFixturesOfEachKind() {
    assertThat(valid()).isNotEmpty();
    assertThat(invalid()).isNotEmpty();
    assertThat(changed()).isNotEmpty();
  }

  @Test
  void theSmallestResourceGetsTheDefaults() throws IOException {
    ObjectDatabaseSpec spec = check(database("postgres: {embedded: {}}"));
    assertThat(spec.replicas()).isEqualTo(2);
    assertThat(spec.historyMode()).isEqualTo(HistoryMode.Free);
    assertThat(spec.postgres().schema()).isEqualTo("public");
    assertThat(spec.pool().min()).isEqualTo(2);
    assertThat(spec.pool().max()).isEqualTo(10);
    assertThat(spec.cache().memory()).isEqualTo("256Mi");
    assertThat(spec.snapshotWindow()).isEqualTo("5m");
    assertThat(spec.zeo().port()).isEqualTo(8100);
    assertThat(spec.zeo().transactionTimeout()).isEqualTo("10s");
    assertThat(spec.zeo().maxConnections()).isEqualTo(1000);
  }

  @Test
  void anUnknownFieldIsNamedWithTheOnesThatAreThere() {
    assertProblem(
        "postgres: {embedded: {}}\n  cache: {memroy: 1Gi}",
        "spec.cache.memroy: there is no such field, only memory: correct its name or take it out");
  }

  @Test
  void aWrongTypeIsNamedWithWhatTheFieldIsFor() {
    assertProblem(
        "postgres: {embedded: {}}\n  zeo: {port: high}",
        "spec.zeo.port: must be of type integer, not high. TCP port");
  }

  @Test
  void aBoundIsNamedWithItsFigures() {
    assertProblem(
        "postgres: {embedded: {}}\n  replicas: 65", "spec.replicas: must be at most 64, not 65.");
  }

  @Test
  void aChoiceIsNamedWithItsWords() {
    assertProblem(
        "postgres: {embedded: {}}\n  historyMode: Full",
        "spec.historyMode: must be one of Free, Preserving, not Full.");
  }

  @Test
  void aRuleSpeaksWithItsOwnMessage() {
    assertProblem(
        "postgres: {}",
        "spec.postgres: postgres needs exactly one of secretRef, cnpgRef and embedded:");
  }

  @Test
  void everyProblemHasItsLine() {
    assertProblem("postgres: {embedded: {}}\n  replicas: 65\n  pool: {min: 0}", "spec.replicas");
    assertProblem(
        "postgres: {embedded: {}}\n  replicas: 65\n  pool: {min: 0}", "\n  spec.pool.min");
  }

  private void assertProblem(String spec, String problem) {
    assertThatExceptionOfType(ConfigException.class)
        .isThrownBy(() -> check(database(spec)))
        .withMessageContaining("ObjectDatabase \"site\" is not valid:")
        .withMessageContaining(problem);
  }

  private static String database(String spec) {
    return "apiVersion: objectdb.dev/v1alpha1\n"
        + "kind: ObjectDatabase\n"
        + "metadata: {name: site}\n"
        + "spec:\n"
        + "  "
        + spec
        + "\n";
  }

  private ObjectDatabaseSpec check(String document) throws IOException {
    Path file = Files.writeString(directory.resolve("objectdb.yaml"), document);
    return new ResourceCheck().check(ResourceFile.read(file, null));
  }

  private static List<String> documents(Path fixture) {
    try {
      List<String> found = new ArrayList<>();
      for (String document : BETWEEN_DOCUMENTS.split(Files.readString(fixture), -1)) {
        if (document.contains("kind:")) {
          found.add(document);
        }
      }
      return found;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Stream<Path> fixtures(String prefix) {
    try (Stream<Path> files = Files.list(FIXTURES)) {
      return files
          .filter(path -> path.getFileName().toString().startsWith(prefix))
          .sorted()
          .toList()
          .stream();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
