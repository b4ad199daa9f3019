package dev.objectdb.operator.metrics;

import dev.objectdb.crds.v1alpha1.Condition;
import dev.objectdb.crds.v1alpha1.ObjectDatabase;
import dev.objectdb.crds.v1alpha1.ObjectDatabaseStatus;
import dev.objectdb.crds.v1alpha1.ObjectDatabaseStatus.Certificate;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.MultiGauge.Row;
import io.micrometer.core.instrument.Tags;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the status of each database says, as figures; a database that goes takes its own along. */
final class DatabaseGauges {
  private final MultiGauge ready;
  private final MultiGauge wanted;
  private final MultiGauge existing;
  private final MultiGauge serving;
  private final MultiGauge conditions;
  private final MultiGauge certificates;

  DatabaseGauges(MeterRegistry registry) {
    ready = gauge(registry, "ready", "1 while clients are served as declared, else 0");
    wanted =
        gauge(
            registry,
            "replicas.wanted",
            "Servers that the resource declares; 0 while it hibernates");
    existing = gauge(registry, "replicas", "Server pods that exist");
    serving = gauge(registry, "replicas.ready", "Server pods that serve clients");
    conditions = gauge(registry, "condition", "1 while the condition of that type is True, else 0");
    certificates =
        gauge(
            registry,
            "certificate.expiry.timestamp.seconds",
            "When the certificate in that Secret ends, in seconds since 1970");
  }

  private static MultiGauge gauge(MeterRegistry registry, String name, String description) {
    return MultiGauge.builder("objectdb.database." + name)
        .description(description)
        .register(registry);
  }

  /** Takes over what is so now. */
  void update(List<ObjectDatabase> databases) {
    List<Row<?>> readyRows = new ArrayList<>();
    List<Row<?>> wantedRows = new ArrayList<>();
    List<Row<?>> existingRows = new ArrayList<>();
    List<Row<?>> servingRows = new ArrayList<>();
    List<Row<?>> conditionRows = new ArrayList<>();
    List<Row<?>> certificateRows = new ArrayList<>();
    for (ObjectDatabase database : databases) {
      Tags tags =
          Tags.of(
              "namespace", database.getMetadata().getNamespace(),
              "name", database.getMetadata().getName());
      boolean asleep = database.getSpec().hibernated();
      wantedRows.add(Row.of(tags, asleep ? 0 : database.getSpec().replicas()));
      ObjectDatabaseStatus status = database.getStatus();
      existingRows.add(Row.of(tags, number(status == null ? null : status.replicas())));
      servingRows.add(Row.of(tags, number(status == null ? null : status.readyReplicas())));
      readyRows.add(Row.of(tags, truth(status, "Ready")));
      for (Condition condition : conditionsOf(status)) {
        Tags typed = tags.and("type", condition.type());
        conditionRows.add(Row.of(typed, truth(status, condition.type())));
      }
      for (Certificate certificate : certificatesOf(status)) {
        Tags named = tags.and("secret", certificate.name());
        certificateRows.add(Row.of(named, Instant.parse(certificate.notAfter()).getEpochSecond()));
      }
    }
    ready.register(readyRows, true);
    wanted.register(wantedRows, true);
    existing.register(existingRows, true);
    serving.register(servingRows, true);
    conditions.register(conditionRows, true);
    certificates.register(certificateRows, true);
  }

  private static int number(@Nullable Integer value) {
    return value == null ? 0 : value;
  }

  private static int truth(@Nullable ObjectDatabaseStatus status, String type) {
    boolean holds =
        conditionsOf(status).stream()
            .filter(condition -> condition.type().equals(type))
            .anyMatch(condition -> condition.status() == Condition.Status.True);
    return holds ? 1 : 0;
  }

  private static List<Certificate> certificatesOf(@Nullable ObjectDatabaseStatus status) {
    List<Certificate> certificates = status == null ? null : status.certificates();
    return certificates == null ? List.of() : certificates;
  }

  private static List<Condition> conditionsOf(@Nullable ObjectDatabaseStatus status) {
    List<Condition> conditions = status == null ? null : status.conditions();
    return conditions == null ? List.of() : conditions;
  }
}
