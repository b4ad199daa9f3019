package dev.objectdb.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What the API server takes and refuses: every fixture of every rule, and every example. */
@ExtendWith(OperatorExtension.class)
class AdmissionE2E {
  private static final Namespace NAMESPACE = new Namespace("objectdb-admission");
  private static final Path FIXTURES = Path.of("../crds/src/test/resources");
  private static final String REFUSED = "# refused: ";

  /** Nothing is to start here. */
  @BeforeAll
  static void create() {
    NAMESPACE.create();
    NAMESPACE.kubectl("create", "quota", "nothing", "--hard=pods=0,persistentvolumeclaims=0");
  }

  @AfterAll
  static void delete() {
    NAMESPACE.delete();
  }

  static List<Path> valid() {
    return Stream.concat(
            yaml(FIXTURES).filter(file -> file.getFileName().toString().startsWith("valid-")),
            yaml(Path.of("../examples")))
        .toList();
  }

  static List<Path> invalid() {
    return yaml(FIXTURES)
        .filter(file -> file.getFileName().toString().startsWith("invalid-"))
        .toList();
  }

  private static Stream<Path> yaml(Path directory) {
    try (Stream<Path> files = Files.walk(directory)) {
      return files.filter(file -> file.toString().endsWith(".yaml")).sorted().toList().stream();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @ParameterizedTest
  @MethodSource
  void valid(Path file) throws IOException {
    Command.Outcome outcome = outcome(file);
    assertThat(outcome.exit()).as(outcome.errors()).isZero();
  }

  @ParameterizedTest
  @MethodSource
  void invalid(Path file) throws IOException {
    String first = Files.readAllLines(file).getFirst();
    assertThat(first).startsWith(REFUSED);
    Command.Outcome outcome = outcome(file);
    assertThat(outcome.exit()).isNotZero();
    assertThat(outcome.errors()).contains(first.substring(REFUSED.length()).strip());
  }

  /** What becomes of the last document of a file, once those before it were applied. */
  private static Command.Outcome outcome(Path file) throws IOException {
    List<String> documents = List.of(Files.readString(file).split("(?m)^---$"));
    Path part = Files.createDirectories(Path.of("target/e2e/admission")).resolve("part.yaml");
    try {
      for (String before : documents.subList(0, documents.size() - 1)) {
        NAMESPACE.kubectl("apply", "--filename=" + Files.writeString(part, before));
      }
      return Command.outcome(
          Timeouts.COMMAND,
          NAMESPACE.kubectlWords(
              "apply",
              "--dry-run=server",
              "--validate=strict",
              "--filename=" + Files.writeString(part, documents.getLast())));
    } finally {
      NAMESPACE.kubectl("delete", "objdb", "--all");
    }
  }
}
