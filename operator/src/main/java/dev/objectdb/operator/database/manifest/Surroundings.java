package dev.objectdb.operator.database.manifest;

import dev.objectdb.crds.v1alpha1.ObjectDatabase;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import java.util.ArrayList;
import java.util.List;

/** What stands around the servers and holds no data: any of it may come and go. */
public final class Surroundings {
  /** The kinds of all of it; what is of these kinds, is ours, and is not desired, is removed. */
  public static final List<Class<? extends HasMetadata>> KINDS =
      List.of(
          ServiceAccount.class,
          ConfigMap.class,
          Service.class,
          NetworkPolicy.class,
          PodDisruptionBudget.class);

  private Surroundings() {}

  /**
   * Returns all that should be there.
   *
   * @param security what clients are told of the servers
   */
  public static List<HasMetadata> desired(ObjectDatabase database, Connection.Security security) {
    List<HasMetadata> desired = new ArrayList<>();
    // Also where another one is named: servers of before may still need it.
    desired.add(ServerAccount.desired(database));
    desired.add(ZeoService.desired(database));
    desired.add(ZeoService.headless(database));
    desired.add(Connection.desired(database, security));
    desired.add(Settings.desired(database));
    if (database.getSpec().zeo().networkPolicy().enabled()) {
      desired.add(Network.desired(database));
    }
    if (Budget.isWanted(database)) {
      desired.add(Budget.desired(database));
    }
    return desired;
  }
}
