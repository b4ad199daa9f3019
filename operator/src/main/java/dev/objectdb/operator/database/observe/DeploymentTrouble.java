package dev.objectdb.operator.database.observe;

import dev.objectdb.operator.database.observe.PodTrouble.Kind;
import dev.objectdb.operator.database.observe.PodTrouble.Trouble;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentCondition;
import java.util.Optional;

/** Why a Deployment has too few pods, where no pod can say it: there is none. */
public final class DeploymentTrouble {
  private DeploymentTrouble() {}

  /** Returns what its controller says, if it cannot go on. */
  public static Optional<Trouble> find(Deployment deployment) {
    return condition(deployment, "ReplicaFailure", "True") // a quota or a policy refuses pods
        .or(() -> condition(deployment, "Progressing", "False")) // its deadline has passed
        .map(it -> new Trouble(Kind.OTHER, "%s: %s".formatted(it.getReason(), it.getMessage())));
  }

  private static Optional<DeploymentCondition> condition(
      Deployment deployment, String type, String status) {
    return deployment.getStatus() == null
        ? Optional.empty()
        : deployment.getStatus().getConditions().stream()
            .filter(it -> type.equals(it.getType()) && status.equals(it.getStatus()))
            .findFirst();
  }
}
