package dev.objectdb.operator.database.manifest;

import dev.objectdb.crds.v1alpha1.ObjectDatabaseSpec;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceRequirements;
import io.fabric8.kubernetes.api.model.ResourceRequirementsBuilder;

/**
 * What a server asks of its node. Memory is the cache, a base for the program, and a share for each
 * connection that reads; as much again is allowed for large transactions and for the collector. CPU
 * has no limit: a throttled server holds the commit lock for longer.
 */
final class ServerResources {
  /** A server with an empty cache and a pool of ten; measured idle it needs half of that. */
  private static final long BASE_MIB = 236;

  private static final long CONNECTION_MIB = 2;
  private static final String CPU = "250m";

  private ServerResources() {}

  static ResourceRequirements of(ObjectDatabaseSpec spec) {
    long request =
        BASE_MIB
            + CONNECTION_MIB * spec.pool().max()
            + Quantity.getAmountInBytes(new Quantity(spec.cache().memory())).longValueExact()
                / (1 << 20);
    return new ResourceRequirementsBuilder()
        .addToRequests("cpu", new Quantity(CPU))
        .addToRequests("memory", mebibytes(request))
        .addToLimits("memory", mebibytes(2 * request))
        .build();
  }

  private static Quantity mebibytes(long amount) {
    return new Quantity(amount + "Mi");
  }
}
