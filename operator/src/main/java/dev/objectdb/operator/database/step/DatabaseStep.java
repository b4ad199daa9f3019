package dev.objectdb.operator.database.step;

import dev.objectdb.crds.v1alpha1.ForeignColumns;
import dev.objectdb.crds.v1alpha1.ObjectDatabase;
import dev.objectdb.crds.v1alpha1.ObjectDatabaseSpec;
import dev.objectdb.crds.v1alpha1.ObjectDatabaseStatus;
import dev.objectdb.operator.database.manifest.PostgresAccess;
import dev.objectdb.operator.database.manifest.SchemaJob;
import dev.objectdb.operator.database.manifest.Servers;
import dev.objectdb.operator.database.status.ConditionType;
import dev.objectdb.operator.database.status.PostgresFacts;
import dev.objectdb.operator.database.status.Reason;
import dev.objectdb.operator.database.status.StatusBuilder;
import dev.objectdb.operator.database.step.PostgresStep.Credentials;
import dev.objectdb.operator.database.step.StepResult.Done;
import dev.objectdb.operator.database.step.StepResult.Fail;
import dev.objectdb.operator.database.step.StepResult.Wait;
import dev.objectdb.operator.pg.Observation;
import dev.objectdb.operator.pg.Observation.Failed;
import dev.objectdb.operator.pg.Observation.Reached;
import dev.objectdb.operator.pg.PostgresWatch;
import dev.objectdb.operator.pg.Probe;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import java.util.List;
import java.util.Optional;

/**
 * PostgreSQL answers, is new enough, can be written to, has room for the servers, and its schema is
 * not somebody else's. Takes what was seen last: while nothing was seen yet since the operator
 * started, a database that was in order counts as in order.
 */
public final class DatabaseStep {
  /** Older ones lack CREATE OR REPLACE TRIGGER and LZ4. */
  private static final int VERSION_MIN = 140_000;

  private final PostgresWatch watch;

  public DatabaseStep(PostgresWatch watch) {
    this.watch = watch;
  }

  /**
   * What was found.
   *
   * @param access with the pool that servers may have, whatever the result is
   */
  public record Outcome(PostgresAccess access, StepResult<String> result) {}

  /** Runs the step. */
  public Outcome run(Pass pass, Credentials credentials) {
    ObjectDatabase database = pass.database();
    Probe.Target target =
        new Probe.Target(
            credentials.address(), credentials.trusted(), database.getSpec().postgres().schema());
    Optional<Observation> seen = watch.lastLook(ResourceID.fromResource(database), target);
    if (seen.isPresent() && seen.get() instanceof Reached reached) {
      String basis = "%d of %d".formatted(poolDeclared(database), reached.connectionsMax());
      Capacity capacity = capacity(pass, reached, basis);
      tell(pass, credentials, reached, capacity);
      return new Outcome(
          credentials.access().withPool(capacity.poolMax(), basis),
          judged(pass, credentials, reached));
    }
    // While nobody knows how much room there is, pods must not change.
    int pool = poolBefore(database).orElse(poolDeclared(database));
    PostgresAccess access =
        credentials.access().withPool(Math.min(pool, poolDeclared(database)), basisBefore(pass));
    if (seen.isPresent() && seen.get() instanceof Failed failed) {
      Reason reason = reason(failed);
      String message = message(failed, credentials);
      pass.found().tell(ConditionType.DatabaseReachable, false, reason, message);
      return new Outcome(access, new Wait<>(reason, message));
    }
    return new Outcome(access, unseen(pass, credentials));
  }

  /** What was in order a moment ago counts as in order, if it is still at the same place. */
  private static StepResult<String> unseen(Pass pass, Credentials credentials) {
    Optional<ObjectDatabaseStatus> status = Optional.ofNullable(pass.database().getStatus());
    boolean wasReachable =
        status
            .flatMap(it -> StatusBuilder.find(it, ConditionType.DatabaseReachable))
            .filter(condition -> condition.status().name().equals("True"))
            .isPresent();
    boolean isThere =
        status
            .map(ObjectDatabaseStatus::postgres)
            .filter(it -> credentials.address().hosts().equals(it.host()))
            .filter(it -> credentials.address().database().equals(it.database()))
            .isPresent();
    return wasReachable && isThere
        ? new Done<>("")
        : new Wait<>(
            Reason.Connecting, "connecting to PostgreSQL at " + credentials.address().hosts());
  }

  private static StepResult<String> judged(Pass pass, Credentials credentials, Reached reached) {
    if (reached.versionNumber() < VERSION_MIN) {
      String message =
          "PostgreSQL at %s is %s: 14 or later is needed"
              .formatted(credentials.address().hosts(), reached.version());
      pass.found().tell(ConditionType.DatabaseReachable, false, Reason.TooOld, message);
      return new Fail<>(Reason.TooOld, message);
    }
    if (reached.readOnly()) {
      String message =
          ("PostgreSQL at %s is read-only: name the primary in %s, or end what made it so (a"
                  + " failover, default_transaction_read_only)")
              .formatted(credentials.address().hosts(), credentials.source());
      pass.found().tell(ConditionType.DatabaseReachable, false, Reason.ReadOnly, message);
      return new Wait<>(Reason.ReadOnly, message);
    }
    pass.found()
        .tell(
            ConditionType.DatabaseReachable,
            true,
            Reason.Connected,
            "PostgreSQL %s answers at %s"
                .formatted(reached.version(), credentials.address().hosts()));
    return usable(pass, reached);
  }

