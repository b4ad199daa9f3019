package dev.objectdb.operator.database.manifest;

import dev.objectdb.crds.v1alpha1.ObjectDatabase;
import dev.objectdb.crds.v1alpha1.ObjectDatabaseSpec;
import dev.objectdb.crds.v1alpha1.ObjectDatabaseSpec.PullPolicy;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.EnvVarBuilder;
import io.fabric8.kubernetes.api.model.KeyToPathBuilder;
import io.fabric8.kubernetes.api.model.PodSpecBuilder;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeBuilder;
import java.util.List;
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

  /** A pod without containers. */
  static PodSpecBuilder pod(ObjectDatabase database, PostgresAccess postgres, String tmpSizeMax) {
    return new PodSpecBuilder()
        .withAutomountServiceAccountToken(false)
        // Variables for Services named objectdb-… would look like keys of ours, and be refused.
        .withEnableServiceLinks(false)
        .withImagePullSecrets(Metadata.pullSecrets(database))
        .withSecurityContext(Restricted.pod())
        .withVolumes(secret(postgres), Restricted.scratch(TMP, tmpSizeMax))
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
            env("OBJECTDB_POSTGRES_DIRECTORY", POSTGRES_PATH),
            env("OBJECTDB_POSTGRES_TLS_MODE", postgres.tlsMode()),
            env("OBJECTDB_POSTGRES_SCHEMA", spec.postgres().schema()),
            env("OBJECTDB_POSTGRES_FOREIGN_COLUMNS", spec.postgres().foreignColumns().name()),
            env("OBJECTDB_HISTORY_MODE", spec.historyMode().name()))
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

  /** Only the keys that are read, whatever their names, and nothing else that is in the Secret. */
  private static Volume secret(PostgresAccess postgres) {
    return new VolumeBuilder()
        .withName(POSTGRES_VOLUME)
        .withNewSecret()
        .withSecretName(postgres.secretName())
        .withItems(
            postgres.files().entrySet().stream()
                .map(
                    file ->
                        new KeyToPathBuilder()
                            .withKey(file.getKey())
                            .withPath(file.getValue())
                            .build())
                .toList())
        .endSecret()
        .build();
  }

  private static List<Volume> trusted(PostgresAccess postgres) {
    if (postgres.caSecret() == null) {
      return List.of();
    }
    return List.of(
        new VolumeBuilder()
            .withName(TRUSTED_VOLUME)
            .withNewSecret()
            .withSecretName(postgres.caSecret())
            .addNewItem()
            .withKey("ca.crt")
            .withPath("ca.crt")
            .endItem()
            .endSecret()
            .build());
  }
}
