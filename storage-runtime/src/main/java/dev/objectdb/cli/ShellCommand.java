package dev.objectdb.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code kubectl objectdb shell}: an SQL prompt, and how Python gets to the same objects. */
@Command(
    name = "shell",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    header = "Opens an SQL prompt to the PostgreSQL of an ObjectDatabase.",
    descriptionHeading = "%n",
    description = {
      "First it prints the Python for a stock client. An embedded PostgreSQL is asked in its own"
          + " pod; for any other one psql runs in a pod of its own, which gets the address from the"
          + " Secret and goes when you leave. The session is read-only unless --write is given."
          + " It needs kubectl on the PATH.",
      ""
    },
    footer = {"", "Example: kubectl objectdb shell site"})
final class ShellCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Mixin private KubeOptions options = new KubeOptions();

  @Option(names = "--write", description = "Let statements change the database.")
  private boolean write;

  @Option(
      names = "--image",
      paramLabel = "IMAGE",
      defaultValue = "postgres:17",
      description = "An image with psql, for that pod; ${DEFAULT-VALUE} if not given.")
  private String image = "postgres:17";

  @Option(names = "--print", description = "Only print the command that would be run.")
  private boolean print;

  @SuppressWarnings("NullAway.Init") // picocli sets it
  ShellCommand() {}

  @Override
  public Integer call() throws IOException, InterruptedException {
    Shell shell;
    try (ClusterDatabase cluster = ClusterDatabase.connect(options)) {
      shell = Shell.to(cluster.facts().database(), options.context());
    }
    PrintWriter out = spec.commandLine().getOut();
    out.println(shell.python());
    List<String> words = shell.psql(image, write);
    if (print) {
      out.println(Shell.quoted(words));
      out.flush();
      return 0;
    }
    out.flush();
    try {
      return new ProcessBuilder(words).inheritIO().start().waitFor();
    } catch (IOException e) {
      throw new CommandFailure("kubectl cannot be run (%s): install it".formatted(e.getMessage()));
    }
  }
}
