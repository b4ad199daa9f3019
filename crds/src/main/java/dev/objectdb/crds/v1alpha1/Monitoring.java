package dev.objectdb.crds.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Where servers tell what they measure, and who looks at it and judges it. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Monitoring(
    @JsonPropertyDescription("TCP port of probes and metrics of the servers.")
        @Default("9180")
        @Min(1024)
        @Max(65535)
        int port,
    @JsonPropertyDescription(
            "A PodMonitor for the servers of this database alone, for clusters with the Prometheus"
                + " operator. The chart can make one for the servers of all databases instead.")
        @Default("{}")
        PodMonitor podMonitor,
    @JsonPropertyDescription(
            "A PrometheusRule with the alerts of this database alone, for clusters with the"
                + " Prometheus operator. The chart can make one for all databases instead.")
        @Default("{}")
        Rules rules) {

  private static final String LABELS_RULE =
      "self.all(key, !key.startsWith('app.kubernetes.io/') && !key.startsWith('objectdb.dev/'))";

  private static final String LABELS_REMEDY =
      "app.kubernetes.io/ and objectdb.dev/ are the operator's own: choose another prefix";

  /** What has a Prometheus read the metrics. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record PodMonitor(
      @JsonPropertyDescription("Whether there is a PodMonitor.") @Default("false") boolean enabled,
      @JsonPropertyDescription(
              "Labels that it gets besides the operator's own: those that your Prometheus looks"
                  + " for. Example: {release: prometheus}.")
          @ValidationRule(
              value = LABELS_RULE,
              message = "monitoring.podMonitor.labels: " + LABELS_REMEDY)
          @Nullable Map<String, String> labels,
      @JsonPropertyDescription("How often the metrics are read. Example: 30s.")
          @Default("30s")
          @Size(max = 12)
          @Pattern(ObjectDatabaseSpec.DURATION)
          String interval) {}

  /** What has a Prometheus raise alerts. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Rules(
      @JsonPropertyDescription("Whether there is a PrometheusRule.") @Default("false")
          boolean enabled,
      @JsonPropertyDescription(
              "Labels that it gets besides the operator's own: those that your Prometheus looks"
                  + " for. Example: {release: prometheus}.")
          @ValidationRule(
              value = LABELS_RULE,
              message = "monitoring.rules.labels: " + LABELS_REMEDY)
          @Nullable Map<String, String> labels,
      @JsonPropertyDescription(
              "URL that stands before /<alert>.md in runbook_url: where your team reads the"
                  + " directory docs/runbooks. When left out, alerts have an annotation runbook"
                  + " with the path of the file. Example: https://wiki.example.org/runbooks.")
          @Size(max = 512)
          @Pattern("^https?://[^\\s\"]+$")
          @Nullable String runbooks) {}
}
