package dev.objectdb.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A client that commits entry after entry, on this machine or, by {@code kubectl exec}, in a pod.
 * It remembers each entry whose commit was acknowledged.
 */
final class CommitLoop implements AutoCloseable {
  private static final String ACKNOWLEDGED = "acknowledged ";

  private final Process process;
  private final Path errors;
  private final Set<String> entries = ConcurrentHashMap.newKeySet();
  private final Thread reader;

  private CommitLoop(Process process, Path errors) {
    this.process = process;
    this.errors = errors;
    this.reader = Thread.ofVirtual().start(this::read);
  }

  /** Starts {@code client.py ADDRESS loop NAME}, the words being everything before "loop". */
  static CommitLoop start(String name, List<String> client) {
    List<String> words = new ArrayList<>(client);
    words.add("loop");
    words.add(name);
    try {
      Path errors = Files.createDirectories(Path.of("target/e2e")).resolve(name + ".log");
      Process process = new ProcessBuilder(words).redirectError(errors.toFile()).start();
      return new CommitLoop(process, errors);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Waits for commits that are acknowledged from now on, which proves that the client works. */
  void awaitProgress() {
    int before = entries.size();
    await()
        .atMost(Timeouts.CLIENTS_GO_ON)
        .failFast("the client has ended: see " + errors, () -> !process.isAlive())
        .untilAsserted(
            () ->
                assertThat(entries)
                    .as("acknowledged; see %s", errors)
                    .hasSizeGreaterThan(before + 2));
  }

  /** Ends the client after the commit under way, and returns everything it was promised. */
  Set<String> stop() {
    try {
      process.getOutputStream().close();
      assertThat(process.waitFor(Timeouts.CLIENT_STOP.toMillis(), TimeUnit.MILLISECONDS))
          .as("client ends; see %s", errors)
          .isTrue();
      reader.join();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    }
    assertThat(process.exitValue()).as("exit of the client; see %s", errors).isZero();
    return Set.copyOf(entries);
  }

  /** How often a commit failed in a way that applications try again by themselves. */
  long repeated() {
    return lines("again after ");
  }

  /** How often a server said that it could not make a commit. */
  long failed() {
    return lines("failed with ");
  }

  private long lines(String start) {
    try (Stream<String> lines = Files.lines(errors)) {
      return lines.filter(line -> line.startsWith(start)).count();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }

  private void read() {
    try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (line.startsWith(ACKNOWLEDGED)) {
          entries.add(line.substring(ACKNOWLEDGED.length()));
        }
      }
    } catch (IOException e) {
      // The process was ended by close().
    }
  }
}
