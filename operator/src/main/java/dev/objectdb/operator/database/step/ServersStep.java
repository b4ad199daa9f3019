package dev.objectdb.operator.database.step;

import dev.objectdb.crds.v1alpha1.UpdateStrategy;
import dev.objectdb.operator.database.manifest.PostgresAccess;
import dev.objectdb.operator.database.manifest.Servers;
import dev.objectdb.operator.database.observe.DeploymentTrouble;
import dev.objectdb.operator.database.observe.PodTrouble;
import dev.objectdb.operator.database.observe.PodTrouble.Trouble;
import dev.objectdb.operator.database.status.ConditionType;
import dev.objectdb.operator.database.status.Reason;
import dev.objectdb.operator.database.step.StepResult.Done;
import dev.objectdb.operator.database.step.StepResult.Fail;
import dev.objectdb.operator.database.step.StepResult.Hold;
import dev.objectdb.operator.database.step.StepResult.Wait;
import dev.objectdb.operator.kube.Labels.Component;
import dev.objectdb.operator.kube.ServerSideApply;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentBuilder;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** As many servers as declared run, with what is declared, and serve. */
public final class ServersStep {
  private static final String HELD = "%s; they are replaced when %s";

  private final ServerSideApply apply;
  private final UpdateGate gate;

  public ServersStep(ServerSideApply apply, UpdateGate gate) {
    this.apply = apply;
    this.gate = gate;
  }

  /**
   * What was applied.
   *
   * @param servers how many there are
   * @param held why those that run stay as they are for now; null where they need not
   */
  public record Applied(ServerCounts servers, UpdateGate.@Nullable Closed held) {}

  /** Makes the servers; returns how many there are. */
  public Applied apply(Pass pass, PostgresAccess postgres, String image) {
    Deployment desired = Servers.desired(pass.database(), image, postgres);
    // Servers at two places behind one address would take commits for two databases.
    boolean moves =
        pass.seen().alive(Component.SERVER).stream()
            .anyMatch(server -> !Servers.placeOf(server).equals(postgres.place()));
    return apply(pass, moves ? Servers.oneAfterTheOther(desired) : desired);
  }

  /**
   * Makes what is declared besides the image, while it is not clear yet that the database has what
   * the wanted one needs. Where the database is to be at another place, the pods stay as they are.
   */
  public void keep(Pass pass, PostgresAccess postgres, String image) {
    Deployment desired = Servers.desired(pass.database(), image, postgres);
    apply(
        pass,
        live(pass)
            .filter(live -> !Servers.placeOf(live).equals(postgres.place()))
            .map(live -> withTemplateOf(live, desired))
            .orElse(desired));
  }

  /**
   * Only sees to it that there are as many as declared, of those there are: new ones would fail.
   */
  public void keepAsTheyAre(Pass pass, PostgresAccess postgres, String image) {
    Deployment desired = Servers.desired(pass.database(), image, postgres);
    live(pass).ifPresent(live -> apply(pass, withTemplateOf(live, desired)));
  }

  private static Deployment withTemplateOf(Deployment live, Deployment desired) {
    return new DeploymentBuilder(desired)
        .editSpec()
        .withTemplate(live.getSpec().getTemplate())
        .endSpec()
        .build();
  }

  private static Optional<Deployment> live(Pass pass) {
    return pass.seen().named(Deployment.class, Servers.name(pass.database()));
  }

  private Applied apply(Pass pass, Deployment desired) {
    String template = Servers.templateOf(desired);
    // What has begun is finished.
    UpdateGate.Closed held = hasBegun(pass, template) ? null : gate.closed(pass).orElse(null);
    // A paused Deployment still has as many pods as declared, but none of another template.
    Deployment now =
        new DeploymentBuilder(desired).editSpec().withPaused(held != null).endSpec().build();
    apply.apply(now, live(pass));
    return new Applied(ServerCounts.of(pass, template), held);
  }

  private static boolean hasBegun(Pass pass, String template) {
    return pass.seen().pods(Component.SERVER).stream()
        .anyMatch(pod -> template.equals(ServerCounts.templateOf(pod)));
  }

  /** Judges the servers, and tells whether all of them are as declared. */
  public StepResult<ServerCounts> judge(Pass pass, Applied applied) {
    StepResult<ServerCounts> result = judged(pass, applied);
    ServerCounts servers = applied.servers();
    boolean upToDate = servers.isComplete();
    Reason reason = upToDate ? Reason.ServersUpToDate : notUpToDate(pass, applied);
    String message =
        switch (result) {
          case Done<ServerCounts> _ -> servers.text();
          case Hold<ServerCounts>(Reason _, String why) -> why;
          case Wait<ServerCounts>(Reason _, String why) -> why;
          case Fail<ServerCounts>(Reason _, String why) -> why;
        };
    pass.found().tell(ConditionType.UpToDate, upToDate, reason, message);
    return result;
  }

  private static StepResult<ServerCounts> judged(Pass pass, Applied applied) {
    ServerCounts servers = applied.servers();
    if (servers.isComplete()) {
      return new Done<>(servers);
    }
    Optional<Trouble> trouble = trouble(pass);
    if (trouble.isPresent()) {
      return new Wait<>(Reason.ServersFailing, servers.text() + "; " + trouble.get().text());
    }
    UpdateGate.Closed held = applied.held();
    if (held != null && servers.ready() >= servers.wanted()) {
      return new Hold<>(held.reason(), HELD.formatted(servers.text(), held.text()));
    }
    if (servers.existing() > servers.wanted() && servers.upToDate() == servers.ready()) {
      return new Wait<>(Reason.ServersStopping, servers.text());
    }
    boolean replacing = servers.ready() > 0 && servers.upToDate() < servers.ready();
    return new Wait<>(replacing ? Reason.RollingOut : Reason.ServersStarting, servers.text());
  }

  private static Reason notUpToDate(Pass pass, Applied applied) {
    UpdateGate.Closed held = applied.held();
    return trouble(pass)
        .map(trouble -> reason(trouble.kind()))
        .orElse(held == null ? Reason.RollingOut : held.reason());
  }

  /** Tells whether enough servers serve; any pass can, however far it gets. */
  public static void tellAvailable(Pass pass) {
    ServerCounts servers = ServerCounts.beforehand(pass);
    UpdateStrategy strategy = pass.database().getSpec().updateStrategy();
    int needed =
        Math.min(servers.wanted(), Math.max(1, servers.wanted() - strategy.maxUnavailable()));
    boolean available = servers.ready() >= needed;
    Optional<Trouble> trouble = trouble(pass);
    Reason reason =
        available
            ? Reason.ServersReady
            : trouble.map(it -> reason(it.kind())).orElse(Reason.ServersStarting);
    String message = servers.text() + trouble.map(it -> "; " + it.text()).orElse("");
    pass.found().tell(ConditionType.ServersAvailable, available, reason, message);
  }

  /** What the pods suffer from, or why there are too few. */
  private static Optional<Trouble> trouble(Pass pass) {
    return PodTrouble.find(pass.seen().pods(Component.SERVER))
        .or(() -> live(pass).flatMap(DeploymentTrouble::find));
  }

  private static Reason reason(PodTrouble.Kind kind) {
    return switch (kind) {
      case CRASH_LOOP -> Reason.PodCrashLoop;
      case IMAGE_PULL -> Reason.ImagePull;
      case UNSCHEDULABLE -> Reason.Unschedulable;
      case OTHER -> Reason.ServersFailing;
    };
  }
}
