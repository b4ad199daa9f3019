package dev.objectdb.operator.database.status;

/** Why a condition is as it is, and why an event was told; the names are public API. */
public enum Reason {
  /** As many servers as declared serve clients. */
  ServersReady(false),
  /** No server is declared, so none serves. */
  ScaledToZero(false),
  /** The resource is hibernated, so no server runs. */
  Hibernated(false),
  /** The resource is paused, so nothing is changed. */
  Paused(false),
  /** The operator's default image is another one than the servers run. */
  NewImageAvailable(false),
  /** The embedded PostgreSQL is not ready yet. */
  PostgresStarting(false),
  /** The embedded PostgreSQL does not get ready; the message says why. */
  PostgresFailing(true),
  /** PostgreSQL answers, and can be written to. */
  Connected(false),
  /** The operator is connecting to PostgreSQL for the first time. */
  Connecting(false),
  /** PostgreSQL refuses user or password; the message names the Secret. */
  AuthenticationFailed(true),
  /** PostgreSQL has no TLS, or a certificate that is not to be trusted. */
  TLSFailed(true),
  /** PostgreSQL does not answer in time. */
  Timeout(true),
  /** PostgreSQL cannot be reached; servers that run stay. */
  DatabaseUnreachable(true),
  /** The server has no database of that name. */
  DatabaseMissing(true),
  /** The user may not read the tables. */
  AccessDenied(true),
  /** PostgreSQL has no room for another connection. */
  ConnectionsExhausted(true),
  /** PostgreSQL refuses writes. */
  ReadOnly(true),
  /** PostgreSQL is older than any version that works. */
  TooOld(true),
  /** What a Secret holds is no address of a PostgreSQL database. */
  SecretInvalid(true),
  /** The table of objects has columns of another program, which would go stale. */
  ForeignColumns(true),
  /** Another ObjectDatabase prepares the tables of this schema. */
  ForeignSchemaOwner(true),
  /** PostgreSQL allows as many connections as are declared. */
  WithinBudget(false),
  /** More connections are declared than PostgreSQL allows; servers use smaller pools. */
  PoolExceedsServer(true),
  /** The schema Job is at work. */
  SchemaApplying(false),
  /** The schema Job of the servers' image has succeeded. */
  SchemaApplied(false),
  /** The schema Job fails and is tried again; the message says why. */
  SchemaFailing(true),
  /** Servers start. */
  ServersStarting(false),
  /** Servers that are too many are ending. */
  ServersStopping(false),
  /** Servers are replaced by new ones while clients are served. */
  RollingOut(false),
  /** All servers run with what is declared now. */
  ServersUpToDate(false),
  /** Servers are replaced once the update window opens. */
  UpdateWindowClosed(false),
  /** The update window names a time zone that does not exist. */
  UnknownTimeZone(true),
  /** A server ends again and again; the message has its last words. */
  PodCrashLoop(true),
  /** The image of a server cannot be had. */
  ImagePull(true),
  /** There is no node for a server. */
  Unschedulable(true),
  /** Servers do not get ready; the message says why. */
  ServersFailing(true),
  /** A Secret that the resource names does not exist. */
  SecretNotFound(true),
  /** A Secret that the resource names lacks a key, or the key is empty. */
  SecretKeyMissing(true),
  /** The certificates are there and hold. */
  CertificateValid(false),
  /** A certificate ends soon and should have been renewed; the message names its Secret. */
  ExpiresSoon(true),
  /** A certificate has ended; the message names its Secret. */
  CertificateExpired(true),
  /** What a Secret holds is no certificate, or no key, or they do not belong together. */
  CertificateInvalid(true),
  /** An object of a name that we need belongs to somebody else. */
  NameTaken(true),
  /** The API server refuses an object that the resource leads to; the message names the field. */
  ObjectRefused(true),
  /** The operator failed by a fault of its own, and tries again; its log tells more. */
  OperatorFault(true),
  /** The API server refused or did not answer a request; it is tried again. */
  RequestFailed(true),
  /** The resource is being deleted; its data is removed first, as its deletion policy says. */
  Deleting(false),
  /** The data of a deleted resource could not be removed and stays; the message says why. */
  DataRetained(true),
  /** There is no Prometheus operator in the cluster, of which monitoring declares objects. */
  MonitoringUnavailable(true),
  /** The embedded PostgreSQL is not for production. */
  DevelopmentOnly(true);

  private final boolean warning;

  Reason(boolean warning) {
    this.warning = warning;
  }

  /** Returns whether an event of this reason is a warning. */
  public boolean isWarning() {
    return warning;
  }
}
