package dev.objectdb.server;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The HTTP side of a server, for machines; everything here only reads.
 *
 * <pre>
 *   GET /livez          200 unless only a new process helps, else 503 and the reason
 *   GET /readyz         200 when clients should come, else 503 and the reason
 *   GET /metrics        Prometheus text format
 *   GET /admin/status   {@link ServerStatus} as JSON
 * </pre>
 */
final class Monitoring implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Monitoring.class);
  private static final String TEXT = "text/plain; charset=utf-8";
  private static final String PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8";
  private static final String JSON = "application/json";

  /** Who takes longer to ask holds a thread and a file handle for nobody. */
  private static final String REQUEST_SECONDS_MAX = "5";

  private static final String RESPONSE_SECONDS_MAX = "30";

  static final ObjectMapper MAPPER = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

  private final HttpServer http;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

  static {
    // The JDK's server waits for a request for ever, and has no other way to be told not to.
    System.setProperty("sun.net.httpserver.maxReqTime", REQUEST_SECONDS_MAX);
    System.setProperty("sun.net.httpserver.maxRspTime", RESPONSE_SECONDS_MAX);
  }

  /**
   * Starts to answer.
   *
   * @param failed why the process has to be started again, empty while it need not
   * @param notReady why clients should go elsewhere, empty when they should come
   * @throws ConfigException if the port cannot be had
   */
  Monitoring(
      InetSocketAddress address,
      Supplier<Optional<String>> failed,
      Supplier<Optional<String>> notReady,
      Supplier<ServerStatus> status,
      Metrics metrics) {
    try {
      http = HttpServer.create(address, 0);
    } catch (IOException e) {
      throw new ConfigException(
          "monitoring cannot listen on %s port %d (%s): free the port, or set %s to another"
              .formatted(
                  address.getHostString(),
                  address.getPort(),
                  e.getMessage(),
                  ConfigKey.MONITORING_PORT.key()));
    }
    http.setExecutor(threads);
    handle("/", () -> new Answer(404, TEXT, "see /livez, /readyz, /metrics, /admin/status\n"));
    handle("/livez", () -> okUnless(failed.get()));
    handle("/readyz", () -> okUnless(notReady.get()));
    handle("/metrics", () -> new Answer(200, PROMETHEUS, metrics.scrape()));
    handle("/admin/status", () -> new Answer(200, JSON, json(status.get())));
    http.start();
  }

  /** The port it answers on. */
  int port() {
    return http.getAddress().getPort();
  }

  static String json(ServerStatus status) {
    try {
      return MAPPER.writeValueAsString(status) + "\n";
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a status that is no JSON", e);
    }
  }

  private static Answer okUnless(Optional<String> problem) {
    return problem
        .map(why -> new Answer(503, TEXT, why + "\n"))
        .orElse(new Answer(200, TEXT, "ok\n"));
  }

  private void handle(String path, Supplier<Answer> answer) {
    http.createContext(path, exchange -> answer(exchange, path, answer));
  }

  private static void answer(HttpExchange exchange, String path, Supplier<Answer> answer)
      throws IOException {
    try (exchange) {
      send(exchange, answerTo(exchange, path, answer));
    }
  }

  private static Answer answerTo(HttpExchange exchange, String path, Supplier<Answer> answer) {
    String method = exchange.getRequestMethod();
    if (!method.equals("GET") && !method.equals("HEAD")) {
      exchange.getResponseHeaders().set("Allow", "GET, HEAD");
      return new Answer(405, TEXT, "only GET\n");
    }
    if (!path.equals("/") && !exchange.getRequestURI().getPath().equals(path)) {
      return new Answer(404, TEXT, "no such page\n");
    }
    try {
      return answer.get();
    } catch (Throwable e) {
      LOG.atError().addKeyValue("path", path).setCause(e).log("no answer to a monitoring request");
      return new Answer(500, TEXT, "see the server's log\n");
    }
  }

  private static void send(HttpExchange exchange, Answer answer) throws IOException {
    byte[] body = answer.body().getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Content-Type", answer.type());
    boolean head = exchange.getRequestMethod().equals("HEAD");
    exchange.sendResponseHeaders(answer.code(), head ? -1 : body.length);
    if (!head) {
      exchange.getResponseBody().write(body);
    }
  }

  @Override
  public void close() {
    http.stop(0);
    threads.shutdownNow();
  }

  private record Answer(int code, String type, String body) {}
}
