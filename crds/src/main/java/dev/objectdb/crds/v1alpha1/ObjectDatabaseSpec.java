package dev.objectdb.crds.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import io.fabric8.kubernetes.model.annotation.SpecReplicas;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the user declares; the descriptions are on the components, where the schema takes them. */
@JsonInclude(JsonInclude.Include.NON_NULL)
@ValidationRule(
    value =
        "!has(self.zeo) || !has(self.podTemplate) || !has(self.zeo.drainTimeout)"
            + " || !has(self.podTemplate.terminationGracePeriodSeconds)"
            + " || duration(self.zeo.drainTimeout).getSeconds() + 15"
            + " <= self.podTemplate.terminationGracePeriodSeconds",
    message =
        "zeo.drainTimeout does not fit into podTemplate.terminationGracePeriodSeconds, of which 15"
            + " s are for other things: raise the latter or lower the former")
@ValidationRule(
    value =
        "!has(self.zeo) || !has(self.monitoring) || !has(self.zeo.port)"
            + " || !has(self.monitoring.port) || self.zeo.port != self.monitoring.port",
    message =
        "zeo.port and monitoring.port are the same, and the latter is for probes and metrics:"
            + " choose another one, such as 8100 and 9180")
public record ObjectDatabaseSpec(
    @JsonPropertyDescription(
            "Number of server pods. They hold no data and are all alike, so any number is safe at"
                + " any time; 0 stops serving. Leave it out when an autoscaler sets it.")
        @Default("2")
        @Min(0)
        @Max(64)
        @SpecReplicas
        int replicas,
    @JsonPropertyDescription(
            "Image of the servers and of the schema Job. When left out, it is the operator's"
                + " default at the time the database is created, and stays that one: an upgrade of"
                + " the operator never restarts a database. status.image tells what is in force.")
        @Size(min = 1, max = 512)
        @Nullable String image,
    @JsonPropertyDescription(
            "When nodes pull the image of the servers and of the schema Job. When left out,"
                + " Kubernetes decides by the tag of the image.")
        @Nullable PullPolicy imagePullPolicy,
    @JsonPropertyDescription(
            "Secrets of type kubernetes.io/dockerconfigjson in the same namespace, with which the"
                + " images of all pods of this database are pulled.")
        @Size(max = 16)
        @Nullable List<PullSecret> imagePullSecrets,
    @JsonPropertyDescription(
            "Where image is left out: Pinned keeps the image that was chosen first, and an upgrade"
                + " of the operator only sets the condition UpgradeAvailable. FollowOperator moves"
                + " the servers to the operator's default whenever that changes.")
        @Default("Pinned")
        UpdatePolicy updatePolicy,
    @JsonPropertyDescription(
            "Free keeps only the newest revision of each object. Preserving keeps every revision,"
                + " so that transactions can be undone.")
        @Default("Free")
        @ValidationRule(
            value = "self == oldSelf",
            message =
                "the history mode of a database cannot be changed: create a second ObjectDatabase"
                    + " with the other mode and copy the transactions into it")
        HistoryMode historyMode,
    @JsonPropertyDescription("The PostgreSQL database that holds the objects.") @Required
        Postgres postgres,
    @JsonPropertyDescription("The PostgreSQL connections of each server.") @Default("{}") Pool pool,
    @JsonPropertyDescription("The object cache of each server, shared by all its clients.")
        @Default("{}")
        Cache cache,
    @JsonPropertyDescription(
            "How long an overwritten revision stays readable for clients that still look at an"
                + " older snapshot, with history mode Free. Example: 5m.")
        @Default("5m")
        @Size(max = 12)
        @Pattern(DURATION)
        @ValidationRule(
            value = "duration(self) >= duration('1s') && duration(self) <= duration('24h')",
            message = "snapshotWindow must be between 1s and 24h: set it to about 5m")
        String snapshotWindow,
    @JsonPropertyDescription("The ZEO server that Python clients connect to.") @Default("{}")
        Zeo zeo,
    @JsonPropertyDescription("What servers tell of themselves, and who looks at it.") @Default("{}")
        Monitoring monitoring,
    @JsonPropertyDescription(
            "What server pods are to have besides what the operator gives them; a part of a pod"
                + " template.")
        @Default("{}")
        PodTemplate podTemplate,
    @JsonPropertyDescription("How servers are replaced when something changes that needs new pods.")
        @Default("{}")
        UpdateStrategy updateStrategy,
    @JsonPropertyDescription(
            "Options of the servers' Java, without blanks. The heap is sized by the memory limit;"
                + " -Xmx overrides that. Example: [-Xlog:gc].")
        @Size(max = 20)
        @ValidationRule(
            value = "self.all(it, it.matches('^-[^\\\\s\\\\x22\\\\x27]+$'))",
            message =
                "jvmOptions: an option begins with - and has neither blanks nor quotes: give each"
                    + " option as an item of its own")
        @Nullable List<String> jvmOptions,
    @JsonPropertyDescription(
            "How much the servers log: error, warn, info, debug or trace. Servers that run take it"
                + " over within some two minutes.")
        @Default("info")
        LogLevel logLevel,
    @JsonPropertyDescription(
            "Lets everything be as it is: the operator writes nothing but the status, and repairs"
                + " nothing, until this is false again.")
        @Default("false")
        boolean paused,
    @JsonPropertyDescription(
            "Takes all servers away, whatever replicas says, and keeps everything else. False"
                + " brings them back.")
        @Default("false")
        boolean hibernated,
    @JsonPropertyDescription(
            "What becomes of the data when this resource is deleted. Retain leaves the tables, or"
                + " the volume of an embedded PostgreSQL, where they are: the same resource made"
                + " again takes them over. Delete removes them for good, once all servers have"
                + " ended; what cannot be removed within ten minutes stays, and an event says so.")
        @Default("Retain")
        DeletionPolicy deletionPolicy,
    @JsonPropertyDescription(
            "Refuses the deletion of this resource until this is false again; that of its namespace"
                + " takes everything else in it all the same. It takes the chart's"
                + " ValidatingAdmissionPolicy, which comes with the definition of the resource.")
        @Default("false")
        boolean deletionProtection) {

  /** How much servers log. */
  public enum LogLevel {
    error,
    warn,
    info,
    debug,
    trace,
  }

  /** What becomes of the data when the resource is deleted. */
  public enum DeletionPolicy {
    /** It stays. */
    Retain,
    /** It goes too. */
    Delete,
  }

  /** When an image is pulled. */
  public enum PullPolicy {
    Always,
    IfNotPresent,
    Never,
  }

  /** Whether an upgrade of the operator moves servers to its own default image. */
  public enum UpdatePolicy {
    /** It does not; a condition tells. */
    Pinned,
    /** It does. */
    FollowOperator,
  }

  /** A Secret to pull images with. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record PullSecret(
      @JsonPropertyDescription("Name of the Secret.")
          @Required
          @Size(min = 1, max = 253)
          @Pattern("^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$")
          String name) {}

  /** A whole number and a unit, as in {@code 10s}. */
  static final String DURATION = "^[0-9]{1,9}(ms|s|m|h)$";

  /** A whole number of bytes by powers of 1,024, as in {@code 256Mi}. */
  static final String BYTES = "^[1-9][0-9]{0,5}(Mi|Gi|Ti)$";
}
