package dev.objectdb.operator.database.step;

import dev.objectdb.crds.v1alpha1.ObjectDatabase;
import dev.objectdb.operator.database.observe.Observed;
import dev.objectdb.operator.database.status.Findings;

/**
 * One pass over one database; all steps of it are given the same one.
 *
 * @param database what is declared
 * @param seen what was there at the beginning
 * @param found what steps found so far
 */
public record Pass(ObjectDatabase database, Observed seen, Findings found) {
  /** Begins a pass. */
  public static Pass over(ObjectDatabase database, Observed seen) {
    return new Pass(database, seen, new Findings());
  }
}
