package dev.objectdb.operator.reference;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.objectdb.operator.Databases;
import dev.objectdb.operator.database.status.ConditionType;
import dev.objectdb.operator.metrics.OperatorMetrics;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Alerts, runbooks, dashboard and figures agree with each other. */
class AlertsReferenceTest {
  private static final Path FILES = Path.of("../charts/objectdb-operator/files");
  private static final Path RUNBOOKS = Page.DOCS.resolve("runbooks");
  private static final Pattern METRIC = Pattern.compile("\\b(?:objectdb|operator_sdk)_[a-z_]+");

  /** Those of the SDK that we use; it has no list of them. */
  private static final String SDK_FAILED = "operator_sdk_reconciliations_failed_total";

  @Test
  void everyAlertIsOnItsPageAndHasARunbook() throws IOException {
    Page page =
        new Page(
            "Alerts",
            "The chart makes them with `monitoring.rules.enabled=true`. Each is a symptom; its"
                + " runbook says what to look at and what to do.");
    page.line("");
    page.columns("alert", "severity", "when", "what it says");
    Set<String> names = new TreeSet<>();
    for (JsonNode rule : rules()) {
      String name = rule.path("alert").asText();
      names.add(name);
      page.row(
          "[%s](../runbooks/%s.md)".formatted(name, name),
          rule.at("/labels/severity").asText(),
          "for %s: `%s`".formatted(rule.path("for").asText(), plain(rule.path("expr").asText())),
          rule.at("/annotations/summary")
              .asText()
              .replaceAll("\\{\\{ \\$labels\\.(\\w+) }}", "$1"));
      assertThat(rule.at("/annotations/runbook_url").asText())
          .isEqualTo("RUNBOOKS/" + name + ".md");
      assertThat(RUNBOOKS.resolve(name + ".md")).content().startsWith("# " + name + "\n");
    }
    try (var runbooks = Files.list(RUNBOOKS)) {
      assertThat(runbooks.map(it -> it.getFileName().toString().replace(".md", "")).toList())
          .containsExactlyInAnyOrderElementsOf(names);
    }
    page.check("alerts.md");
  }

  @Test
  void everyFigureOfTheOperatorIsOnItsPage() throws IOException {
    Page page =
        new Page(
            "Metrics of the operator",
            "At `/metrics` of port 8080 of each operator, in the text format of Prometheus. Every"
                + " operator tells of every database, also one that stands by: take the greatest of"
                + " all. Beside these are the figures of the JVM (`jvm_…`, `process_…`) and of the"
                + " SDK (`operator_sdk_…`: passes, retries, queues), for all databases together.");
    page.line("");
    page.columns("metric", "labels", "meaning");
    String text = scrape();
    Matcher help = Pattern.compile("# HELP (objectdb_\\w+) ([^\\n]*)").matcher(text);
    while (help.find()) {
      Matcher sample = Pattern.compile("\\n" + help.group(1) + "\\{([^}]*)}").matcher(text);
      String labels = sample.find() ? sample.group(1).replaceAll("=\"[^\"]*\"", "") : "";
      page.row("`" + help.group(1) + "`", labels.replace(",", ", "), help.group(2));
    }
    page.check("metrics-operator.md");
  }

  @Test
  void alertsAndDashboardAskForFiguresThatExist() throws IOException {
    String asked = Files.readString(FILES.resolve("dashboard.json")) + rules();
    String known =
        scrape() + SDK_FAILED + Files.readString(Page.DOCS.resolve("reference/metrics-servers.md"));
    Set<String> exist = found(known);
    assertThat(found(asked).stream().map(name -> name.replaceAll("_bucket$", "")))
        .isNotEmpty()
        .allMatch(exist::contains);
  }

  @Test
  void alertsAskForConditionsThatExist() throws IOException {
    Matcher type = Pattern.compile("type=\\\\?\"(\\w+)").matcher(rules().toString());
    List<String> types = Arrays.stream(ConditionType.values()).map(Enum::name).toList();
    while (type.find()) {
      assertThat(types).contains(type.group(1));
    }
  }

  private static Set<String> found(String text) {
    return METRIC.matcher(text).results().map(it -> it.group()).collect(Collectors.toSet());
  }

  private static String plain(String expression) {
    return expression.replace(",DATABASE}", "}").replaceAll("\\{(DATABASE|SERVERS)}", "");
  }

  private static String scrape() {
    OperatorMetrics metrics = new OperatorMetrics(() -> true);
    metrics.watch(
        new OneDatabase(
            Databases.read(
                """
                apiVersion: objectdb.dev/v1alpha1
                kind: ObjectDatabase
                metadata: {name: site, namespace: plone}
                spec: {postgres: {embedded: {}}}
                status:
                  certificates: [{name: site-zeo-tls, notAfter: "2027-02-20T12:00:00Z"}]
                  conditions:
                  - {type: Ready, status: "True", reason: A, message: a, lastTransitionTime: x}
                """)));
    String text = metrics.scrape();
    metrics.close();
    return text;
  }

  private static List<JsonNode> rules() throws IOException {
    List<JsonNode> rules = new ArrayList<>();
    for (String file : List.of("alerts-database.yaml", "alerts-operator.yaml")) {
      JsonNode groups =
          requireNonNull(
              Serialization.unmarshal(Files.readString(FILES.resolve(file)), JsonNode.class));
      groups.forEach(group -> group.path("rules").forEach(rules::add));
    }
    return rules;
  }
}
