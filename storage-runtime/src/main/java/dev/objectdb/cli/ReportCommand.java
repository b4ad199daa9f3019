package dev.objectdb.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code kubectl objectdb report}: everything that explains a database, for whoever helps. */
@Command(
    name = "report",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    header = "Collects what explains the state of an ObjectDatabase, for support.",
    descriptionHeading = "%n",
    description = {
      "The resource, all that the operator made of it, events, and the logs of its pods and of the"
          + " operator. Of Secrets only names and keys; passwords in addresses are masked. Look"
          + " through it before you give it away: logs are what programs wrote.",
      ""
    },
    footer = {"", "Example: kubectl objectdb report site --output site.tar.gz"})
final class ReportCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Mixin private KubeOptions options = new KubeOptions();

  @Option(
      names = {"-o", "--output"},
      paramLabel = "PATH",
      description =
          "An archive, if it ends with .tar.gz, else a directory; by default"
              + " objectdb-report-NAME.tar.gz here.")
  private @Nullable Path output;

  @Option(
      names = "--operator-namespace",
      paramLabel = "NAMESPACE",
      defaultValue = "objectdb-system",
      description = "Where the operator runs; ${DEFAULT-VALUE} if not given.")
  private String operatorNamespace = "objectdb-system";

  @SuppressWarnings("NullAway.Init") // picocli sets it
  ReportCommand() {}

  @Override
  public Integer call() throws IOException {
    try (ClusterDatabase cluster = ClusterDatabase.connect(options)) {
      Report report = new Report(cluster, Clock.systemUTC());
      Map<String, String> files = report.collect(operatorNamespace);
      String name = cluster.name();
      Path path = output == null ? Path.of("objectdb-report-%s.tar.gz".formatted(name)) : output;
      Report.write(files, path, "objectdb-report-" + name);
      spec.commandLine().getOut().printf("%s: %d files%n", path, files.size());
      spec.commandLine().getOut().flush();
      return 0;
    }
  }
}
