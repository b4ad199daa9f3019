package dev.objectdb.operator.database;

import dev.objectdb.crds.v1alpha1.ObjectDatabase;
import dev.objectdb.crds.v1alpha1.ObjectDatabaseSpec;
import dev.objectdb.operator.database.manifest.PostgresAccess;
import dev.objectdb.operator.database.manifest.Servers;
import dev.objectdb.operator.database.observe.Observed;
import dev.objectdb.operator.database.status.ConditionType;
import dev.objectdb.operator.database.status.Reason;
import dev.objectdb.operator.database.status.Report;
import dev.objectdb.operator.database.status.StatusBuilder;
import dev.objectdb.operator.database.status.StatusWriter;
import dev.objectdb.operator.database.step.CertificatesStep;
import dev.objectdb.operator.database.step.DatabaseStep;
import dev.objectdb.operator.database.step.DeletionStep;
import dev.objectdb.operator.database.step.ImageChoice;
import dev.objectdb.operator.database.step.MonitoringStep;
import dev.objectdb.operator.database.step.Pass;
import dev.objectdb.operator.database.step.PostgresStep;
import dev.objectdb.operator.database.step.PostgresStep.Credentials;
import dev.objectdb.operator.database.step.Refusal;
import dev.objectdb.operator.database.step.SchemaStep;
import dev.objectdb.operator.database.step.ServerCounts;
import dev.objectdb.operator.database.step.ServersStep;
import dev.objectdb.operator.database.step.StepResult;
import dev.objectdb.operator.database.step.StepResult.Done;
import dev.objectdb.operator.database.step.StepResult.Fail;
import dev.objectdb.operator.database.step.StepResult.Hold;
import dev.objectdb.operator.database.step.StepResult.Wait;
import dev.objectdb.operator.database.step.SurroundingsStep;
import dev.objectdb.operator.database.step.UpdateGate;
import dev.objectdb.operator.kube.ApiErrors;
import dev.objectdb.operator.kube.Labels.Component;
import dev.objectdb.operator.kube.NotOursException;
import dev.objectdb.operator.metrics.OperatorMetrics;
import dev.objectdb.operator.pg.PostgresWatch;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.javaoperatorsdk.operator.OperatorException;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.ErrorStatusUpdateControl;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.api.reconciler.PrimaryUpdateAndCacheUtils;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import io.javaoperatorsdk.operator.processing.event.source.inbound.SimpleInboundEventSource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** One pass: observe, PostgreSQL, schema, servers, status. */
public final class ObjectDatabaseReconciler implements Reconciler<ObjectDatabase> {
  private static final String PAUSED =
      "nothing is changed or repaired until spec.paused is false again";
  private static final String HIBERNATED =
      "spec.hibernated takes all servers away: set it to false to bring them back";
  private static final String FAULT =
      "the operator failed by a fault of its own (%s) and tries again: its log tells more; please"
          + " report it";

  private static final String NAMESPACE_GOES =
      "the data in PostgreSQL stays where it is, since nothing can be run any more in a namespace"
          + " that is being deleted";

  private final CertificatesStep certificatesStep;
  private final SurroundingsStep surroundingsStep;
  private final MonitoringStep monitoringStep;
  private final PostgresStep postgresStep;
  private final PostgresWatch watch;
  private final DatabaseStep databaseStep;
  private final SchemaStep schemaStep;
  private final ServersStep serversStep;
  private final StatusBuilder statusBuilder;
  private final StatusWriter statusWriter;
  private final OperatorMetrics metrics;
  private final ImageChoice images;
  private final DeletionStep deletionStep;
  private final Duration lookAgain;

  /** The parts of a pass. */
  public record Parts(
      CertificatesStep certificatesStep,
      SurroundingsStep surroundingsStep,
      MonitoringStep monitoringStep,
      PostgresStep postgresStep,
      PostgresWatch watch,
      SchemaStep schemaStep,
      ServersStep serversStep,
      StatusBuilder statusBuilder,
      StatusWriter statusWriter,
      OperatorMetrics metrics,
      ImageChoice images,
      DeletionStep deletionStep) {}

