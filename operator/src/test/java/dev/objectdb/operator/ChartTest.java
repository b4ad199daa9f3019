package dev.objectdb.operator;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.objectdb.crds.v1alpha1.ObjectDatabase;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What the chart and the program have to agree on. */
class ChartTest {
  private static final Path CHART = Path.of("../charts/objectdb-operator");

  @Test
  void itsVersionIsThatOfTheImages() throws IOException {
    JsonNode chart =
        requireNonNull(
            Serialization.unmarshal(Files.readString(CHART.resolve("Chart.yaml")), JsonNode.class));
    String version = System.getProperty("project.version");
    assertThat(chart.at("/version").asText()).isEqualTo(version);
    assertThat(chart.at("/appVersion").asText()).isEqualTo(version);
  }

  @Test
  void theProgramTakesEveryKeyThatItSets() throws IOException {
    Map<String, String> environment = new HashMap<>();
    Matcher key =
        Pattern.compile("name: (OBJECTDB_\\w+)")
            .matcher(Files.readString(CHART.resolve("templates/deployment.yaml")));
    while (key.find()) {
      environment.put(key.group(1), "text");
    }
    assertThat(environment).hasSizeGreaterThan(2);
    assertThat(OperatorConfig.read(environment).leaseNamespace()).contains("text");
  }

  @Test
  void whatProtectsFromDeletionLooksAtAFieldThatExists() throws IOException {
    String policy = Files.readString(CHART.resolve("templates/deletionprotection.yaml"));
    Matcher field = Pattern.compile("oldObject\\.spec\\.(\\w+)").matcher(policy);
    assertThat(field.find()).isTrue();
    assertThat(Files.readString(CHART.resolve("files").resolve(ObjectDatabase.SCHEMA)))
        .contains(" " + field.group(1) + ":\n");
  }

  @Test
  void secretsAreNeitherListedNorWatched() throws IOException {
    String rules = Files.readString(CHART.resolve("templates/_helpers.tpl"));
    assertThat(rules).containsOnlyOnce("[secrets]");
    assertThat(rules)
        .containsPattern("resources: \\[secrets]\\s+verbs: \\[get, create, patch, delete]");
    assertThat(rules).doesNotContain("\"*\"");
  }
}
