package dev.objectdb.operator.database.manifest;

import dev.objectdb.crds.v1alpha1.ObjectDatabase;
import dev.objectdb.operator.kube.Labels;
import dev.objectdb.operator.kube.Labels.Component;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudgetBuilder;

/**
 * Has nodes drained one server at a time. Servers that do not serve anyway may always go, and a
 * single server has no budget at all, so that no drain ever waits for somebody.
 */
final class Budget {
  private Budget() {}

  static boolean isWanted(ObjectDatabase database) {
    return Servers.replicas(database) >= 2;
  }

  static PodDisruptionBudget desired(ObjectDatabase database) {
    return new PodDisruptionBudgetBuilder()
        .withMetadata(Metadata.owned(database, Metadata.name(database), Component.SERVER))
        .withNewSpec()
        .withMaxUnavailable(new IntOrString(1))
        .withUnhealthyPodEvictionPolicy("AlwaysAllow")
        .withNewSelector()
        .withMatchLabels(Labels.selector(Metadata.name(database), Component.SERVER))
        .endSelector()
        .endSpec()
        .build();
  }
}
