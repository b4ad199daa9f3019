package dev.objectdb.crds.v1alpha1;

/** What to do about columns of another program on the table of objects. */
public enum ForeignColumns {
  /** Nothing is served: they would go stale when objects are written. */
  Refuse,
  /** They go stale, and that is known. */
  Keep,
}
