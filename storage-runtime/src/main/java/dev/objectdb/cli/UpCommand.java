package dev.objectdb.cli;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code objectdb up}: an ObjectDatabase on this machine, until it is told to stop. */
@Command(
    name = "up",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    header = "Runs an ObjectDatabase on this machine.",
    descriptionHeading = "%n",
    description = {
      "The file is the one for 'kubectl apply', and is checked by the same schema and rules. Where"
          + " it says postgres.embedded, a PostgreSQL server is started in the data directory;"
          + " where it says postgres.secretRef, the Secret has to be a document of the same file."
          + " Python clients of this machine connect to zeo.port.",
      "",
      "Ctrl-C stops everything, and the next 'objectdb up' goes on with the same data.",
      ""
    },
    footer = {"", "Example: objectdb up -f examples/objectdb.yaml"})
final class UpCommand implements Callable<Integer> {
  @Option(
      names = {"-f", "--file"},
      paramLabel = "FILE",
      required = true,
      description = "YAML with an ObjectDatabase, and the Secrets it names.")
  private Path file = Path.of("objectdb.yaml");

  @Option(
      names = "--name",
      paramLabel = "NAME",
      description = "Which ObjectDatabase to run, where the file has several.")
  private @Nullable String name;

  @Option(
      names = "--data-dir",
      paramLabel = "DIR",
      description = "Where embedded PostgreSQL keeps its data; by default .objectdb/NAME here.")
  private @Nullable Path dataDirectory;

  @Override
  public Integer call() throws Exception {
    TerminalLog.install();
    ResourceFile resource = ResourceFile.read(file, name);
    Path data = dataDirectory == null ? Path.of(".objectdb", resource.name()) : dataDirectory;
    new Up(resource, data, Progress.of(System.out)).run();
    return 0;
  }
}
