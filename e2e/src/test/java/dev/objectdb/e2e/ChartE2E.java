package dev.objectdb.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What the chart makes of several values, as text that people review, and whether the API server
 * would take it. {@code e2e/run -Dit.test=ChartE2E -Dgolden.write=true} writes the texts anew.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ChartE2E {
  private static final Namespace RELEASE = new Namespace("objectdb-chart");
  private static final Namespace FIRST = new Namespace("objectdb-chart-a");
  private static final Namespace SECOND = new Namespace("objectdb-chart-b");

  private static final Path RESOURCES = Path.of("src/test/resources/chart");
  private static final String CHART =
      Path.of("../charts/objectdb-operator").toAbsolutePath().normalize().toString();

  @BeforeAll
  void prepare() {
    List.of(RELEASE, FIRST, SECOND).forEach(Namespace::create);
    RELEASE.kubectl("apply", "--filename", resource("prometheus-crds.yaml"));
    RELEASE.kubectl(
        "wait", "--for=condition=Established", "--filename", resource("prometheus-crds.yaml"));
  }

  @AfterAll
  void remove() {
    RELEASE.kubectl("delete", "--ignore-not-found", "--filename", resource("prometheus-crds.yaml"));
    List.of(RELEASE, FIRST, SECOND).forEach(Namespace::delete);
  }

  @ParameterizedTest
  @ValueSource(strings = {"defaults", "namespaced", "everything"})
  void rendersAreAsReviewedAndTheApiServerTakesThem(String name) throws IOException {
    String manifests = render("--values", resource(name + ".values.yaml"));
    Path golden = RESOURCES.resolve(name + ".golden.yaml");
    if (Boolean.getBoolean("golden.write")) {
      Files.writeString(golden, manifests);
    }
    assertThat(manifests).isEqualTo(Files.readString(golden));
    assertThat(tried(manifests)).isNotEmpty().allMatch(line -> line.endsWith("(server dry run)"));
  }

  @Test
  void theDefinitionsOfResourcesStayWhenTheChartGoes() throws IOException {
    String kept = render("--show-only", "templates/crds.yaml");
    assertThat(kept).contains("helm.sh/resource-policy: keep");
    assertThat(tried(kept)).hasSize(1);
    assertThat(render("--show-only", "templates/crds.yaml", "--set", "crds.keep=false"))
        .doesNotContain("resource-policy");
  }

  @Test
  void anUnknownValueIsRefusedByName() {
    Command.Outcome outcome =
        Command.outcome(Timeouts.COMMAND, words("--set", "monitoring.rule.enabled=true"));
    assertThat(outcome.exit()).isNotZero();
    assertThat(outcome.errors()).contains("rule");
  }

  private static List<String> tried(String manifests) throws IOException {
    Path file = Files.createTempFile("chart", ".yaml");
    try {
      Files.writeString(file, manifests);
      return Command.run(
              Timeouts.COMMAND,
              List.of("kubectl", "apply", "--dry-run=server", "--filename", file.toString()))
          .lines()
          .toList();
    } finally {
      Files.delete(file);
    }
  }

  private static String render(String... options) {
    return Command.run(Timeouts.COMMAND, words(options));
  }

  /** With a version of its own: without a cluster helm takes one that is too old for the chart. */
  private static List<String> words(String... options) {
    List<String> words =
        new ArrayList<>(
            List.of("helm", "template", "objectdb-operator", CHART, "--kube-version", "1.34.0"));
    words.addAll(List.of("--namespace", RELEASE.name()));
    words.addAll(List.of(options));
    return words;
  }

  private static String resource(String name) {
    return RESOURCES.resolve(name).toString();
  }
}
