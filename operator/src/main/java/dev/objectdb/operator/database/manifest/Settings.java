package dev.objectdb.operator.database.manifest;

import dev.objectdb.crds.v1alpha1.ObjectDatabase;
import dev.objectdb.operator.kube.Labels.Component;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeBuilder;
import io.fabric8.kubernetes.api.model.VolumeMount;

/** What servers read again while they run: a ConfigMap, which the kubelet keeps up to date. */
final class Settings {
  private static final String VOLUME = "settings";
  private static final String PATH = "/etc/objectdb/settings";
  private static final String LOG_LEVEL = "log-level";

  private Settings() {}

  static ConfigMap desired(ObjectDatabase database) {
    return new ConfigMapBuilder()
        .withMetadata(Metadata.owned(database, name(database), Component.SERVER))
        .addToData(LOG_LEVEL, database.getSpec().logLevel().name())
        .build();
  }

  static Volume volume(ObjectDatabase database) {
    return new VolumeBuilder()
        .withName(VOLUME)
        .withNewConfigMap()
        .withName(name(database))
        .endConfigMap()
        .build();
  }

  static VolumeMount mount() {
    return Restricted.mount(VOLUME, PATH);
  }

  static EnvVar logLevel() {
    return RuntimePod.env("OBJECTDB_LOG_LEVEL_FILE", PATH + "/" + LOG_LEVEL);
  }

  private static String name(ObjectDatabase database) {
    return Metadata.name(database) + "-settings";
  }
}
