package dev.objectdb.operator.health;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * The HTTP side of the operator, for the kubelet and for Prometheus; everything here only reads.
 *
 * <pre>
 *   GET /startz    200 once the operator has read what there is
 *   GET /livez     200 unless only a new process helps
 *   GET /readyz    200 while it hears of changes, whether it is the leader or stands by
 *   GET /metrics   Prometheus text format
 * </pre>
 */
public final class HealthServer implements AutoCloseable {
  /** Who takes longer to ask, or to take the answer, holds a thread for nobody. */
  private static final String REQUEST_SECONDS_MAX = "5";

  private static final String RESPONSE_SECONDS_MAX = "30";

  /** Threads of the system: the probes have to answer when the virtual ones stand still. */
  private static final int THREADS = 4;

  private static final String TEXT = "text/plain; charset=utf-8";
  private static final String PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8";

  static {
    // The JDK's server waits for a request for ever, and has no other way to be told not to.
    System.setProperty("sun.net.httpserver.maxReqTime", REQUEST_SECONDS_MAX);
    System.setProperty("sun.net.httpserver.maxRspTime", RESPONSE_SECONDS_MAX);
  }

  private final HttpServer server;
  private final ExecutorService threads =
      Executors.newFixedThreadPool(
          THREADS, Thread.ofPlatform().daemon().name("http-", 0).factory());

  /**
   * What the probes tell.
   *
   * @param started whether the operator has read what there is
   * @param alive whether it still works, or would if anybody answered it
   * @param ready whether it hears of changes
   */
  public record Probes(BooleanSupplier started, BooleanSupplier alive, BooleanSupplier ready) {}

  /**
   * Starts to answer.
   *
   * @param port 0 for any free one
   * @param metrics the figures, in the text format of Prometheus
   */
  public HealthServer(int port, Probes probes, Supplier<String> metrics) throws IOException {
    server = HttpServer.create(new InetSocketAddress(port), 0);
    server.setExecutor(threads);
    probe("/startz", probes.started());
    probe("/livez", probes.alive());
    probe("/readyz", probes.ready());
    server.createContext("/metrics", it -> answer(it, 200, PROMETHEUS, metrics.get()));
    server.start();
  }

  /** Returns the port it listens on. */
  public int port() {
    return server.getAddress().getPort();
  }

  /** Stops at once; requests that are not answered yet will not be. */
  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }

  private void probe(String path, BooleanSupplier holds) {
    server.createContext(
        path,
        exchange -> {
          boolean ok = holds.getAsBoolean();
          answer(exchange, ok ? 200 : 503, TEXT, ok ? "ok\n" : "no\n");
        });
  }

  private static void answer(HttpExchange exchange, int code, String type, String text)
      throws IOException {
    byte[] body = text.getBytes(StandardCharsets.UTF_8);
    try (exchange) {
      exchange.getResponseHeaders().set("Content-Type", type);
      exchange.sendResponseHeaders(code, body.length);
      exchange.getResponseBody().write(body);
    }
  }
}
