package dev.objectdb.operator.database.manifest;

import dev.objectdb.crds.v1alpha1.ObjectDatabase;
import dev.objectdb.crds.v1alpha1.ObjectDatabaseSpec;
import dev.objectdb.crds.v1alpha1.ObjectDatabaseSpec.PullPolicy;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.EnvVarBuilder;
import io.fabric8.kubernetes.api.model.PodSpecBuilder;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeBuilder;
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
        .withVolumes(secret(postgres), Restricted.scratch(TMP, tmpSizeMax));
  }

  /** The container, with what it takes to reach the database. */
  static ContainerBuilder container(ObjectDatabase database, String image, String... args) {
    ObjectDatabaseSpec spec = database.getSpec();
    return new ContainerBuilder()
        .withName(CONTAINER)
        .withImage(image)
        .withImagePullPolicy(text(spec.imagePullPolicy()))
        .withArgs(args)
        .withEnv(
            env("OBJECTDB_POSTGRES_URI_FILE", POSTGRES_PATH + "/uri"),
            env("OBJECTDB_POSTGRES_SCHEMA", spec.postgres().schema()),
            env("OBJECTDB_HISTORY_MODE", spec.historyMode().name()))
        .withVolumeMounts(
            Restricted.mount(POSTGRES_VOLUME, POSTGRES_PATH), Restricted.mount(TMP, "/tmp"))
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

  /** Only the one key, whatever its name, and nothing else that is in the Secret. */
  private static Volume secret(PostgresAccess postgres) {
    return new VolumeBuilder()
        .withName(POSTGRES_VOLUME)
        .withNewSecret()
        .withSecretName(postgres.secretName())
        .addNewItem()
        .withKey(postgres.uriKey())
        .withPath("uri")
        .endItem()
        .endSecret()
        .build();
  }
}
