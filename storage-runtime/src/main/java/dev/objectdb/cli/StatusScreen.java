package dev.objectdb.cli;

import static java.util.Objects.requireNonNull;

import dev.objectdb.cli.ClusterDatabase.Facts;
import dev.objectdb.crds.v1alpha1.Condition;
import dev.objectdb.crds.v1alpha1.ObjectDatabase;
import dev.objectdb.crds.v1alpha1.ObjectDatabaseStatus;
import dev.objectdb.crds.v1alpha1.ObjectDatabaseStatus.Certificate;
import dev.objectdb.crds.v1alpha1.Postgres;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.events.v1.Event;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** One database on one screen, for people. Pure: the same facts at the same time, the same text. */
final class StatusScreen {
  private static final int EVENTS_MAX = 6;
  private static final String COMPONENT = "app.kubernetes.io/component";

  private final Facts facts;
  private final Clock clock;
  private final StringBuilder text = new StringBuilder();

  StatusScreen(Facts facts, Clock clock) {
    this.facts = facts;
    this.clock = clock;
  }

  /** Whether clients are served as declared. */
  boolean isServing() {
    return conditions().stream()
        .anyMatch(it -> it.type().equals("Ready") && it.status() == Condition.Status.True);
  }

  String text() {
    text.setLength(0);
    head();
    about();
    conditionTable();
    podTable();
    addresses();
    events();
    return text.toString();
  }

  private void head() {
    ObjectDatabase database = facts.database();
    ObjectDatabaseStatus status = database.getStatus();
    line(
        "ObjectDatabase %s in namespace %s: %s"
            .formatted(
                database.getMetadata().getName(),
                database.getMetadata().getNamespace(),
                isServing() ? "serving" : "NOT SERVING"));
    line(
        "  %s"
            .formatted(
                status == null ? "no operator has looked at it yet" : said(status.message())));
    Long seen = status == null ? null : status.observedGeneration();
    if (seen != null && !seen.equals(database.getMetadata().getGeneration())) {
      line("  what was changed last has not been looked at yet");
    }
  }

  private void about() {
    ObjectDatabase database = facts.database();
    ObjectDatabaseStatus status = database.getStatus();
    line("");
    line("  Servers      %s ready".formatted(status == null ? "?" : said(status.ready())));
    line("  History      %s".formatted(database.getSpec().historyMode()));
    line("  PostgreSQL   %s".formatted(postgres(database.getSpec().postgres())));
    if (SecretsOf.speaksTls(database)) {
      line("  TLS          %s".formatted(certificates(status)));
    }
    line("  Image        %s".formatted(status == null ? "?" : said(status.image())));
  }

  private static String certificates(@Nullable ObjectDatabaseStatus status) {
    List<Certificate> certificates = status == null ? null : status.certificates();
    return certificates == null || certificates.isEmpty()
        ? "on, no certificate seen yet"
        : certificates.stream()
            .map(it -> "Secret %s until %s".formatted(it.name(), it.notAfter()))
            .collect(Collectors.joining(", "));
  }

  private static String postgres(Postgres postgres) {
    return "%s; schema %s".formatted(place(postgres), postgres.schema());
  }

  private static String place(Postgres postgres) {
    if (postgres.embedded() != null) {
      return "embedded, for development only";
    }
    return postgres.cnpgRef() != null
        ? "cluster %s of CloudNativePG".formatted(postgres.cnpgRef().name())
        : "by Secret %s".formatted(requireNonNull(postgres.secretRef()).name());
  }

  private void conditionTable() {
    if (conditions().isEmpty()) {
      return;
    }
    line("");
    line("Conditions");
    String said = "";
    for (Condition condition : conditions()) {
      ConditionWords words = ConditionWords.of(condition);
      if (!words.isWorthALine()) {
        continue;
      }
      line(
          "  %s %s, for %s"
              .formatted(words.mark(), words.text(), age(condition.lastTransitionTime())));
      String why = condition.reason() + ": " + condition.message();
      if (!words.isUsual() && !why.equals(said)) { // several conditions often have the same reason
        line("      %s".formatted(why));
        said = why;
      }
    }
  }

  private void podTable() {
    line("");
    line("Pods");
    if (facts.pods().isEmpty()) {
      line("  none");
    }
    List<List<String>> rows = new ArrayList<>();
    facts.pods().stream()
        .sorted(Comparator.comparing(pod -> pod.getMetadata().getName()))
        .forEach(pod -> rows.add(row(pod)));
    table(rows);
  }

