package dev.objectdb.operator.database.status;

import dev.objectdb.crds.v1alpha1.Condition;
import dev.objectdb.crds.v1alpha1.Condition.Status;
import dev.objectdb.crds.v1alpha1.HistoryMode;
import dev.objectdb.crds.v1alpha1.ObjectDatabase;
import dev.objectdb.crds.v1alpha1.ObjectDatabaseStatus;
import dev.objectdb.crds.v1alpha1.ObjectDatabaseStatus.Binding;
import dev.objectdb.crds.v1alpha1.ObjectDatabaseStatus.Certificate;
import dev.objectdb.crds.v1alpha1.ObjectDatabaseStatus.Endpoints;
import dev.objectdb.crds.v1alpha1.ObjectDatabaseStatus.Phase;
import dev.objectdb.operator.database.manifest.Connection;
import dev.objectdb.operator.database.manifest.ZeoService;
import dev.objectdb.operator.database.status.Findings.Finding;
import dev.objectdb.operator.database.step.ServerCounts;
import dev.objectdb.operator.database.step.StepResult.Done;
import dev.objectdb.operator.database.step.StepResult.Fail;
import dev.objectdb.operator.database.step.StepResult.Hold;
import dev.objectdb.operator.database.step.StepResult.Wait;
import dev.objectdb.operator.kube.Labels;
import dev.objectdb.operator.kube.Labels.Component;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Turns a report into the status. The same report on the same status gives an equal one, so nothing
 * is written when nothing changed.
 */
public final class StatusBuilder {
  private static final int MESSAGE_MAX = 1024;

  private final Clock clock;

  public StatusBuilder(Clock clock) {
    this.clock = clock;
  }

  /** How far the pass got. */
  private record State(Reason reason, String message, boolean working, boolean stalled) {
    static State of(ObjectDatabase database, Report report) {
      return switch (report.result()) {
        case Done<?> _ when report.servers().wanted() == 0 -> noServers(database);
        case Done<?> _ -> new State(Reason.ServersReady, report.servers().text(), false, false);
        case Wait<?>(Reason reason, String message) -> new State(reason, message, true, false);
        case Hold<?>(Reason reason, String message) -> new State(reason, message, false, false);
        case Fail<?>(Reason reason, String message) -> new State(reason, message, false, true);
      };
    }

    private static State noServers(ObjectDatabase database) {
      return database.getSpec().hibernated()
          ? new State(Reason.Hibernated, "no server runs: spec.hibernated is true", false, false)
          : new State(Reason.ScaledToZero, "no server runs: spec.replicas is 0", false, false);
    }

    /** What Ready, Reconciling and Stalled tell: the same, only the truth differs. */
    Finding finding(boolean holds) {
      return new Finding(holds ? Status.True : Status.False, reason, message);
    }
  }

  /** Returns the status that a pass leads to. */
  public ObjectDatabaseStatus build(ObjectDatabase database, Report report) {
    ObjectDatabaseStatus before = database.getStatus();
    long generation = database.getMetadata().getGeneration();
    State state = State.of(database, report);
    ServerCounts servers = report.servers();
    PostgresFacts postgres =
        report.found().postgres().orElseGet(() -> PostgresFacts.before(before));
    return new ObjectDatabaseStatus(
        generation,
        phase(before, report, state),
        limited(state.message()),
        servers.existing(),
        servers.ready(),
        servers.ready() + "/" + servers.wanted(),
        Labels.query(Labels.selector(database.getMetadata().getName(), Component.SERVER)),
        image(before, report),
        historyMode(database, before, report),
        postgres.historyEpoch(),
        postgres.postgres(),
        postgres.counts(),
        postgres.databaseSizeBytes(),
        postgres.effective(),
        endpoints(database, before, report),
        new Binding(Connection.name(database)),
        certificates(database, before, report),
        conditions(database, before, report, state));
  }

  /** What has not served yet is not remembered: who takes it back is to have what served before. */
  private static @Nullable String image(@Nullable ObjectDatabaseStatus before, Report report) {
    if (report.result() instanceof Done) {
      return report.image();
    }
    return before == null ? null : before.image();
  }

  private static Endpoints endpoints(
      ObjectDatabase database, @Nullable ObjectDatabaseStatus before, Report report) {
    Endpoints known = before == null ? null : before.endpoints();
    List<String> names =
        report
            .found()
            .tls()
            .map(Findings.Tls::names)
            .orElse(known == null ? null : known.tlsServerNames());
    return new Endpoints(
        ZeoService.endpoint(database),
        ZeoService.headlessEndpoint(database),
        ZeoService.metricsEndpoint(database),
        database.getSpec().zeo().tls().enabled() ? names : null);
  }

