package dev.objectdb.testing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** A Python script that takes orders for as long as its test wants, several at once: peer.py. */
public final class PythonPeer implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final Duration DUMP_PATIENCE = Duration.ofSeconds(1);
  private static final int LOG_LINES_SHOWN = 200;

  private final Process process;
  private final Path log;
  private final AtomicLong lastId = new AtomicLong();
  private final Map<Long, CompletableFuture<JsonNode>> pending = new ConcurrentHashMap<>();

  /** What the script raised. */
  public static final class PythonError extends RuntimeException {
    private final String type;

    private PythonError(String type, String detail) {
      super(type + ": " + detail);
      this.type = type;
    }

    /** The name of the exception's class. */
    public String type() {
      return type;
    }
  }

  /** Starts a script of {@code src/test/python}. */
  public PythonPeer(PythonEnvironment environment, String script) {
    try {
      log = Files.createTempFile("objectdb-python-", ".log");
      process =
          new ProcessBuilder(
                  environment.python().toString(),
                  "-u",
                  PythonEnvironment.script(script).toString())
              .redirectError(log.toFile())
              .start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Thread.ofVirtual().name("python peer").start(this::listen);
  }

  private void listen() {
    try (BufferedReader in = process.inputReader(StandardCharsets.UTF_8)) {
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        JsonNode answer = JSON.readTree(line);
        CompletableFuture<JsonNode> waiting = pending.remove(answer.required("id").asLong());
        if (waiting == null) {
          continue;
        }
        if (answer.has("error")) {
          waiting.completeExceptionally(
              new PythonError(answer.get("error").asText(), answer.get("detail").asText()));
        } else {
          waiting.complete(answer.get("result"));
        }
      }
    } catch (IOException e) {
      // ended
    } finally {
      pending.values().forEach(it -> it.completeExceptionally(new IOException("script ended")));
    }
  }

  /** Gives an order, and does not wait. */
  public CompletableFuture<JsonNode> send(String order, Map<String, ?> options) {
    long id = lastId.incrementAndGet();
    CompletableFuture<JsonNode> answer = new CompletableFuture<>();
    pending.put(id, answer);
    Map<String, @Nullable Object> line = new HashMap<>(options);
    line.put("id", id);
    line.put("do", order);
    try {
      byte[] bytes = (JSON.writeValueAsString(line) + "\n").getBytes(StandardCharsets.UTF_8);
      synchronized (process) {
        process.getOutputStream().write(bytes);
        process.getOutputStream().flush();
      }
    } catch (IOException e) {
      pending.remove(id);
      answer.completeExceptionally(e);
    }
    return answer;
  }

  /**
   * Waits for the answer.
   *
   * @throws PythonError if the script raised
   * @throws AssertionError if it takes too long; with what every thread of it is doing
   */
  public JsonNode answer(CompletableFuture<JsonNode> answer) {
    try {
      return answer.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof PythonError raised) {
        throw raised;
      }
      throw new AssertionError("the script has ended:\n" + tail(), e);
    } catch (TimeoutException e) {
      throw new AssertionError("the script hangs:\n" + whereItHangs(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    }
  }

  public JsonNode ask(String order, Map<String, ?> options) {
    return answer(send(order, options));
  }

  private String whereItHangs() {
    try {
      new ProcessBuilder("kill", "-USR1", String.valueOf(process.pid())).start().waitFor();
      Thread.sleep(DUMP_PATIENCE);
    } catch (IOException e) {
      return tail();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return tail();
  }

  /** The last lines of its log. */
  public String tail() {
    try {
      List<String> lines = Files.readAllLines(log, StandardCharsets.UTF_8);
      return String.join(
          "\n", lines.subList(Math.max(0, lines.size() - LOG_LINES_SHOWN), lines.size()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    process.destroyForcibly();
    try {
      process.waitFor();
      Files.delete(log);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
