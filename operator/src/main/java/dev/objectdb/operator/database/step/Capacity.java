package dev.objectdb.operator.database.step;

import dev.objectdb.crds.v1alpha1.ObjectDatabaseSpec;

/**
 * How the connections that PostgreSQL allows are shared out:
 *
 * <pre>
 *   (replicas + surge) * (pool.max + 2) + 3 for Job and operator + pool.reserve &lt;= connections
 * </pre>
 *
 * Where that is too much, servers get smaller pools, so that none of them fails.
 *
 * @param budgeted what the declared pools would take, without the reserve
 * @param poolMax what each server gets: as declared, or less
 * @param connections what PostgreSQL allows
 * @param needed the number of connections that the declaration takes in all
 */
record Capacity(int budgeted, int poolMax, int connections, int needed) {
  private static final String KEPT =
      "%s; PostgreSQL allows %d; servers keep pools of %d until max_connections or spec.pool.max"
          + " changes";

  /** The one that commits and the one that listens. */
  private static final int BESIDE_POOL = 2;

  /** Two of a schema Job, and a look by the operator. */
  private static final int OTHERS = 3;

  /** The least that a server starts with. */
  private static final int POOL_LEAST = 2;

  /**
   * Shares out.
   *
   * @param servers how many there are at one time, during a rollout
   */
  static Capacity of(ObjectDatabaseSpec spec, int servers, int connections) {
    int declared = spec.pool().max();
    int budgeted = servers * (declared + BESIDE_POOL) + OTHERS;
    int each = (connections - OTHERS - spec.pool().reserve()) / Math.max(1, servers) - BESIDE_POOL;
    int poolMax = Math.min(declared, Math.max(POOL_LEAST, each));
    return new Capacity(budgeted, poolMax, connections, budgeted + spec.pool().reserve());
  }

  /** Returns the same with another pool, which has to fit as well. */
  Capacity withPoolMax(int other) {
    return new Capacity(budgeted, other, connections, needed);
  }

  boolean isEnough() {
    return needed <= connections;
  }

  String text(ObjectDatabaseSpec spec, int servers) {
    String sum =
        "%d servers with pools of %d, %d more, and a reserve of %d take %d connections"
            .formatted(
                servers,
                spec.pool().max(),
                OTHERS + servers * BESIDE_POOL,
                spec.pool().reserve(),
                needed);
    if (isEnough() && poolMax < spec.pool().max()) {
      return KEPT.formatted(sum, connections, poolMax);
    }
    return isEnough()
        ? "%s; PostgreSQL allows %d".formatted(sum, connections)
        : ("%s, and PostgreSQL allows %d: servers use pools of %d; raise max_connections, or lower"
                + " spec.pool.max or spec.replicas")
            .formatted(sum, connections, poolMax);
  }
}
