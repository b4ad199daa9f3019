package dev.objectdb.crds.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Size;
import io.fabric8.kubernetes.model.annotation.LabelSelector;
import io.fabric8.kubernetes.model.annotation.StatusReplicas;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What is so, as the operator saw it last; every component is absent until it is known. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ObjectDatabaseStatus(
    @JsonPropertyDescription("The generation of the resource that this status speaks of.")
        @Nullable Long observedGeneration,
    @JsonPropertyDescription(
            "The state in one word, for people; programs read the conditions instead.")
        @Nullable Phase phase,
    @JsonPropertyDescription("The state in one sentence, for people.") @Size(max = 1024)
        @Nullable String message,
    @JsonPropertyDescription("Server pods that exist.") @StatusReplicas @Nullable Integer replicas,
    @JsonPropertyDescription("Server pods that serve clients.") @Nullable Integer readyReplicas,
    @JsonPropertyDescription("Ready and wanted server pods, as in 2/3.") @Size(max = 16)
        @Nullable String ready,
    @JsonPropertyDescription("Label selector of the server pods, in the form of a query string.")
        @Size(max = 512)
        @LabelSelector
        @Nullable String selector,
    @JsonPropertyDescription("The image that the servers run or are being moved to.")
        @Size(max = 512)
        @Nullable String image,
    @JsonPropertyDescription("The history mode in force.") @Nullable HistoryMode historyMode,
    @JsonPropertyDescription("Where the database can be reached.") @Nullable Endpoints endpoints,
    @JsonPropertyDescription(
            "A ConfigMap with host, port and a piece of zope.conf, for clients to mount.")
        @Nullable Binding binding,
    @JsonPropertyDescription(
            "The state in detail. Ready is True when clients are served as declared; Reconciling"
                + " and Stalled follow the kstatus convention; Warning carries advice.")
        @Size(max = 16)
        @Nullable List<Condition> conditions) {

  /** Addresses for clients. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Endpoints(
      @JsonPropertyDescription("host:port for ZEO clients inside the cluster.") @Size(max = 300)
          @Nullable String zeo,
      @JsonPropertyDescription(
              "host:port whose name has the addresses of all servers that are ready.")
          @Size(max = 300)
          @Nullable String headless,
      @JsonPropertyDescription("host:port of the metrics, with the addresses of all servers.")
          @Size(max = 300)
          @Nullable String metrics) {}

  /** What clients mount. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Binding(
      @JsonPropertyDescription("Name of the ConfigMap.") @Size(max = 253) @Nullable String name) {}

  /** The summary for people. */
  public enum Phase {
    /** PostgreSQL or the schema is being made. */
    Bootstrapping,
    /** Clients are served as declared. */
    Running,
    /** Clients are served while servers move to what is declared now. */
    Updating,
    /** No server runs, and none should: the resource is hibernated. */
    Hibernated,
    /** The resource is paused: nothing is changed. */
    Paused,
    /** Fewer servers than declared serve clients, and nothing is moving. */
    Degraded,
    /** Nothing goes on until somebody acts; the message tells how. */
    Failed,
  }
}
