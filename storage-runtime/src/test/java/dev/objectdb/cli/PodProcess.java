package dev.objectdb.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** {@code objectdb serve} in a process of its own, as in a pod, and what its probes see. */
final class PodProcess implements AutoCloseable {
  private final HttpClient http = HttpClient.newHttpClient();
  private final int port;
  private final int monitoringPort;
  private final CommandProcess process;

  private PodProcess(Path directory, String uri, Map<String, String> more) throws IOException {
    try (ServerSocket zeo = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"));
        ServerSocket monitoring = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
      port = zeo.getLocalPort();
      monitoringPort = monitoring.getLocalPort();
    }
    Map<String, String> environment = new HashMap<>(more);
    Path file = Files.writeString(directory.resolve("uri-" + port), uri + "\n");
    environment.put("OBJECTDB_POSTGRES_URI_FILE", file.toString());
    environment.put("OBJECTDB_ZEO_HOST", "127.0.0.1");
    environment.put("OBJECTDB_ZEO_PORT", String.valueOf(port));
    environment.put("OBJECTDB_MONITORING_PORT", String.valueOf(monitoringPort));
    process = CommandProcess.jar(environment, "serve");
  }

  /**
   * Starts a server and waits until it is ready.
   *
   * @param directory where the file with the address of PostgreSQL is put
   * @param more what it is told besides
   */
  static PodProcess start(Path directory, String uri, Map<String, String> more) throws IOException {
    PodProcess served = new PodProcess(directory, uri, more);
    served.awaitReady();
    return served;
  }

  private void awaitReady() {
    await()
        .atMost(CommandProcess.PATIENCE)
        .failFast("it has ended", () -> assertThat(process.hasEnded()).as("%s", process).isFalse())
        .ignoreExceptions()
        .until(() -> get("/readyz").statusCode() == 200);
  }

  int port() {
    return port;
  }

  HttpResponse<String> get(String path) throws IOException, InterruptedException {
    URI uri = URI.create("http://127.0.0.1:%d%s".formatted(monitoringPort, path));
    return http.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());
  }

  /** What it has logged so far, where this text is in it. */
  List<String> lines(String text) {
    return process.out().lines().filter(line -> line.contains(text)).toList();
  }

  @Override
  public void close() {
    process.close();
  }
}
