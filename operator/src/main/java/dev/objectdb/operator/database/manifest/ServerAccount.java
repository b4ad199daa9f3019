package dev.objectdb.operator.database.manifest;

import dev.objectdb.crds.v1alpha1.ObjectDatabase;
import dev.objectdb.operator.kube.Labels.Component;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.ServiceAccountBuilder;

/** Who servers are to the cluster: somebody without any right, whose token nobody gets. */
final class ServerAccount {
  private ServerAccount() {}

  static String name(ObjectDatabase database) {
    return Metadata.name(database) + "-server";
  }

  static ServiceAccount desired(ObjectDatabase database) {
    return new ServiceAccountBuilder()
        .withMetadata(Metadata.owned(database, name(database), Component.SERVER))
        .withAutomountServiceAccountToken(false)
        .build();
  }
}
