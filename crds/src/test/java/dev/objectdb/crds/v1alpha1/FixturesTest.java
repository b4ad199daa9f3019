package dev.objectdb.crds.v1alpha1;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * The resources that an API server takes or refuses, one file each, for whoever has one to try them
 * on. {@code invalid-NAME.yaml} says in its first line what the refusal contains. Several documents
 * in a file are one resource that changes; then it is the last change that is refused.
 */
class FixturesTest {
  private static final Path FIXTURES = Path.of("src/test/resources/fixtures");
  private static final String REFUSED = "# refused: ";

  @Test
  void everyInvalidOneSaysWhatTheRefusalContains() throws IOException {
    assertThat(refusals()).isNotEmpty();
    assertThat(refusals().values()).allMatch(text -> text.length() > 4);
  }

  @Test
  void everyRuleRefusesOneAndTakesItsCounterpart() throws IOException {
    List<String> missing = new ArrayList<>();
    for (String message : messages()) {
      List<String> names =
          refusals().entrySet().stream()
              .filter(refusal -> message.contains(refusal.getValue()))
              .map(Map.Entry::getKey)
              .toList();
      if (names.stream().noneMatch(name -> Files.exists(FIXTURES.resolve("valid-" + name)))) {
        missing.add("%s (invalid: %s)".formatted(message, names));
      }
    }
    assertThat(missing).isEmpty();
  }

  private static List<String> messages() throws IOException {
    return GeneratedCrd.parse(GeneratedCrd.objectDatabase())
        .findValues("x-kubernetes-validations")
        .stream()
        .flatMap(rules -> Stream.iterate(0, i -> i + 1).limit(rules.size()).map(rules::get))
        .map((JsonNode rule) -> rule.path("message").asText())
        .toList();
  }

  /** By the name after "invalid-". */
  private static Map<String, String> refusals() throws IOException {
    try (Stream<Path> files = Files.list(FIXTURES)) {
      return files
          .filter(file -> file.getFileName().toString().startsWith("invalid-"))
          .collect(
              Collectors.toMap(
                  file -> file.getFileName().toString().substring("invalid-".length()),
                  FixturesTest::refusal));
    }
  }

  private static String refusal(Path file) {
    try (Stream<String> lines = Files.lines(file)) {
      String first = lines.findFirst().orElse("");
      assertThat(first).as(file.toString()).startsWith(REFUSED);
      return first.substring(REFUSED.length());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
