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
    subcommands = {SchemaCommand.ApplyCommand.class, SchemaCommand.DropCommand.class},
    header = "Makes, updates and removes the tables of a database.",
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

  /** {@code objectdb schema drop}. */
  @Command(
      name = "drop",
      mixinStandardHelpOptions = true,
      header = "Removes the tables of a database, and all that is in them, for good.",
      descriptionHeading = "%n",
      description = {
        "Only tables that belong to the owner that is named are removed; those of another one, or"
            + " of nobody, stay, which is no error. End its servers before.",
        "",
        "It reads the same environment variables as 'objectdb schema apply'.",
        ""
      })
  static final class DropCommand implements Callable<Integer> {
    @Option(
        names = "--owner",
        required = true,
        paramLabel = "NAMESPACE/NAME",
        description = "the resource whose tables are removed")
    private String owner = "";

    @Override
    public Integer call() {
      boolean removed = Schema.drop(ServerConfig.read(System.getenv()).storage(), owner);
      System.out.println(
          removed
              ? "the tables of %s are removed".formatted(owner)
              : "there are no tables of %s, nothing to do".formatted(owner));
      return 0;
    }
  }
}
