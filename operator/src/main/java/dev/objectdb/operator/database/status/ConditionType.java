package dev.objectdb.operator.database.status;

/** The conditions of an ObjectDatabase; the names are public API. */
public enum ConditionType {
  /** Clients are served as this generation of the resource declares. */
  Ready,
  /** Work goes on without anybody's help (kstatus). */
  Reconciling,
  /** Nothing goes on until somebody acts (kstatus). */
  Stalled,
  /** Advice; absent where there is none. */
  Warning,
}
