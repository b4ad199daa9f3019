package dev.objectdb.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** The command as a user runs it: the packaged jar or the launcher, in a process of its own. */
public final class CommandProcess implements AutoCloseable {
  /** Longer than anything takes on a machine that builds and tests at the same time. */
  static final Duration PATIENCE = Duration.ofMinutes(3);

  private static final String END = "end of output";

  private final Process process;
  private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();
  private final List<String> out = new ArrayList<>();
  private final List<String> err = new ArrayList<>();
  private final Thread outReader;
  private final Thread errReader;

  private CommandProcess(ProcessBuilder builder) throws IOException {
    process = builder.start();
    outReader = read(process.getInputStream(), out, lines);
    errReader = read(process.getErrorStream(), err, new LinkedBlockingQueue<>());
  }

  /** Runs {@code ./objectdb} of this source tree. */
  static CommandProcess launcher(Path directory, String... arguments) throws IOException {
    // Whoever runs the tests in the background has them ignore Ctrl-C, and what they start as well.
    List<String> command = new ArrayList<>(List.of("env", "--default-signal=INT"));
    command.add(Path.of("../objectdb").toAbsolutePath().normalize().toString());
    command.addAll(List.of(arguments));
    return new CommandProcess(new ProcessBuilder(command).directory(directory.toFile()));
  }

  /** Runs the jar, as an image does, with these OBJECTDB_ variables and no others. */
  public static CommandProcess jar(Map<String, String> environment, String... arguments)
      throws IOException {
    Path jar = Path.of("target/objectdb-storage-runtime.jar").toAbsolutePath();
    assertThat(jar).as("the phase 'package' makes it").exists();
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-jar", jar.toString()));
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().keySet().removeIf(name -> name.startsWith("OBJECTDB_"));
    builder.environment().putAll(environment);
    return new CommandProcess(builder);
  }

  /** Runs any program, such as an example. */
  static CommandProcess program(Path directory, List<String> command) throws IOException {
    return new CommandProcess(new ProcessBuilder(command).directory(directory.toFile()));
  }

  private static Thread read(InputStream in, List<String> all, BlockingQueue<String> queue) {
    return Thread.ofPlatform() // a virtual one holds its carrier as long as a pipe says nothing
        .daemon()
        .start(
            () -> {
              try (BufferedReader reader =
                  new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
                for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                  synchronized (all) {
                    all.add(line);
                  }
                  queue.add(line);
                }
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              } finally {
                queue.add(END);
              }
            });
  }

  /** Waits for a line of the output that has this text in it, and returns the line. */
  public String awaitLine(String text) throws InterruptedException {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (true) {
      String line = lines.poll(Math.max(0, end - System.nanoTime()), TimeUnit.NANOSECONDS);
      assertThat(line).as("a line with \"%s\" in:%n%s", text, this).isNotNull().isNotSameAs(END);
      if (line.contains(text)) {
        return line;
      }
    }
  }

  /** Waits for the end and returns the exit code. */
  public int awaitExit() throws InterruptedException {
    assertThat(process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS))
        .as("end of:%n%s", this)
        .isTrue();
    outReader.join();
    errReader.join();
    return process.exitValue();
  }

  /** Sends an empty line to its input. */
  void enter() throws IOException {
    process.getOutputStream().write('\n');
    process.getOutputStream().flush();
  }

  public boolean hasEnded() {
    return !process.isAlive();
  }

  public long pid() {
    return process.pid();
  }

  /** Returns the arguments of the program that runs; a launcher has made way for it. */
  List<String> flags() {
    return List.of(process.info().arguments().orElseThrow());
  }

  void sigterm() {
    process.toHandle().destroy(); // Process.destroy would also close the output
  }

  /** What Ctrl-C sends. */
  void sigint() throws IOException, InterruptedException {
    new ProcessBuilder("kill", "-INT", String.valueOf(process.pid())).start().waitFor();
  }

  public void sigkill() {
    process.toHandle().destroyForcibly();
  }

  public String out() {
    synchronized (out) {
      return String.join("\n", out);
    }
  }

  String err() {
    synchronized (err) {
      return String.join("\n", err);
    }
  }

  /** Ends the process if the test has not. */
  @Override
  public void close() {
    sigterm();
    try {
      if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
        sigkill();
      }
    } catch (InterruptedException e) {
      sigkill();
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public String toString() {
    return "output:%n%s%nerrors:%n%s".formatted(out(), err());
  }
}
