package dev.objectdb.cli;

import dev.objectdb.server.ServerConfig;
import dev.objectdb.storage.pg.Schema;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code objectdb schema}: the tables of a database. */
@Command(
    name = "schema",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "VERB",
    subcommands = SchemaCommand.ApplyCommand.class,
    header = "Makes and updates the tables of a database.",
    commandListHeading = "%nVerbs:%n")
final class SchemaCommand {

  /** {@code objectdb schema apply}. */
  @Command(
      name = "apply",
      mixinStandardHelpOptions = true,
      header = "Makes the tables in an empty database, or brings older ones up to date.",
      descriptionHeading = "%n",
      description = {
        "A database that is up to date is left alone. One with the other history mode is refused,"
            + " and one that has another owner.",
        "",
        "It reads the same environment variables as 'objectdb serve', of which it needs"
            + " OBJECTDB_POSTGRES_URI, OBJECTDB_POSTGRES_SCHEMA and OBJECTDB_HISTORY_MODE.",
        ""
      })
  static final class ApplyCommand implements Callable<Integer> {
    @Option(
        names = "--owner",
        paramLabel = "NAMESPACE/NAME",
        description = "the resource that the tables belong to from now on; default: nobody's")
    private @Nullable String owner;

    @Override
    public Integer call() {
      Schema.Report report =
          Schema.apply(ServerConfig.read(System.getenv()).storage(), Optional.ofNullable(owner));
      System.out.println(
          report.from() == report.to()
              ? "schema version %d, nothing to do".formatted(report.to())
              : "schema version %d, was %d".formatted(report.to(), report.from()));
      return 0;
    }
  }
}
