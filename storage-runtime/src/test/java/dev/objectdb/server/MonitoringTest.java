package dev.objectdb.server;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class MonitoringTest {
  private static final ServerStatus STATUS =
      new ServerStatus("0.1.0", ServerStatus.State.STARTING, false, "starting", false, 0, null);

  private final AtomicReference<Optional<String>> failure = new AtomicReference<>(Optional.empty());
  private final AtomicReference<Optional<String>> problem = new AtomicReference<>(Optional.empty());
  private final Metrics metrics = new Metrics();
  private final Monitoring monitoring =
      new Monitoring(address(0), failure::get, problem::get, () -> STATUS, metrics);
  private final HttpClient http = HttpClient.newHttpClient();

  @AfterEach
  void close() {
    http.close();
    monitoring.close();
    metrics.close();
  }

  @Test
  void aProcessIsAliveAlsoWhenItIsNotReady() throws Exception {
    assertThat(get("/readyz").statusCode()).isEqualTo(200);
    problem.set(Optional.of("stopping"));
    assertThat(get("/readyz").statusCode()).isEqualTo(503);
    assertThat(get("/readyz").body()).isEqualTo("stopping\n");
    assertThat(get("/livez").statusCode()).isEqualTo(200);
  }

  @Test
  void aProcessThatCanServeNobodyAnyMoreIsToBeStartedAgain() throws Exception {
    failure.set(Optional.of("failed for good"));
    assertThat(get("/livez").statusCode()).isEqualTo(503);
    assertThat(get("/livez").body()).isEqualTo("failed for good\n");
  }

  @Test
  void whoNeverEndsItsRequestIsLetGo() throws IOException {
    try (Socket slow = new Socket(InetAddress.ofLiteral("127.0.0.1"), monitoring.port())) {
      slow.setSoTimeout(20_000);
      slow.getOutputStream().write("GET /livez HTTP/1.1\r\nHost:".getBytes(US_ASCII));
      assertThat(slow.getInputStream().read()).as("the end of the link").isNegative();
    }
  }

  @Test
  void theStatusIsJson() throws Exception {
    HttpResponse<String> answer = get("/admin/status");
    assertThat(answer.headers().firstValue("content-type")).contains("application/json");
    assertThat(answer.body()).isEqualTo(Monitoring.json(STATUS));
  }

  @Test
  void metricsAreInTheFormatOfPrometheus() throws Exception {
    metrics.gauge("objectdb.connections", "ZEO clients connected", () -> 3);
    assertThat(get("/metrics").body())
        .contains("# HELP objectdb_connections ZEO clients connected\n")
        .contains("# TYPE objectdb_connections gauge\nobjectdb_connections 3.0\n");
  }

  @Test
  void otherPagesAndOtherMethodsAreRefused() throws Exception {
    assertThat(get("/").statusCode()).isEqualTo(404);
    assertThat(get("/livezz").statusCode()).isEqualTo(404);
    assertThat(get("/admin/status/x").statusCode()).isEqualTo(404);
    assertThat(send("POST", "/livez").statusCode()).isEqualTo(405);
    assertThat(send("HEAD", "/livez").statusCode()).isEqualTo(200);
  }

  @Test
  void aFaultOfOursIsAnAnswerToo() throws Exception {
    try (Monitoring broken =
        new Monitoring(address(0), failure::get, MonitoringTest::fail, () -> STATUS, metrics)) {
      URI uri = URI.create("http://127.0.0.1:%d/readyz".formatted(broken.port()));
      HttpRequest request = HttpRequest.newBuilder(uri).build();
      assertThat(http.send(request, HttpResponse.BodyHandlers.ofString()).statusCode())
          .isEqualTo(500);
    }
  }

  private static Optional<String> fail() {
    throw new StackOverflowError("on demand");
  }

  @Test
  void aPortInUseIsRefusedByItsKey() throws IOException {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
      assertThatExceptionOfType(ConfigException.class)
          .isThrownBy(
              () ->
                  new Monitoring(
                      address(taken.getLocalPort()),
                      failure::get,
                      problem::get,
                      () -> STATUS,
                      metrics))
          .withMessage(
              "monitoring cannot listen on 127.0.0.1 port %d (Address already in use): free the"
                  + " port, or set OBJECTDB_MONITORING_PORT to another",
              taken.getLocalPort());
    }
  }

  private static InetSocketAddress address(int port) {
    return new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), port);
  }

  private HttpResponse<String> get(String path) throws Exception {
    return send("GET", path);
  }

  private HttpResponse<String> send(String method, String path) throws Exception {
    URI uri = URI.create("http://127.0.0.1:%d%s".formatted(monitoring.port(), path));
    return http.send(
        HttpRequest.newBuilder(uri).method(method, HttpRequest.BodyPublishers.noBody()).build(),
        HttpResponse.BodyHandlers.ofString());
  }
}