  private List<String> row(Pod pod) {
    Optional<ContainerStatus> container =
        Optional.ofNullable(pod.getStatus()).stream()
            .flatMap(status -> status.getContainerStatuses().stream())
            .findFirst();
    int restarts = container.map(ContainerStatus::getRestartCount).orElse(0);
    return List.of(
        pod.getMetadata().getName(),
        pod.getMetadata().getLabels().getOrDefault(COMPONENT, ""),
        state(pod, container),
        restarts == 1 ? "1 restart" : restarts + " restarts",
        age(pod.getMetadata().getCreationTimestamp()),
        Optional.ofNullable(pod.getSpec()).map(spec -> spec.getNodeName()).orElse("no node"));
  }

  private static String state(Pod pod, Optional<ContainerStatus> container) {
    if (pod.getMetadata().getDeletionTimestamp() != null) {
      return "ending";
    }
    Optional<String> waits =
        container
            .map(ContainerStatus::getState)
            .map(state -> state.getWaiting())
            .map(waiting -> waiting.getReason());
    if (waits.isPresent()) {
      return waits.get();
    }
    boolean ready =
        pod.getStatus() != null
            && pod.getStatus().getConditions().stream()
                .anyMatch(it -> it.getType().equals("Ready") && it.getStatus().equals("True"));
    String phase = pod.getStatus() == null ? "Pending" : pod.getStatus().getPhase();
    return ready ? "ready" : "Running".equals(phase) ? "not ready" : said(phase);
  }

  private void addresses() {
    ObjectDatabaseStatus status = facts.database().getStatus();
    if (status == null || status.endpoints() == null) {
      return;
    }
    line("");
    line("Addresses");
    Map<?, ?> endpoints =
        Serialization.unmarshal(Serialization.asJson(status.endpoints()), TreeMap.class);
    List<List<String>> rows = new ArrayList<>();
    endpoints.forEach((key, value) -> rows.add(List.of(key.toString(), words(value))));
    table(rows);
  }

  private static String words(Object value) {
    return value instanceof List<?> several
        ? several.stream().map(Object::toString).collect(Collectors.joining(", "))
        : value.toString();
  }

  private void events() {
    List<Event> latest =
        facts.events().stream()
            .sorted(Comparator.comparing(StatusScreen::time).reversed())
            .limit(EVENTS_MAX)
            .toList();
    if (latest.isEmpty()) {
      return;
    }
    line("");
    line("What happened last");
    List<List<String>> rows = new ArrayList<>();
    for (Event event : latest) {
      int count = event.getSeries() == null ? 1 : event.getSeries().getCount();
      String times = count == 1 ? "" : " (%d times)".formatted(count);
      rows.add(List.of(age(time(event)) + " ago", event.getReason(), event.getNote() + times));
    }
    table(rows);
  }

  private static String time(Event event) {
    if (event.getSeries() != null) {
      return event.getSeries().getLastObservedTime().getTime();
    }
    return event.getEventTime() == null
        ? said(event.getMetadata().getCreationTimestamp())
        : event.getEventTime().getTime();
  }

  private List<Condition> conditions() {
    ObjectDatabaseStatus status = facts.database().getStatus();
    List<Condition> conditions = status == null ? null : status.conditions();
    return conditions == null ? List.of() : conditions;
  }

  /** Columns as wide as their widest cell; the last one ends where it ends. */
  private void table(List<List<String>> rows) {
    int columns = rows.isEmpty() ? 0 : rows.get(0).size();
    for (List<String> row : rows) {
      StringBuilder line = new StringBuilder(" ");
      for (int i = 0; i < columns; i++) {
        int column = i;
        int width = rows.stream().mapToInt(it -> it.get(column).length()).max().orElse(0);
        line.append(' ').append(row.get(i)).append(" ".repeat(width - row.get(i).length() + 1));
      }
      line(line.toString().stripTrailing());
    }
  }

  private String age(@Nullable String time) {
    if (time == null || time.isEmpty()) {
      return "?";
    }
    long seconds = Duration.between(Instant.parse(time), clock.instant()).toSeconds();
    if (seconds < 120) {
      return Math.max(seconds, 0) + " s";
    }
    long minutes = seconds / 60;
    if (minutes < 120) {
      return minutes + " min";
    }
    long hours = minutes / 60;
    return hours < 48 ? hours + " h" : hours / 24 + " days";
  }

  private static String said(@Nullable Object value) {
    return value == null ? "?" : value.toString();
  }

  private void line(String line) {
    text.append(line).append('\n');
  }
}
