package dev.objectdb.operator.database.manifest;

import dev.objectdb.crds.v1alpha1.ObjectDatabase;
import dev.objectdb.crds.v1alpha1.ObjectDatabaseSpec;
import dev.objectdb.crds.v1alpha1.ObjectDatabaseSpec.PullPolicy;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.EnvVarBuilder;
import io.fabric8.kubernetes.api.model.PodSpecBuilder;
import io.fabric8.kubernetes.api.model.Volume;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What all pods of the runtime image have in common. The image's entry point is {@code objectdb};
 * it is configured by keys {@code OBJECTDB_…}, each being a path in the resource.
 */
final class RuntimePod {
  /** The name of the only container. */
  static final String CONTAINER = "objectdb";

  private static final String POSTGRES_VOLUME = "postgres";
  private static final String POSTGRES_PATH = "/etc/objectdb/postgres";
  private static final String TRUSTED_VOLUME = "postgres-ca";
  private static final String TRUSTED_PATH = "/etc/objectdb/postgres-ca";
  private static final String TMP = "tmp";

  private RuntimePod() {}

  /**
   * What the runtime takes for a key that is not there; no version of it ever changes one. Only
   * what differs is said: so an operator that knows a new key changes no pod of before, whose image
   * may not know it.
   */
  static final Map<String, String> DEFAULTS =
      Map.ofEntries(
          Map.entry("OBJECTDB_POSTGRES_SCHEMA", "public"),
          Map.entry("OBJECTDB_POSTGRES_FOREIGN_COLUMNS", "Refuse"),
          Map.entry("OBJECTDB_POSTGRES_STATEMENT_TIMEOUT", "60s"),
          Map.entry("OBJECTDB_POSTGRES_LOCK_TIMEOUT", "5s"),
          Map.entry("OBJECTDB_HISTORY_MODE", "Free"),
          Map.entry("OBJECTDB_ZEO_PORT", "8100"),
          Map.entry("OBJECTDB_ZEO_READ_ONLY", "false"),
          Map.entry("OBJECTDB_ZEO_TRANSACTION_TIMEOUT", "10s"),
          Map.entry("OBJECTDB_ZEO_MAX_CONNECTIONS", "1000"),
          Map.entry("OBJECTDB_ZEO_MAX_CONNECTION_AGE", "0s"),
          Map.entry("OBJECTDB_ZEO_DRAIN_TIMEOUT", "30s"),
          Map.entry("OBJECTDB_MONITORING_PORT", "9180"),
          Map.entry("OBJECTDB_POOL_MIN", "2"),
          Map.entry("OBJECTDB_POOL_MAX", "10"),
          Map.entry("OBJECTDB_POOL_ACQUIRE_TIMEOUT", "30s"),
          Map.entry("OBJECTDB_POOL_MAX_LIFETIME", "30m"),
          Map.entry("OBJECTDB_POOL_IDLE_TIMEOUT", "10m"),
          Map.entry("OBJECTDB_CACHE_MEMORY", "256Mi"),
          Map.entry("OBJECTDB_SNAPSHOT_WINDOW", "5m"));

  /** Returns what is not said already by leaving it out. */
  static List<EnvVar> differing(EnvVar... variables) {
    return Arrays.stream(variables)
        .filter(it -> !it.getValue().equals(DEFAULTS.get(it.getName())))
        .toList();
  }

  /** A pod without containers. */
  static PodSpecBuilder pod(ObjectDatabase database, PostgresAccess postgres, String tmpSizeMax) {
    return new PodSpecBuilder()
        .withAutomountServiceAccountToken(false)
        // Variables for Services named objectdb-… would look like keys of ours.
        .withEnableServiceLinks(false)
        .withImagePullSecrets(Metadata.pullSecrets(database))
        .withSecurityContext(Restricted.pod())
        .withVolumes(
            Restricted.secret(POSTGRES_VOLUME, postgres.secretName(), postgres.files()),
            Restricted.scratch(TMP, tmpSizeMax))
        .addAllToVolumes(trusted(postgres));
  }

  /** The container, with what it takes to reach the database. */
  static ContainerBuilder container(
      ObjectDatabase database, PostgresAccess postgres, String image, String... args) {
    ObjectDatabaseSpec spec = database.getSpec();
    return new ContainerBuilder()
        .withName(CONTAINER)
        .withImage(image)
        .withImagePullPolicy(text(spec.imagePullPolicy()))
        .withArgs(args)
        .withEnv(
            differing(
                env("OBJECTDB_POSTGRES_DIRECTORY", POSTGRES_PATH),
                // The Secret may name another place before anybody has looked at that one.
                env("OBJECTDB_POSTGRES_PLACE", postgres.place()),
                env("OBJECTDB_POSTGRES_TLS_MODE", postgres.tlsMode()),
                env("OBJECTDB_POSTGRES_SCHEMA", spec.postgres().schema()),
                env("OBJECTDB_POSTGRES_FOREIGN_COLUMNS", spec.postgres().foreignColumns().name()),
                env("OBJECTDB_HISTORY_MODE", spec.historyMode().name())))
        .addAllToEnv(optional("OBJECTDB_POSTGRES_DATABASE", postgres.database()))
        .addAllToEnv(
            optional(
                "OBJECTDB_POSTGRES_TLS_CA_DIRECTORY",
                postgres.caSecret() == null ? null : TRUSTED_PATH))
        .withVolumeMounts(
            Restricted.mount(POSTGRES_VOLUME, POSTGRES_PATH), Restricted.mount(TMP, "/tmp"))
        .addAllToVolumeMounts(
            trusted(postgres).stream()
                .map(volume -> Restricted.mount(volume.getName(), TRUSTED_PATH))
                .toList())
        // The last lines of a log that ended badly become the message of a condition.
        .withTerminationMessagePolicy("FallbackToLogsOnError")
        .withSecurityContext(Restricted.container());
  }

  private static @Nullable String text(@Nullable PullPolicy policy) {
    return policy == null ? null : policy.name();
  }

  static EnvVar env(String name, String value) {
    return new EnvVarBuilder().withName(name).withValue(value).build();
  }

  private static List<EnvVar> optional(String name, @Nullable String value) {
    return value == null ? List.of() : List.of(env(name, value));
  }

  private static List<Volume> trusted(PostgresAccess postgres) {
    return postgres.caSecret() == null
        ? List.of()
        : List.of(
            Restricted.secret(
                TRUSTED_VOLUME,
                postgres.caSecret(),
                Map.of(ZeoTlsFiles.TRUSTED, ZeoTlsFiles.TRUSTED)));
  }
}
