package dev.objectdb.e2e;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** A program that is run to its end. */
final class Command {
  private Command() {}

  /**
   * Runs a program and returns what it wrote to its standard output.
   *
   * @throws AssertionError with everything it wrote, when it fails or takes longer than the limit
   */
  static String run(Duration limit, List<String> words) {
    Outcome outcome = outcome(limit, words);
    if (outcome.exit() != 0) {
      throw new AssertionError(
          "exit %d of %s%n%s%s"
              .formatted(
                  outcome.exit(), String.join(" ", words), outcome.output(), outcome.errors()));
    }
    return outcome.output();
  }

  /** Runs a program whose failure is an answer too. */
  static Outcome outcome(Duration limit, List<String> words) {
    try {
      Process process =
          new ProcessBuilder(words).redirectInput(ProcessBuilder.Redirect.PIPE).start();
      process.getOutputStream().close();
      CompletableFuture<String> output = read(process.getInputStream());
      CompletableFuture<String> errors = read(process.getErrorStream());
      if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
        process.destroyForcibly();
        throw new AssertionError(
            "not done after %s: %s%n%s%s"
                .formatted(limit, String.join(" ", words), output.join(), errors.join()));
      }
      return new Outcome(process.exitValue(), output.join(), errors.join());
    } catch (IOException e) {
      throw new UncheckedIOException("cannot run " + words.getFirst(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted in " + words.getFirst(), e);
    }
  }

  private static CompletableFuture<String> read(InputStream stream) {
    CompletableFuture<String> text = new CompletableFuture<>();
    Thread.ofPlatform() // a virtual one holds its carrier as long as a pipe says nothing
        .daemon()
        .start(
            () -> {
              try {
                text.complete(new String(stream.readAllBytes(), StandardCharsets.UTF_8));
              } catch (IOException e) {
                text.completeExceptionally(e);
              }
            });
    return text;
  }

  /**
   * How a program ended.
   *
   * @param exit its status, 0 for success
   * @param output its standard output
   * @param errors its standard error
   */
  record Outcome(int exit, String output, String errors) {}
}
