package dev.objectdb.operator.database.manifest;

import dev.objectdb.crds.v1alpha1.ObjectDatabaseSpec;
import dev.objectdb.crds.v1alpha1.PodResources;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceRequirements;
import io.fabric8.kubernetes.api.model.ResourceRequirementsBuilder;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What a server asks of its node. Memory is the cache, a base for the program, and a share for each
 * connection that reads; as much again is allowed for large transactions and for the collector. CPU
 * has no limit: a throttled server holds the commit lock for longer. What the resource says itself
 * takes the place of each of these.
 */
final class ServerResources {
  /** A server with an empty cache and a pool of ten; measured idle it needs half of that. */
  private static final long BASE_MIB = 236;

  private static final long CONNECTION_MIB = 2;
  private static final long MIB = 1 << 20;
  private static final String CPU = "cpu";
  private static final Quantity CPU_NEEDED = new Quantity("250m");
  private static final String MEMORY = "memory";

  private ServerResources() {}

  static ResourceRequirements of(ObjectDatabaseSpec spec) {
    PodResources user = spec.podTemplate().resources();
    Map<String, Quantity> limits = declared(user == null ? null : user.limits());
    Map<String, Quantity> requests = declared(user == null ? null : user.requests());
    requests.putIfAbsent(CPU, least(CPU_NEEDED, limits.get(CPU)));
    Quantity limit = limits.get(MEMORY);
    long needed = limit == null ? needed(spec) : Math.min(needed(spec), mebibytes(limit));
    requests.putIfAbsent(MEMORY, mebibytes(needed));
    limits.putIfAbsent(MEMORY, mebibytes(2 * mebibytes(requests.get(MEMORY))));
    return new ResourceRequirementsBuilder().withRequests(requests).withLimits(limits).build();
  }

  private static long needed(ObjectDatabaseSpec spec) {
    return BASE_MIB
        + CONNECTION_MIB * spec.pool().max()
        + mebibytes(new Quantity(spec.cache().memory()));
  }

  private static Quantity least(Quantity needed, @Nullable Quantity limit) {
    return limit != null && limit.getNumericalAmount().compareTo(needed.getNumericalAmount()) < 0
        ? limit
        : needed;
  }

  private static Map<String, Quantity> declared(@Nullable Map<String, Quantity> declared) {
    return new TreeMap<>(declared == null ? Map.of() : declared);
  }

  private static long mebibytes(Quantity amount) {
    return Quantity.getAmountInBytes(amount).longValue() / MIB;
  }

  private static Quantity mebibytes(long amount) {
    return new Quantity(amount + "Mi");
  }
}
