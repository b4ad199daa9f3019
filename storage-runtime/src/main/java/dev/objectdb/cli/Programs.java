package dev.objectdb.cli;

import dev.objectdb.server.ConfigException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Runs PostgreSQL's own programs: without root's rights, and deaf to PG variables around it. */
final class Programs {
  /**
   * PostgreSQL refuses to run as root. In a user namespace of its own a process of root's is nobody
   * to itself, yet still owns its files.
   */
  private static final List<String> NOT_AS_ROOT = List.of("unshare", "--user");

  private final List<String> prefix;

  private Programs(List<String> prefix) {
    this.prefix = prefix;
  }

  /**
   * Finds out how to run programs here.
   *
   * @throws ConfigException if this is root, and this machine does not let root drop its rights
   */
  static Programs detect() throws InterruptedException {
    if (!"root".equals(System.getProperty("user.name"))) {
      return new Programs(List.of());
    }
    Programs programs = new Programs(NOT_AS_ROOT);
    try {
      if (programs.run(List.of("true")).code() == 0) {
        return programs;
      }
    } catch (CommandFailure e) {
      // no such program: the same as one that fails
    }
    throw new ConfigException(
        "PostgreSQL does not run as root, and root cannot drop its rights here (unshare --user):"
            + " run objectdb as another user, or name a PostgreSQL server in"
            + " spec.postgres.secretRef");
  }

  /**
   * Runs a program to its end.
   *
   * @throws InterruptedException if the command has to stop; the program is then ended as well
   */
  Outcome run(List<String> command) throws InterruptedException {
    List<String> all = new ArrayList<>(prefix);
    all.addAll(command);
    try {
      // A file, not a pipe: a server that the program leaves behind would hold the pipe open.
      Path output = Files.createTempFile("objectdb", ".out");
      try {
        return run(all, output);
      } finally {
        Files.deleteIfExists(output);
      }
    } catch (IOException e) {
      throw new CommandFailure("%s cannot be run: %s".formatted(all, e.getMessage()));
    }
  }

  private static Outcome run(List<String> command, Path output)
      throws IOException, InterruptedException {
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
            .redirectOutput(output.toFile());
    builder.environment().keySet().removeIf(name -> name.startsWith("PG"));
    builder.environment().put("LC_ALL", "C");
    Process process = builder.start();
    try {
      int code = process.waitFor();
      return new Outcome(code, Files.readString(output, StandardCharsets.UTF_8).strip());
    } finally {
      process.destroy(); // only if interrupted is it still there
    }
  }

  /** What a program answered. */
  record Outcome(int code, String output) {}
}
