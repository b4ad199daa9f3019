package dev.objectdb.cli;

import java.time.Clock;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code kubectl objectdb status}: one screen about one database. */
@Command(
    name = "status",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    header = "Tells how an ObjectDatabase on a cluster is.",
    descriptionHeading = "%n",
    description = {
      "Health, servers, addresses, what is not as it should be, and what happened last. It only"
          + " reads, by your own kubeconfig.",
      ""
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {"0:clients are served as declared", "1:they are not, or it cannot be told"},
    footer = {"", "Example: kubectl objectdb status site"})
final class StatusCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Mixin private KubeOptions options = new KubeOptions();

  @SuppressWarnings("NullAway.Init") // picocli sets it
  StatusCommand() {}

  @Override
  public Integer call() {
    try (ClusterDatabase cluster = ClusterDatabase.connect(options)) {
      StatusScreen screen = new StatusScreen(cluster.facts(), Clock.systemUTC());
      spec.commandLine().getOut().print(screen.text());
      spec.commandLine().getOut().flush();
      return screen.isServing() ? 0 : 1;
    }
  }
}
