package dev.objectdb.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Finds a Python of this machine that is new enough: {@code python3} if it is, else one that says
 * its version in its name ({@code python3.13}), else one that pyenv installed.
 */
final class PythonInterpreter {
  /** The newest for which all that is pinned has been built. */
  private static final int MINOR_MAX = 14;

  private static final long ANSWER_SECONDS_MAX = 20;

  private PythonInterpreter() {}

  /**
   * Returns the command of a Python 3 of this minor version or a newer one, with {@code venv}.
   *
   * @throws IOException if there is none; says what to install
   */
  static String atLeast(int minor) throws IOException {
    return candidates(minor)
        .filter(command -> isNewEnough(command, minor))
        .findFirst()
        .orElseThrow(
            () ->
                new IOException(
                    ("the tests need Python 3.%1$d or newer with its venv module: install it as"
                            + " python3.%1$d (apt install python3.%1$d-venv) or by pyenv"
                            + " (pyenv install 3.%1$d)")
                        .formatted(minor)));
  }

  private static Stream<String> candidates(int minor) throws IOException {
    Stream<String> named =
        IntStream.iterate(MINOR_MAX, number -> number >= minor, number -> number - 1)
            .mapToObj("python3.%d"::formatted);
    return Stream.of(Stream.of("python3"), named, installedByPyenv().stream())
        .flatMap(commands -> commands);
  }

  private static List<String> installedByPyenv() throws IOException {
    String root = System.getenv("PYENV_ROOT");
    Path versions =
        (root == null ? Path.of(System.getProperty("user.home"), ".pyenv") : Path.of(root))
            .resolve("versions");
    if (!Files.isDirectory(versions)) {
      return List.of();
    }
    try (Stream<Path> entries = Files.list(versions)) {
      return entries
          .sorted(Comparator.reverseOrder())
          .map(version -> version.resolve("bin").resolve("python3").toString())
          .toList();
    }
  }

  /** A name may be missing, or be that of a shim with nothing behind it. */
  private static boolean isNewEnough(String command, int minor) {
    String question =
        "import sys, ensurepip, venv; sys.exit(not (3, %d) <= sys.version_info[:2] <= (3, %d))"
            .formatted(minor, MINOR_MAX);
    try {
      Process process =
          new ProcessBuilder(command, "-c", question)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      try {
        return process.waitFor(ANSWER_SECONDS_MAX, TimeUnit.SECONDS) && process.exitValue() == 0;
      } finally {
        process.destroyForcibly();
      }
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
