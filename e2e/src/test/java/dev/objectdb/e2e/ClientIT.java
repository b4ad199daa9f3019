package dev.objectdb.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The client that the cluster tests trust, against the ZEO server of its own Python package. */
class ClientIT {
  private static final InetAddress LOCAL = InetAddress.getLoopbackAddress();
  private static Python python;

  @TempDir private Path directory;
  private int port;
  private Process server;

  @BeforeAll
  static void install() {
    python = Python.install();
  }

  @BeforeEach
  void start() throws IOException {
    try (ServerSocket free = new ServerSocket(0, 1, LOCAL)) {
      port = free.getLocalPort();
    }
    startServer();
  }

  @AfterEach
  void stop() throws InterruptedException {
    killServer();
  }

  @Test
  void whatOneClientStoresAnotherReads() {
    client("set", "greeting", "hello");

    assertThat(client("get", "greeting")).isEqualTo("hello\n");
  }

  @Test
  void everyAcknowledgedCommitIsThereAfterTheServerWasKilled() throws Exception {
    client("set", "greeting", "hello"); // two that make the root at once: ZODB fails one of them
    try (CommitLoop first = CommitLoop.start("first", python.client(port));
        CommitLoop second = CommitLoop.start("second", python.client(port))) {
      first.awaitProgress();
      second.awaitProgress();

      killServer();
      startServer();

      first.awaitProgress();
      second.awaitProgress();
      Set<String> promisedFirst = first.stop();
      Set<String> promisedSecond = second.stop();

      Entries found = Entries.parse(client("list"));
      assertThat(found.keys()).containsAll(promisedFirst).containsAll(promisedSecond);
      assertThat(found.count()).isEqualTo(found.keys().size());
    }
  }

  private String client(String... arguments) {
    return Command.run(Timeouts.COMMAND, python.client(port, arguments));
  }

  private void startServer() throws IOException {
    server =
        new ProcessBuilder(
                List.of(
                    python.program("runzeo"),
                    "--address",
                    "127.0.0.1:" + port,
                    "--filename",
                    directory.resolve("Data.fs").toString()))
            .redirectErrorStream(true)
            .redirectOutput(directory.resolve("zeo.log").toFile())
            .start();
    await()
        .atMost(Timeouts.COMMAND)
        .ignoreExceptions()
        .until(
            () -> {
              try (Socket socket = new Socket()) {
                socket.connect(new InetSocketAddress(LOCAL, port), 1_000);
                return true;
              }
            });
  }

  private void killServer() throws InterruptedException {
    server.destroyForcibly().waitFor();
  }
}
