package dev.objectdb.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * {@code kubectl port-forward} to a Service. It leads to one pod, chosen when it starts, and ends
 * with it; then it is started again on the same local port, as a user at a terminal would.
 */
final class PortForward implements AutoCloseable {
  private static final Duration PAUSE = Duration.ofMillis(300);

  private final int port;
  private final List<String> words;
  private final Path log;
  private final Thread keeper;
  private volatile boolean closed;

  private PortForward(int port, List<String> words, Path log) {
    this.port = port;
    this.words = words;
    this.log = log;
    this.keeper = Thread.ofVirtual().start(this::keep);
  }

  /** Starts it for a port of a Service. */
  static PortForward to(Namespace namespace, String service, int servicePort) {
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      int port = free.getLocalPort();
      Path log = Files.createDirectories(Path.of("target/e2e")).resolve("port-forward.log");
      return new PortForward(
          port,
          namespace.kubectlWords("port-forward", "service/" + service, port + ":" + servicePort),
          log);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The port on this machine. */
  int port() {
    return port;
  }

  @Override
  public void close() {
    closed = true;
    keeper.interrupt();
  }

  private void keep() {
    while (!closed) {
      try {
        Process process =
            new ProcessBuilder(words)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                .start();
        try {
          process.waitFor();
          Thread.sleep(PAUSE);
        } finally {
          process.destroyForcibly();
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      } catch (InterruptedException e) {
        return; // closed
      }
    }
  }
}