  private static StepResult<String> usable(Pass pass, Reached reached) {
    List<String> foreign = reached.foreignColumns();
    if (foreign.isEmpty()
        || pass.database().getSpec().postgres().foreignColumns() == ForeignColumns.Keep) {
      return owned(pass, reached);
    }
    String message =
        ("object_state has columns of another program, %s, which would go stale: drop them, or set"
                + " spec.postgres.foreignColumns to Keep")
            .formatted(String.join(", ", foreign));
    pass.found().tell(ConditionType.SchemaReady, false, Reason.ForeignColumns, message);
    return new Fail<>(Reason.ForeignColumns, message);
  }

  private static StepResult<String> owned(Pass pass, Reached reached) {
    String us = SchemaJob.owner(pass.database());
    String owner = reached.tables() == null ? null : reached.tables().owner();
    if (owner == null || owner.equals(us)) {
      return new Done<>("");
    }
    String schema = pass.database().getSpec().postgres().schema();
    String message =
        ("schema %s belongs to ObjectDatabase %s: delete this resource and make one with another"
                + " spec.postgres.schema; or, if that one is gone for good, run UPDATE"
                + " %s.objectdb_state SET owner = NULL")
            .formatted(schema, owner, schema);
    pass.found().tell(ConditionType.SchemaReady, false, Reason.ForeignSchemaOwner, message);
    return new Fail<>(Reason.ForeignSchemaOwner, message);
  }

  /**
   * Another pool takes other pods, so a smaller one than there is room for stays while only the
   * number of servers changes.
   */
  private static Capacity capacity(Pass pass, Reached reached, String basis) {
    ObjectDatabase database = pass.database();
    Capacity capacity =
        Capacity.of(database.getSpec(), Servers.atOnce(database), reached.connectionsMax());
    return poolBefore(database)
        .filter(before -> before < capacity.poolMax() && basis.equals(basisBefore(pass)))
        .map(capacity::withPoolMax)
        .orElse(capacity);
  }

  private static String basisBefore(Pass pass) {
    return pass.seen()
        .named(Deployment.class, Servers.name(pass.database()))
        .map(Servers::poolBasisOf)
        .orElse("");
  }

  private static void tell(Pass pass, Credentials credentials, Reached reached, Capacity capacity) {
    ObjectDatabaseSpec spec = pass.database().getSpec();
    pass.found()
        .tell(
            ConditionType.CapacityOK,
            capacity.isEnough(),
            capacity.isEnough() ? Reason.WithinBudget : Reason.PoolExceedsServer,
            capacity.text(spec, Servers.atOnce(pass.database())));
    pass.found()
        .tellPostgres(
            PostgresFacts.of(
                credentials.address(), reached, capacity.budgeted(), capacity.poolMax()));
  }

  private static Optional<Integer> poolBefore(ObjectDatabase database) {
    return Optional.ofNullable(database.getStatus())
        .map(ObjectDatabaseStatus::effective)
        .map(ObjectDatabaseStatus.Effective::poolMax);
  }

  private static int poolDeclared(ObjectDatabase database) {
    return database.getSpec().pool().max();
  }

  private static Reason reason(Failed failed) {
    return switch (failed.trouble()) {
      case AUTHENTICATION -> Reason.AuthenticationFailed;
      case TLS -> Reason.TLSFailed;
      case TIMEOUT, BUSY -> Reason.Timeout;
      case NO_DATABASE -> Reason.DatabaseMissing;
      case ACCESS -> Reason.AccessDenied;
      case CONNECTIONS -> Reason.ConnectionsExhausted;
      case UNREACHABLE -> Reason.DatabaseUnreachable;
    };
  }

  private static String message(Failed failed, Credentials credentials) {
    String remedy =
        switch (failed.trouble()) {
          case AUTHENTICATION ->
              "user %s cannot log in: correct user and password in %s"
                  .formatted(credentials.address().user(), credentials.source());
          case TLS ->
              "TLS fails: give the server a certificate that is trusted, or correct"
                  + " spec.postgres.tls";
          case TIMEOUT -> "it does not answer in time: see whether it is overloaded or cut off";
          case BUSY ->
              "it does not get to an answer in time: see whether it is overloaded, or who locks"
                  + " the tables";
          case NO_DATABASE ->
              "there is no database %s: create it, or correct the name in %s"
                  .formatted(credentials.address().database(), credentials.source());
          case ACCESS ->
              "user %s may not read the tables: grant it, or name their owner in %s"
                  .formatted(credentials.address().user(), credentials.source());
          case CONNECTIONS ->
              "it has no room for another connection: raise max_connections, or lower"
                  + " spec.pool.max";
          case UNREACHABLE ->
              "it cannot be reached: see whether it runs, and host and port in "
                  + credentials.source();
        };
    return "PostgreSQL at %s: %s (%s)"
        .formatted(credentials.address().hosts(), remedy, failed.detail());
  }
}
