package dev.objectdb.operator.database.status;

import dev.objectdb.crds.v1alpha1.Condition.Status;

/** The conditions of an ObjectDatabase; the names are public API. */
public enum ConditionType {
  /** Clients are served as this generation of the resource declares. */
  Ready(Status.True),
  /** Work goes on without anybody's help (kstatus). */
  Reconciling(Status.False),
  /** Nothing goes on until somebody acts (kstatus). */
  Stalled(Status.False),
  /** PostgreSQL answers the operator, and can be written to. */
  DatabaseReachable(Status.True),
  /** The tables are as the servers' image needs them. */
  SchemaReady(Status.True),
  /** As many servers serve as have to while others are replaced. */
  ServersAvailable(Status.True),
  /** All servers run with what is declared now. */
  UpToDate(Status.True),
  /** PostgreSQL allows as many connections as are declared; else servers use fewer. */
  CapacityOK(Status.True),
  /** The certificates of servers are there and hold; absent where servers speak no TLS. */
  CertificatesValid(Status.True),
  /** The resource is paused, so nothing is changed; absent where it is not. */
  Paused(Status.True),
  /** No server runs because the resource is hibernated; absent where it is not. */
  Hibernated(Status.True),
  /** The operator would choose another image today; absent where that does not matter. */
  UpgradeAvailable(Status.False),
  /** Advice; absent where there is none. */
  Warning(Status.False);

  private final Status usual;

  ConditionType(Status usual) {
    this.usual = usual;
  }

  /** Returns whether it is told by every pass for which it is so, and absent after any other. */
  boolean isAbsentUntold() {
    return this == Paused || this == Hibernated || this == UpgradeAvailable || this == Warning;
  }

  /** Returns the status while all is well; a condition that begins with it is no news. */
  public Status usual() {
    return usual;
  }
}
