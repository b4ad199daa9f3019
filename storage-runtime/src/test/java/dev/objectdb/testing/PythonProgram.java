package dev.objectdb.testing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Timer;
import java.util.TimerTask;

/**
 * One run of a Python script that talks to its test: a JSON document per line, from its stdout and
 * to its stdin. What it writes to stderr is shown when it fails.
 */
public final class PythonProgram {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int LOG_LINES_SHOWN = 60;

  private final PythonEnvironment environment;
  private final List<String> command = new ArrayList<>();
  private final Duration patience;

  /** Answers what the script says. */
  public interface Listener {
    /**
     * One line of the script.
     *
     * @return what to send back; empty for nothing
     */
    Optional<Map<String, ?>> said(JsonNode message) throws Exception;
  }

  /**
   * A run of this script.
   *
   * @param patience how long it may take; a hang is a failure
   */
  public PythonProgram(
      PythonEnvironment environment, String script, Duration patience, String... arguments) {
    this.environment = environment;
    this.patience = patience;
    command.add(environment.python().toString());
    command.add("-u");
    command.add(PythonEnvironment.script(script).toString());
    command.addAll(List.of(arguments));
  }

  /**
   * Runs it to its end.
   *
   * @throws AssertionError if it fails or takes too long; with the last lines of its log
   */
  public void run(Listener listener) throws Exception {
    Path log = Files.createTempFile("objectdb-python-", ".log");
    Process process = new ProcessBuilder(command).redirectError(log.toFile()).start();
    Timer timer = new Timer("python patience", true);
    timer.schedule(
        new TimerTask() {
          @Override
          public void run() {
            process.destroyForcibly();
          }
        },
        patience.toMillis());
    try (BufferedReader in = process.inputReader(StandardCharsets.UTF_8);
        BufferedWriter out = process.outputWriter(StandardCharsets.UTF_8)) {
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        Optional<Map<String, ?>> answer = listener.said(JSON.readTree(line));
        if (answer.isPresent()) {
          out.write(JSON.writeValueAsString(answer.get()));
          out.newLine();
          out.flush();
        }
      }
      int exit = process.waitFor();
      if (exit != 0) {
        throw new AssertionError(
            "%s %s ended with %d:%n%s".formatted(environment, command.get(2), exit, tail(log)));
      }
    } finally {
      timer.cancel();
      process.destroyForcibly();
      Files.delete(log);
    }
  }

  private static String tail(Path log) throws IOException {
    List<String> lines = Files.readAllLines(log, StandardCharsets.UTF_8);
    return String.join(
        "\n", lines.subList(Math.max(0, lines.size() - LOG_LINES_SHOWN), lines.size()));
  }
}