  private static @Nullable List<Certificate> certificates(
      ObjectDatabase database, @Nullable ObjectDatabaseStatus before, Report report) {
    List<Certificate> known =
        report
            .found()
            .tls()
            .map(Findings.Tls::certificates)
            .orElse(before == null ? null : before.certificates());
    return database.getSpec().zeo().tls().enabled() ? known : null;
  }

  private static @Nullable HistoryMode historyMode(
      ObjectDatabase database, @Nullable ObjectDatabaseStatus before, Report report) {
    if (report.found().holds(ConditionType.SchemaReady)) {
      return database.getSpec().historyMode();
    }
    return before == null ? null : before.historyMode();
  }

  private static Phase phase(@Nullable ObjectDatabaseStatus before, Report report, State state) {
    if (state.reason() == Reason.Deleting) {
      return Phase.Deleting;
    }
    if (state.stalled()) {
      return Phase.Failed;
    }
    if (!state.working()) {
      return switch (state.reason()) {
        case Paused -> Phase.Paused;
        case Hibernated -> Phase.Hibernated;
        default -> Phase.Running;
      };
    }
    if (report.servers().ready() > 0) {
      return state.reason().isWarning() ? Phase.Degraded : Phase.Updating;
    }
    if (before == null || before.phase() == null || before.phase() == Phase.Bootstrapping) {
      return Phase.Bootstrapping;
    }
    return isWaking(before) && !state.reason().isWarning() ? Phase.Updating : Phase.Degraded;
  }

  /** No server served before either, and none should have. */
  private static boolean isWaking(ObjectDatabaseStatus before) {
    Integer ready = before.readyReplicas();
    return before.phase() == Phase.Hibernated
        || (before.phase() == Phase.Updating && ready != null && ready == 0);
  }

  private List<Condition> conditions(
      ObjectDatabase database, @Nullable ObjectDatabaseStatus before, Report report, State state) {
    long generation = database.getMetadata().getGeneration();
    boolean serving = report.servers().ready() > 0 && !state.stalled();
    long served = servedGeneration(generation, before, report, state);
    Map<ConditionType, Condition> conditions = new EnumMap<>(ConditionType.class);
    for (ConditionType type : ConditionType.values()) {
      report
          .found()
          .find(type)
          .map(finding -> condition(before, type, finding, generation))
          .or(() -> find(before, type).filter(_ -> isStillSaid(database, type)))
          .ifPresent(condition -> conditions.put(type, condition));
    }
    conditions.put(
        ConditionType.Ready,
        condition(before, ConditionType.Ready, state.finding(serving), served));
    conditions.put(
        ConditionType.Reconciling,
        condition(before, ConditionType.Reconciling, state.finding(state.working()), generation));
    conditions.put(
        ConditionType.Stalled,
        condition(before, ConditionType.Stalled, state.finding(state.stalled()), generation));
    return List.copyOf(conditions.values());
  }

  /** What was told last stays while no pass gets to it, unless it is absent then on purpose. */
  private static boolean isStillSaid(ObjectDatabase database, ConditionType type) {
    return type == ConditionType.CertificatesValid
        ? database.getSpec().zeo().tls().enabled()
        : !type.isAbsentUntold();
  }

  /**
   * Which generation Ready speaks of. While servers of an earlier one still serve alone, Ready
   * stays True for that one, so that nobody who waits for the new one goes on too early.
   */
  private static long servedGeneration(
      long generation, @Nullable ObjectDatabaseStatus before, Report report, State state) {
    ServerCounts servers = report.servers();
    boolean settled = !state.working() && !(report.result() instanceof Hold);
    if (settled || servers.ready() == 0 || servers.upToDate() > 0) {
      return generation;
    }
    Optional<Condition> ready = find(before, ConditionType.Ready);
    long spokenOf = ready.map(Condition::observedGeneration).orElse(generation - 1);
    boolean wasTrue = ready.map(Condition::status).filter(Status.True::equals).isPresent();
    return wasTrue ? spokenOf : Math.min(spokenOf, generation - 1);
  }

  private Condition condition(
      @Nullable ObjectDatabaseStatus before, ConditionType type, Finding finding, long generation) {
    String since =
        find(before, type)
            .filter(condition -> condition.status() == finding.status())
            .map(Condition::lastTransitionTime)
            .orElseGet(() -> clock.instant().truncatedTo(ChronoUnit.SECONDS).toString());
    return new Condition(
        type.name(),
        finding.status(),
        finding.reason().name(),
        limited(finding.message()),
        generation,
        since);
  }

  /** Returns a condition of a status. */
  public static Optional<Condition> find(
      @Nullable ObjectDatabaseStatus status, ConditionType type) {
    List<Condition> conditions = status == null ? null : status.conditions();
    return conditions == null
        ? Optional.empty()
        : conditions.stream().filter(condition -> condition.type().equals(type.name())).findFirst();
  }

  private static String limited(String message) {
    return message.length() <= MESSAGE_MAX ? message : message.substring(0, MESSAGE_MAX);
  }
}
