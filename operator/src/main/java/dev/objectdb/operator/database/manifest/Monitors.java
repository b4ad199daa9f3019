package dev.objectdb.operator.database.manifest;

import dev.objectdb.crds.v1alpha1.Monitoring;
import dev.objectdb.crds.v1alpha1.ObjectDatabase;
import dev.objectdb.operator.kube.Labels;
import dev.objectdb.operator.kube.Labels.Component;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What has a Prometheus read and judge what the servers of one database measure: objects of the
 * Prometheus operator, which not every cluster has.
 */
public final class Monitors {
  /** Group and version of the objects. */
  public static final String API = "monitoring.coreos.com/v1";

  /** Kind of what has the metrics read. */
  public static final String POD_MONITOR = "PodMonitor";

  /** Kind of what raises alerts. */
  public static final String RULE = "PrometheusRule";

  /** The alerts as the chart has them, with words where a database is selected. */
  private static final String ALERTS = "alerts-database.yaml";

  private Monitors() {}

  /** Returns what is declared, which may be nothing. */
  public static List<GenericKubernetesResource> desired(ObjectDatabase database) {
    Monitoring declared = database.getSpec().monitoring();
    List<GenericKubernetesResource> desired = new ArrayList<>();
    if (declared.podMonitor().enabled()) {
      desired.add(podMonitor(database, declared.podMonitor()));
    }
    if (declared.rules().enabled()) {
      desired.add(rule(database, declared.rules()));
    }
    return desired;
  }

  /** Returns an object of a kind as it is found, and deleted, by its name. */
  public static GenericKubernetesResource named(ObjectDatabase database, String kind) {
    return object(database, kind, null, Map.of());
  }

  private static GenericKubernetesResource podMonitor(
      ObjectDatabase database, Monitoring.PodMonitor declared) {
    Map<String, Object> endpoint = new TreeMap<>();
    endpoint.put("port", Servers.MONITORING);
    endpoint.put("interval", declared.interval());
    Map<String, Object> spec = new TreeMap<>();
    spec.put(
        "selector",
        Map.of("matchLabels", Labels.selector(Metadata.name(database), Component.SERVER)));
    spec.put("podTargetLabels", List.of("app.kubernetes.io/instance"));
    spec.put("podMetricsEndpoints", List.of(endpoint));
    return object(database, POD_MONITOR, declared.labels(), spec);
  }

  private static GenericKubernetesResource rule(
      ObjectDatabase database, Monitoring.Rules declared) {
    List<?> groups = Serialization.unmarshal(alerts(database, declared), List.class);
    return object(database, RULE, declared.labels(), Map.of("groups", groups));
  }

  private static String alerts(ObjectDatabase database, Monitoring.Rules declared) {
    String in = "namespace=\"%s\"".formatted(database.getMetadata().getNamespace());
    String name = Metadata.name(database);
    String runbook =
        declared.runbooks() == null
            ? "runbook: docs/runbooks"
            : "runbook_url: " + declared.runbooks();
    return alerts()
        .replace("DATABASE}", "%s,name=\"%s\"}".formatted(in, name))
        .replace("{SERVERS}", "{%s,app_kubernetes_io_instance=\"%s\"}".formatted(in, name))
        .replace("runbook_url: RUNBOOKS", runbook);
  }

  private static String alerts() {
    try (InputStream in = Monitors.class.getResourceAsStream(ALERTS)) {
      return new String(Objects.requireNonNull(in, ALERTS).readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static GenericKubernetesResource object(
      ObjectDatabase database,
      String kind,
      @Nullable Map<String, String> labels,
      Map<String, Object> spec) {
    ObjectMeta metadata = Metadata.owned(database, Metadata.name(database), Component.SERVER);
    if (labels != null) {
      metadata.getLabels().putAll(labels);
    }
    GenericKubernetesResource object = new GenericKubernetesResource();
    object.setApiVersion(API);
    object.setKind(kind);
    object.setMetadata(metadata);
    object.setAdditionalProperty("spec", spec);
    return object;
  }
}
