package dev.objectdb.operator.database.step;

import dev.objectdb.crds.v1alpha1.ObjectDatabase;
import dev.objectdb.crds.v1alpha1.UpdateStrategy;
import dev.objectdb.crds.v1alpha1.UpdateStrategy.Window;
import dev.objectdb.operator.database.manifest.PostgresAccess;
import dev.objectdb.operator.database.manifest.Servers;
import dev.objectdb.operator.database.observe.PodTrouble;
import dev.objectdb.operator.database.status.ConditionType;
import dev.objectdb.operator.database.status.Reason;
import dev.objectdb.operator.database.step.StepResult.Done;
import dev.objectdb.operator.database.step.StepResult.Fail;
import dev.objectdb.operator.database.step.StepResult.Hold;
import dev.objectdb.operator.database.step.StepResult.Wait;
import dev.objectdb.operator.kube.Labels.Component;
import dev.objectdb.operator.kube.ServerSideApply;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentBuilder;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** As many servers as declared run, with what is declared, and serve. */
public final class ServersStep {
  private final ServerSideApply apply;
  private final Clock clock;

  public ServersStep(ServerSideApply apply, Clock clock) {
    this.apply = apply;
    this.clock = clock;
  }

  /**
   * What was applied.
   *
   * @param servers how many there are
   * @param held whether those that run stay as they are until the update window opens
   */
  public record Applied(ServerCounts servers, boolean held) {}

  /** Makes the servers; returns how many there are. */
  public Applied apply(Pass pass, PostgresAccess postgres, String image) {
    ObjectDatabase database = pass.database();
    Deployment desired = Servers.desired(database, image, postgres);
    String template = Servers.templateOf(desired);
    boolean held = isHeld(pass, template);
    // A paused Deployment still has as many pods as declared, but none of another template.
    Deployment now = new DeploymentBuilder(desired).editSpec().withPaused(held).endSpec().build();
    apply.apply(now, pass.seen().named(Deployment.class, Servers.name(database)));
    return new Applied(ServerCounts.of(pass, template), held);
  }

  /** Nothing is disturbed where nothing serves, and what has begun is finished. */
  private boolean isHeld(Pass pass, String template) {
    Window window = pass.database().getSpec().updateStrategy().window();
    if (window == null) {
      return false;
    }
    List<Pod> pods = pass.seen().pods(Component.SERVER);
    boolean begun = pods.stream().anyMatch(pod -> template.equals(ServerCounts.templateOf(pod)));
    boolean serving = pods.stream().anyMatch(PodTrouble::isReady);
    Instant now = clock.instant();
    return serving && !begun && UpdateWindow.of(window).filter(it -> it.isOpen(now)).isEmpty();
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

  private StepResult<ServerCounts> judged(Pass pass, Applied applied) {
    ServerCounts servers = applied.servers();
    Window window = pass.database().getSpec().updateStrategy().window();
    if (window != null && UpdateWindow.of(window).isEmpty()) {
      return new Fail<>(Reason.UnknownTimeZone, UNKNOWN_ZONE.formatted(window.timeZone()));
    }
    if (servers.isComplete()) {
      return new Done<>(servers);
    }
    Optional<PodTrouble.Trouble> trouble = PodTrouble.find(pass.seen().pods(Component.SERVER));
    if (trouble.isPresent()) {
      return new Wait<>(Reason.ServersFailing, servers.text() + "; " + trouble.get().text());
    }
    if (applied.held() && window != null && servers.ready() >= servers.wanted()) {
      Instant next = UpdateWindow.of(window).orElseThrow().next(clock.instant());
      return new Hold<>(Reason.UpdateWindowClosed, HELD.formatted(servers.text(), next));
    }
    if (servers.existing() > servers.wanted() && servers.upToDate() == servers.ready()) {
      return new Wait<>(Reason.ServersStopping, servers.text());
    }
    boolean replacing = servers.ready() > 0 && servers.upToDate() < servers.ready();
    return new Wait<>(replacing ? Reason.RollingOut : Reason.ServersStarting, servers.text());
  }

  private static Reason notUpToDate(Pass pass, Applied applied) {
    return PodTrouble.find(pass.seen().pods(Component.SERVER))
        .map(trouble -> reason(trouble.kind()))
        .orElse(applied.held() ? Reason.UpdateWindowClosed : Reason.RollingOut);
  }

  /** Tells whether enough servers serve; any pass can, however far it gets. */
  public static void tellAvailable(Pass pass) {
    ServerCounts servers = ServerCounts.beforehand(pass);
    UpdateStrategy strategy = pass.database().getSpec().updateStrategy();
    int needed =
        Math.min(servers.wanted(), Math.max(1, servers.wanted() - strategy.maxUnavailable()));
    boolean available = servers.ready() >= needed;
    Optional<PodTrouble.Trouble> trouble = PodTrouble.find(pass.seen().pods(Component.SERVER));
    Reason reason =
        available
            ? Reason.ServersReady
            : trouble.map(it -> reason(it.kind())).orElse(Reason.ServersStarting);
    String message = servers.text() + trouble.map(it -> "; " + it.text()).orElse("");
    pass.found().tell(ConditionType.ServersAvailable, available, reason, message);
  }

  private static Reason reason(PodTrouble.Kind kind) {
    return switch (kind) {
      case CRASH_LOOP -> Reason.PodCrashLoop;
      case IMAGE_PULL -> Reason.ImagePull;
      case UNSCHEDULABLE -> Reason.Unschedulable;
      case OTHER -> Reason.ServersFailing;
    };
  }

  private static final String UNKNOWN_ZONE =
      "spec.updateStrategy.window.timeZone: there is no time zone %s: write one of the tz database,"
          + " as in Europe/Berlin";
  private static final String HELD =
      "%s; they are replaced when spec.updateStrategy.window opens, at %s";
}
