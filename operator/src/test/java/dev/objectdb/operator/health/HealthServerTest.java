package dev.objectdb.operator.health;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class HealthServerTest {
  @Test
  void readinessFollowsTheInformersAndLifeDoesNot() throws IOException, InterruptedException {
    AtomicBoolean ready = new AtomicBoolean();
    try (HealthServer server = new HealthServer(0, ready::get)) {
      assertThat(get(server, "/livez")).isEqualTo(200);
      assertThat(get(server, "/readyz")).isEqualTo(503);
      ready.set(true);
      assertThat(get(server, "/readyz")).isEqualTo(200);
      assertThat(get(server, "/other")).isEqualTo(404);
    }
  }

  private static int get(HealthServer server, String path)
      throws IOException, InterruptedException {
    URI uri = URI.create("http://127.0.0.1:%d%s".formatted(server.port(), path));
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client
          .send(HttpRequest.newBuilder(uri).build(), BodyHandlers.discarding())
          .statusCode();
    }
  }
}