  /**
   * Makes the reconciler.
   *
   * @param lookAgain how soon to look again, where something is missing, for what is not watched: a
   *     Secret, or an object of somebody else
   */
  public ObjectDatabaseReconciler(Parts parts, Duration lookAgain) {
    this.certificatesStep = parts.certificatesStep();
    this.surroundingsStep = parts.surroundingsStep();
    this.monitoringStep = parts.monitoringStep();
    this.postgresStep = parts.postgresStep();
    this.watch = parts.watch();
    this.databaseStep = new DatabaseStep(watch);
    this.schemaStep = parts.schemaStep();
    this.serversStep = parts.serversStep();
    this.statusBuilder = parts.statusBuilder();
    this.statusWriter = parts.statusWriter();
    this.metrics = parts.metrics();
    this.images = parts.images();
    this.deletionStep = parts.deletionStep();
    this.lookAgain = lookAgain;
  }

  @Override
  public List<EventSource<?, ObjectDatabase>> prepareEventSources(
      EventSourceContext<ObjectDatabase> context) {
    metrics.watch(context.getPrimaryCache());
    SimpleInboundEventSource<ObjectDatabase> postgres = new SimpleInboundEventSource<>("postgres");
    watch.onNews(postgres::propagateEvent);
    List<EventSource<?, ObjectDatabase>> sources = new ArrayList<>(OwnObjects.sources(context));
    sources.add(postgres);
    return sources;
  }

  @Override
  public UpdateControl<ObjectDatabase> reconcile(
      ObjectDatabase database, Context<ObjectDatabase> context) {
    if (context.isPrimaryResourceDeleted()) {
      return UpdateControl.noUpdate(); // its objects go with it
    }
    if (database.isMarkedForDeletion()) {
      return database.hasFinalizer(DeletionStep.FINALIZER)
          ? endWithData(database, context)
          : UpdateControl.noUpdate();
    }
    keepFinalizer(database, context);
    Pass pass = begin(database, context);
    Report report;
    try {
      report = database.getSpec().paused() ? paused(pass) : advance(pass);
    } catch (NotOursException e) {
      report = stopped(pass, new Fail<>(Reason.NameTaken, e.remedy()));
    } catch (KubernetesClientException e) {
      if (ApiErrors.isNamespaceTerminating(e)) {
        return UpdateControl.noUpdate(); // the database goes too, and its objects went first
      }
      report = stopped(pass, Refusal.invalid(e).orElseThrow(() -> e));
    }
    statusWriter.write(database, statusBuilder.build(database, report), context);
    UpdateControl<ObjectDatabase> done = UpdateControl.noUpdate();
    return isUnwatched(report) ? done.rescheduleAfter(lookAgain) : done;
  }

  private static void keepFinalizer(ObjectDatabase database, Context<ObjectDatabase> context) {
    boolean has = database.hasFinalizer(DeletionStep.FINALIZER);
    if (DeletionStep.wantsFinalizer(database) && !has) {
      PrimaryUpdateAndCacheUtils.addFinalizer(context, DeletionStep.FINALIZER);
    } else if (has && !DeletionStep.wantsFinalizer(database)) {
      PrimaryUpdateAndCacheUtils.removeFinalizer(context, DeletionStep.FINALIZER);
    }
  }

  private UpdateControl<ObjectDatabase> endWithData(
      ObjectDatabase database, Context<ObjectDatabase> context) {
    Pass pass = begin(database, context);
    StepResult<?> result;
    try {
      result = deletionStep.run(pass);
    } catch (KubernetesClientException e) {
      if (!ApiErrors.isNamespaceTerminating(e)) {
        throw e;
      }
      result = new Fail<>(Reason.DataRetained, NAMESPACE_GOES);
    }
    if (!(result instanceof Done)) {
      Report report = stopped(pass, result);
      statusWriter.write(database, statusBuilder.build(database, report), context);
    }
    if (!(result instanceof Wait)) {
      PrimaryUpdateAndCacheUtils.removeFinalizer(context, DeletionStep.FINALIZER);
      return UpdateControl.noUpdate();
    }
    return UpdateControl.<ObjectDatabase>noUpdate().rescheduleAfter(lookAgain);
  }

  /** Whether nobody tells when it is mended. */
  private static boolean isUnwatched(Report report) {
    return report.result() instanceof Fail
        || (report.result() instanceof Wait<?>(Reason reason, _) && reason == Reason.RequestFailed)
        || report.found().lacks(ConditionType.DatabaseReachable)
        || report.found().advises(Reason.MonitoringUnavailable);
  }

