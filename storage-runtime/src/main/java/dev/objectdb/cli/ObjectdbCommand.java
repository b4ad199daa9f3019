package dev.objectdb.cli;

import dev.objectdb.server.ConfigException;
import dev.objectdb.server.Version;
import dev.objectdb.storage.StorageException;
import dev.objectdb.storage.pg.SchemaException;
import java.io.PrintWriter;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.ParameterException;

/** The command itself: knows its verbs, and how an error is told. */
@Command(
    name = "objectdb",
    mixinStandardHelpOptions = true,
    versionProvider = ObjectdbCommand.VersionLine.class,
    subcommands = {
      UpCommand.class,
      StatusCommand.class,
      ShellCommand.class,
      ReportCommand.class,
      ServeCommand.class,
      SchemaCommand.class,
      VerifyCommand.class
    },
    synopsisSubcommandLabel = "VERB",
    header = "Object databases: ZODB objects in PostgreSQL, served to Python clients over ZEO.%n",
    commandListHeading = "%nVerbs:%n",
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:done",
      "1:it failed; the error output says why",
      "2:it cannot be done as it was asked; the error output says what to change"
    },
    footer = {
      "",
      "To begin: objectdb up -f examples/objectdb.yaml",
      "Of a database on a cluster: kubectl objectdb status, shell, report",
      "'objectdb VERB --help' explains a verb."
    })
public final class ObjectdbCommand {
  private ObjectdbCommand() {}

  /** Runs a command line and ends the process with its exit code. */
  public static void main(String[] args) {
    System.exit(commandLine().execute(args));
  }

  static CommandLine commandLine() {
    return new CommandLine(new ObjectdbCommand())
        .setParameterExceptionHandler(ObjectdbCommand::refuse)
        .setExecutionExceptionHandler((e, command, _) -> report(e, command.getErr()))
        .setUsageHelpAutoWidth(true);
  }

  private static int refuse(ParameterException e, String[] args) {
    PrintWriter err = e.getCommandLine().getErr();
    err.println("objectdb: " + e.getMessage());
    err.println(
        "'%s --help' explains it".formatted(e.getCommandLine().getCommandSpec().qualifiedName()));
    return CommandLine.ExitCode.USAGE;
  }

  private static int report(Exception e, PrintWriter err) {
    switch (e) {
      case ConfigException wrong -> {
        err.println("objectdb: " + wrong.getMessage());
        return CommandLine.ExitCode.USAGE;
      }
      case SchemaException wrong -> {
        err.println("objectdb: " + wrong.getMessage());
        return CommandLine.ExitCode.USAGE;
      }
      case CommandFailure failure -> err.println("objectdb: " + failure.getMessage());
      case StorageException failure -> err.println("objectdb: " + causes(failure));
      default -> {
        err.println("objectdb: a defect of this program, please report it:");
        e.printStackTrace(err);
      }
    }
    return CommandLine.ExitCode.SOFTWARE;
  }

  /** The storage's messages are static; the particulars are in their causes. */
  private static String causes(Throwable failure) {
    StringBuilder text = new StringBuilder(String.valueOf(failure.getMessage()));
    for (Throwable cause = failure.getCause(); cause != null; cause = cause.getCause()) {
      text.append(": ").append(cause.getMessage());
    }
    return text.toString();
  }

  /** Answers {@code --version}. */
  static final class VersionLine implements IVersionProvider {
    @Override
    public String[] getVersion() {
      return new String[] {"objectdb " + Version.CURRENT};
    }
  }
}
