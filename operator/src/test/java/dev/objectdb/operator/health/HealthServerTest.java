package dev.objectdb.operator.health;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.objectdb.operator.health.HealthServer.Probes;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class HealthServerTest {
  private final AtomicBoolean started = new AtomicBoolean();
  private final AtomicBoolean alive = new AtomicBoolean(true);
  private final AtomicBoolean ready = new AtomicBoolean();
  private final Probes probes = new Probes(started::get, alive::get, ready::get);

  @Test
  void eachProbeTellsOfItsOwnThing() throws IOException, InterruptedException {
    try (HealthServer server = new HealthServer(0, probes, () -> "")) {
      assertThat(code(server, "/startz")).isEqualTo(503);
      assertThat(code(server, "/livez")).isEqualTo(200);
      assertThat(code(server, "/readyz")).isEqualTo(503);
      started.set(true);
      ready.set(true);
      alive.set(false);
      assertThat(code(server, "/startz")).isEqualTo(200);
      assertThat(code(server, "/livez")).isEqualTo(503);
      assertThat(code(server, "/readyz")).isEqualTo(200);
      assertThat(code(server, "/other")).isEqualTo(404);
    }
  }

  @Test
  void figuresAreTextForPrometheus() throws IOException, InterruptedException {
    try (HealthServer server = new HealthServer(0, probes, () -> "objectdb_operator_leader 1\n")) {
      HttpResponse<String> answer = get(server, "/metrics");
      assertThat(answer.body()).isEqualTo("objectdb_operator_leader 1\n");
      assertThat(answer.headers().firstValue("Content-Type").orElse("")).contains("version=0.0.4");
    }
  }

  /** Four would take every thread if nobody stopped them, and the probes would fail. */
  @Test
  @Timeout(60)
  void whoNeverEndsHisRequestKeepsNobodyElseOut() throws IOException, InterruptedException {
    HealthServer server = new HealthServer(0, probes, () -> "");
    Socket[] hanging = new Socket[6];
    for (int i = 0; i < hanging.length; i++) {
      hanging[i] = new Socket(InetAddress.getLoopbackAddress(), server.port());
      hanging[i].getOutputStream().write("GET /livez HTTP/1.1\r\nHo".getBytes(US_ASCII));
    }
    assertThat(code(server, "/livez")).isEqualTo(200);
    server.close(); // and waits for none of them
    for (Socket socket : hanging) {
      socket.close();
    }
  }

  private static int code(HealthServer server, String path)
      throws IOException, InterruptedException {
    return get(server, path).statusCode();
  }

  private static HttpResponse<String> get(HealthServer server, String path)
      throws IOException, InterruptedException {
    URI uri = URI.create("http://127.0.0.1:%d%s".formatted(server.port(), path));
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString());
    }
  }
}
