package dev.objectdb.operator.database.step;

import dev.objectdb.crds.v1alpha1.ObjectDatabase;
import dev.objectdb.operator.database.manifest.PostgresAccess;
import dev.objectdb.operator.database.manifest.Servers;
import dev.objectdb.operator.database.observe.PodTrouble;
import dev.objectdb.operator.database.status.Reason;
import dev.objectdb.operator.kube.Labels.Component;
import dev.objectdb.operator.kube.ServerSideApply;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import java.util.Optional;

/** As many servers as declared run, with what is declared, and serve. */
public final class ServersStep {
  private final ServerSideApply apply;

  public ServersStep(ServerSideApply apply) {
    this.apply = apply;
  }

  /** Makes the servers; returns how many there are. */
  public ServerCounts apply(Pass pass, PostgresAccess postgres, String image) {
    ObjectDatabase database = pass.database();
    Deployment desired = Servers.desired(database, image, postgres);
    apply.apply(desired, pass.seen().named(Deployment.class, Servers.name(database)));
    return ServerCounts.of(pass, Servers.templateOf(desired));
  }

  /** Judges the servers. */
  public StepResult<ServerCounts> judge(Pass pass, ServerCounts servers) {
    if (servers.isComplete()) {
      return new StepResult.Done<>(servers);
    }
    Optional<String> trouble = PodTrouble.of(pass.seen().pods(Component.SERVER));
    if (trouble.isPresent()) {
      return new StepResult.Wait<>(Reason.ServersFailing, servers.text() + "; " + trouble.get());
    }
    if (servers.existing() > servers.wanted() && servers.upToDate() == servers.ready()) {
      return new StepResult.Wait<>(Reason.ServersStopping, servers.text());
    }
    boolean replacing = servers.ready() > 0 && servers.upToDate() < servers.ready();
    return new StepResult.Wait<>(
        replacing ? Reason.RollingOut : Reason.ServersStarting, servers.text());
  }
}
