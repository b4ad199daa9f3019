package dev.objectdb.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A Python with pinned packages, made once and kept under {@code target/python}: what a user would
 * install, unmodified. Needs a Python with {@code venv}, see {@link PythonInterpreter}, and a
 * package registry the first time; where one is missing, the test fails and says which.
 *
 * <p>Safe for use by several test classes and by several builds at the same time.
 */
public final class PythonEnvironment {
  private static final Path SCRIPTS = Path.of("src", "test", "python").toAbsolutePath();
  private static final Path HOME = Path.of("target", "python").toAbsolutePath();
  private static final long INSTALL_MINUTES_MAX = 10;
  private static final String PGJSONB = "pgjsonb";

  /** The oldest that ZODB 6 runs on, and the oldest that zodb-json-codec 1.7 runs on. */
  private static final int MINOR_MIN = 10;

  private static final int PGJSONB_MINOR_MIN = 12;

  private static final Map<String, PythonEnvironment> READY = new HashMap<>();

  private final Path directory;

  private PythonEnvironment(Path directory) {
    this.directory = directory;
  }

  /** ZEO 5.4.1 and ZODB 5.8.1: what a Zope or Plone of the 5 series runs. */
  public static PythonEnvironment zeo5() {
    return of("zeo5");
  }

  /** ZEO 6.2 and ZODB 6.4, the newest. */
  public static PythonEnvironment zeo6() {
    return of("zeo6");
  }

  /** zodb-pgjsonb 1.19 with zodb-json-codec 1.7, the other program on our tables, and ZEO 6.2. */
  public static PythonEnvironment pgjsonb() {
    return of(PGJSONB);
  }

  /** The environment with the packages of {@code requirements-NAME.txt} beside the scripts. */
  public static synchronized PythonEnvironment of(String name) {
    return READY.computeIfAbsent(name, PythonEnvironment::make);
  }

  private static PythonEnvironment make(String name) {
    Path requirements = SCRIPTS.resolve("requirements-%s.txt".formatted(name));
    try {
      Files.createDirectories(HOME);
      String wanted = Files.readString(requirements);
      Path lockFile = HOME.resolve(name + ".lock");
      try (FileChannel channel =
              FileChannel.open(lockFile, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
          FileLock lock = channel.lock()) {
        Path directory = HOME.resolve(name);
        Path installed = directory.resolve("installed.txt");
        if (!lock.isValid()
            || !Files.exists(installed)
            || !Files.readString(installed).equals(wanted)) {
          String python =
              PythonInterpreter.atLeast(name.equals(PGJSONB) ? PGJSONB_MINOR_MIN : MINOR_MIN);
          install(python, directory, requirements);
          Files.writeString(installed, wanted);
        }
        return new PythonEnvironment(directory);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void install(String python, Path directory, Path requirements) throws IOException {
    run(
        python + " could not make a virtual environment",
        List.of(python, "-m", "venv", "--clear", directory.toString()));
    run(
        "the packages of %s could not be installed; is a Python package registry in reach?"
            .formatted(requirements.getFileName()),
        List.of(
            directory.resolve("bin").resolve("python").toString(),
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
            "--requirement",
            requirements.toString()));
  }

  private static void run(String missing, List<String> command) throws IOException {
    Path log = Files.createTempFile(HOME, "install-", ".log");
    Process process;
    try {
      process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(log.toFile())
              .start();
    } catch (IOException e) {
      throw new IOException(missing, e);
    }
    try {
      if (!process.waitFor(INSTALL_MINUTES_MAX, TimeUnit.MINUTES)) {
        process.destroyForcibly();
        throw new IOException(missing + "\n(it took too long)");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
    if (process.exitValue() != 0) {
      throw new IOException(missing + "\n" + Files.readString(log));
    }
    Files.delete(log);
  }

  /** The interpreter. */
  public Path python() {
    return directory.resolve("bin").resolve("python");
  }

  /** The script of this name in {@code src/test/python}. */
  public static Path script(String name) {
    return SCRIPTS.resolve(name);
  }

  @Override
  public String toString() {
    return directory.getFileName().toString();
  }
}