  @Override
  public ErrorStatusUpdateControl<ObjectDatabase> updateErrorStatus(
      ObjectDatabase database, Context<ObjectDatabase> context, Exception error) {
    boolean again = context.getRetryInfo().filter(retry -> retry.getAttemptCount() > 0).isPresent();
    if (again) { // once may be chance
      try {
        Report report = stopped(begin(database, context), failed(cause(error)));
        statusWriter.write(database, statusBuilder.build(database, report), context);
      } catch (RuntimeException e) {
        error.addSuppressed(e); // the same trouble, most likely; logged with the first one
      }
    }
    return ErrorStatusUpdateControl.defaultErrorProcessing();
  }

  private static StepResult<?> failed(Throwable cause) {
    return cause instanceof KubernetesClientException e
        ? Refusal.failed(e)
        : new Wait<>(Reason.OperatorFault, FAULT.formatted(cause.getClass().getSimpleName()));
  }

  /** Begins a pass with what the resource alone tells. */
  private Pass begin(ObjectDatabase database, Context<ObjectDatabase> context) {
    Pass pass = Pass.over(database, Observed.from(context));
    ObjectDatabaseSpec spec = database.getSpec();
    if (spec.paused()) {
      pass.found().tell(ConditionType.Paused, true, Reason.Paused, PAUSED);
    }
    if (spec.hibernated()) {
      boolean asleep = pass.seen().pods(Component.SERVER).isEmpty();
      Reason reason = asleep ? Reason.Hibernated : Reason.ServersStopping;
      pass.found().tell(ConditionType.Hibernated, asleep, reason, HIBERNATED);
    }
    if (pass.seen().named(Deployment.class, Servers.name(database)).isPresent()) {
      ServersStep.tellAvailable(pass);
    }
    PostgresStep.advise(pass);
    UpdateGate.advise(pass);
    images.tellUpgrade(pass);
    return pass;
  }

  /** Only looks. */
  private Report paused(Pass pass) {
    if (postgresStep.read(pass.database()) instanceof Done<Credentials>(Credentials credentials)) {
      databaseStep.run(pass, credentials);
    }
    String message = "paused by spec.paused; " + ServerCounts.beforehand(pass).text();
    return stopped(pass, new Hold<>(Reason.Paused, message));
  }

  /** What went wrong in the pass: who measures its time wraps it. */
  private static Throwable cause(Exception error) {
    Throwable cause = error.getCause();
    return error instanceof OperatorException && cause != null ? cause : error;
  }

  /** What stands around the servers holds nothing else up, and is told after what does. */
  private Report advance(Pass pass) {
    StepResult<String> certificates = certificatesStep.run(pass);
    StepResult<?> around = surroundingsStep.run(pass, certificates);
    monitoringStep.run(pass);
    Report report = toServers(pass, certificates);
    return around instanceof Done || report.result() instanceof Fail ? report : report.with(around);
  }

  private Report toServers(Pass pass, StepResult<String> certificates) {
    StepResult<Credentials> postgres = postgresStep.run(pass);
    return postgres instanceof Done<Credentials>(Credentials credentials)
        ? withPostgres(pass, credentials, certificates)
        : stopped(pass, postgres);
  }

  private Report withPostgres(Pass pass, Credentials credentials, StepResult<String> certificates) {
    DatabaseStep.Outcome outcome = databaseStep.run(pass, credentials);
    PostgresAccess access = outcome.access();
    String image = images.wanted(pass);
    if (!(certificates instanceof Done)) { // other servers than those there are would not start
      serversStep.keepAsTheyAre(pass, access, image);
      return stopped(pass, outcome.result() instanceof Done ? certificates : outcome.result());
    }
    StepResult<?> result =
        outcome.result() instanceof Done ? schemaStep.run(pass, access, image) : outcome.result();
    if (result instanceof Done) {
      ServersStep.Applied applied = serversStep.apply(pass, access, image);
      return new Report(serversStep.judge(pass, applied), applied.servers(), image, pass.found());
    }
    // Until the schema is what the wanted image needs, the servers stay with the image they have,
    // also while PostgreSQL is away, for which they wait themselves;
    // whatever else is declared holds for them at once.
    boolean isMade = result instanceof Wait && SchemaStep.wasDone(pass, access, image);
    ImageChoice.deployed(pass)
        .or(() -> isMade ? Optional.of(image) : Optional.empty()) // somebody deleted the servers
        .ifPresent(deployed -> serversStep.keep(pass, access, deployed));
    return stopped(pass, result);
  }

  /** A report of a pass that did not get to the servers; those that run go on. */
  private Report stopped(Pass pass, StepResult<?> result) {
    return new Report(result, ServerCounts.beforehand(pass), images.wanted(pass), pass.found());
  }
}
