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
    @JsonPropertyDescription(
            "The image that all servers ran last; one that they are being moved to is not it yet.")
        @Size(max = 512)
        @Nullable String image,
    @JsonPropertyDescription("The history mode in force.") @Nullable HistoryMode historyMode,
    @JsonPropertyDescription(
            "Number of the history mode in force: it rises with every change of the mode.")
        @Nullable Long historyEpoch,
    @JsonPropertyDescription("The PostgreSQL database, as the operator saw it last.")
        @Nullable Postgres postgres,
    @JsonPropertyDescription(
            "How much there is, as PostgreSQL estimates it; rounded, and seldom refreshed.")
        @Nullable Counts counts,
    @JsonPropertyDescription("Size of the tables in PostgreSQL in bytes; rounded.")
        @Nullable Long databaseSizeBytes,
    @JsonPropertyDescription("What is in force where the resource leaves it open or asks too much.")
        @Nullable Effective effective,
    @JsonPropertyDescription("Where the database can be reached.") @Nullable Endpoints endpoints,
    @JsonPropertyDescription(
            "A ConfigMap with host, port, a piece of zope.conf and, with TLS, the certificates to"
                + " trust, for clients to mount at /etc/objectdb.")
        @Nullable Binding binding,
    @JsonPropertyDescription("The certificates that TLS for clients is made of.") @Size(max = 4)
        @Nullable List<Certificate> certificates,
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
          @Nullable String metrics,
      @JsonPropertyDescription(
              "Names that the servers' certificate is for; a client that connects by another"
                  + " address has to give one of them as server-hostname.")
          @Size(max = 128)
          @Nullable List<String> tlsServerNames) {}

  /** A certificate in a Secret. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Certificate(
      @JsonPropertyDescription("Name of the Secret.") @Size(max = 253) String name,
      @JsonPropertyDescription("When it ends.") @Size(max = 40) String notAfter) {}

  /** What clients mount. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Binding(
      @JsonPropertyDescription("Name of the ConfigMap.") @Size(max = 253) @Nullable String name) {}

  /** What PostgreSQL says of itself. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Postgres(
      @JsonPropertyDescription("Version of the server.") @Size(max = 64) @Nullable String version,
      @JsonPropertyDescription("host:port of the server; several with commas between them.")
          @Size(max = 1024)
          @Nullable String host,
      @JsonPropertyDescription("Name of the database on the server.") @Size(max = 63)
          @Nullable String database,
      @JsonPropertyDescription("Version of the tables; absent until they are made.")
          @Nullable Integer schemaVersion,
      @JsonPropertyDescription("Connections that the server allows to ordinary users.")
          @Nullable Integer maxConnections,
      @JsonPropertyDescription(
              "Connections that the servers, a schema Job and the operator may take, as declared.")
          @Nullable Integer connectionsBudgeted) {}

  /** Estimates; absent while PostgreSQL has none. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Counts(
      @JsonPropertyDescription("Objects.") @Nullable Long objects,
      @JsonPropertyDescription("Transactions on record.") @Nullable Long transactions,
      @JsonPropertyDescription("Revisions that the history keeps.") @Nullable Long revisions) {}

  /** What is in force. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Effective(
      @JsonPropertyDescription(
              "Connections that each server reads with: spec.pool.max, or what PostgreSQL has room"
                  + " for.")
          @Nullable Integer poolMax) {}

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
    /** The resource is being deleted, and its data with it. */
    Deleting,
    /** Nothing goes on until somebody acts; the message tells how. */
    Failed,
  }
}
