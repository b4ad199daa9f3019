package dev.objectdb.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.objectdb.testing.FreePort;
import dev.objectdb.testing.PythonEnvironment;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code ./objectdb up} from the outside: the example resource, a stock Python client, signals. */
class UpIT {
  private static final Path EXAMPLES = Path.of("../examples").toAbsolutePath().normalize();
  private static final String READY = "is ready: ZEO at 127.0.0.1:";
  private static final String COUNT_VISITS =
      """
      import sys, ZEO
      db = ZEO.DB(("127.0.0.1", int(sys.argv[1])), wait_timeout=60)
      with db.transaction() as connection:
          root = connection.root()
          root["visits"] = root.get("visits", 0) + 1
          print("visits:", root["visits"])
      db.close()
      """;

  private final Path directory;
  private final int port;

  UpIT(@TempDir Path directory) throws IOException {
    this.directory = directory;
    this.port = FreePort.find();
  }

  @Test
  void theExampleServesAPythonClientAndKeepsItsDataOverARestart() throws Exception {
    example("Free");
    try (CommandProcess up = up()) {
      up.awaitLine(READY + port);
      assertThat(up.flags()).contains("-XX:+ExitOnOutOfMemoryError");
      assertThat(visits()).isEqualTo("visits: 1");
      up.sigterm();
      assertThat(up.awaitExit()).isEqualTo(143);
      assertThat(up.err()).isEmpty();
      assertNothingRuns();
    }
    try (CommandProcess up = up()) {
      up.awaitLine(READY + port);
      assertThat(visits()).isEqualTo("visits: 2");
      up.sigint();
      assertThat(up.awaitExit()).isEqualTo(130);
      assertNothingRuns();
    }
  }

  @Test
  void theSnippetThatIsPrintedRuns() throws Exception {
    example("Free");
    try (CommandProcess up = up()) {
      up.awaitLine(READY + port);
      up.awaitLine("Ctrl-C stops it");
      String printed = up.out();
      String snippet = printed.substring(printed.indexOf("import ZEO"), printed.indexOf("Ctrl-C"));
      assertThat(python(snippet)).isEqualTo("visits: 1");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"Free", "Preserving"})
  void severalPythonProcessesCommitAtOnceAndNothingIsLost(String historyMode) throws Exception {
    example(historyMode);
    try (CommandProcess up = up()) {
      up.awaitLine(READY + port);
      try (CommandProcess bank =
          CommandProcess.program(
              directory,
              List.of(
                  PythonEnvironment.zeo6().python().toString(),
                  EXAMPLES.resolve("bank.py").toString(),
                  "--address=127.0.0.1:" + port,
                  "--transfers=50"))) {
        assertThat(bank.awaitExit()).as("%s", bank).isZero();
        assertThat(bank.out()).contains("all 40000 cents are there, and every tree is sound");
      }
    }
  }

  @Test
  void aSecondUpOnTheSameDirectoryIsRefusedWithTheReason() throws Exception {
    example("Free");
    try (CommandProcess up = up()) {
      up.awaitLine(READY + port);
      try (CommandProcess second = up()) {
        assertThat(second.awaitExit()).isEqualTo(2);
        assertThat(second.err())
            .contains("is in use by another 'objectdb up' (process %d)".formatted(up.pid()));
      }
      assertThat(visits()).isEqualTo("visits: 1");
    }
  }

  @Test
  void afterAKillOfEverythingTheNextUpGoesOn() throws Exception {
    example("Free");
    try (CommandProcess up = up()) {
      up.awaitLine(READY + port);
      assertThat(visits()).isEqualTo("visits: 1");
      ProcessHandle postmaster = postmaster();
      up.sigkill();
      postmaster.destroyForcibly();
      up.awaitExit();
    }
    try (CommandProcess up = up()) {
      up.awaitLine(READY + port);
      assertThat(visits()).isEqualTo("visits: 2");
    }
  }

  @Test
  void afterAKillOfTheCommandAloneTheNextUpGoesOn() throws Exception {
    example("Free");
    try (CommandProcess up = up()) {
      up.awaitLine(READY + port);
      assertThat(visits()).isEqualTo("visits: 1");
      up.sigkill();
      up.awaitExit();
    }
    try (CommandProcess up = up()) {
      up.awaitLine(READY + port);
      assertThat(visits()).isEqualTo("visits: 2");
      up.sigterm();
      up.awaitExit();
      assertNothingRuns();
    }
  }

  @Test
  void ctrlCWhileItStartsLeavesNothingRunning() throws Exception {
    example("Free");
    try (CommandProcess up = up()) {
      up.awaitLine("starting PostgreSQL");
      up.sigint();
      assertThat(up.awaitExit()).isEqualTo(130);
      assertNothingRuns();
    }
  }

  @Test
  void aPortInUseIsOneClearLine() throws Exception {
    example("Free");
    try (ServerSocket taken = new ServerSocket(port, 1, InetAddress.ofLiteral("127.0.0.1"));
        CommandProcess up = up()) {
      assertThat(up.awaitExit()).isEqualTo(2);
      assertThat(up.err())
          .isEqualTo(
              "objectdb: cannot listen on 127.0.0.1 port %d (Address already in use): free that"
                      .formatted(taken.getLocalPort())
                  + " port, or choose another");
      assertNothingRuns();
    }
  }

  @Test
  void theServerOfASecretIsUsedInPlaceOfAnEmbeddedOne() throws Exception {
    example("Free");
    try (CommandProcess up = up()) {
      up.awaitLine(READY + port);
      String uri = Files.readString(directory.resolve("data/postgres.uri")).strip();
      Files.writeString(
          directory.resolve("other.yaml"),
          """
          apiVersion: v1
          kind: Secret
          metadata: {name: pg}
          stringData: {uri: "%s"}
          ---
          apiVersion: objectdb.dev/v1alpha1
          kind: ObjectDatabase
          metadata: {name: other}
          spec:
            replicas: 1
            postgres: {secretRef: {name: pg}, schema: other}
            zeo: {port: %d}
          """
              .formatted(uri, FreePort.find()));
      try (CommandProcess other = CommandProcess.launcher(directory, "up", "-f", "other.yaml")) {
        String line = other.awaitLine("other is ready");
        assertThat(other.out()).doesNotContain("starting PostgreSQL", "note:");
        assertThat(python(COUNT_VISITS, line.replaceAll(".*:([0-9]+),.*", "$1")))
            .isEqualTo("visits: 1");
      }
    }
  }

  @Test
  void whileThePostgresqlOfASecretIsAwayItIsWaitedFor() throws Exception {
    Files.writeString(
        directory.resolve("objectdb.yaml"),
        """
        apiVersion: v1
        kind: Secret
        metadata: {name: pg}
        stringData: {uri: "postgresql://zope:canary-7f3a@127.0.0.1:%d/zodb"}
        ---
        apiVersion: objectdb.dev/v1alpha1
        kind: ObjectDatabase
        metadata: {name: site}
        spec: {postgres: {secretRef: {name: pg}}}
        """
            .formatted(port));
    try (CommandProcess up = up()) {
      assertThat(up.awaitLine("still starting the server"))
          .contains("waiting for postgresql://zope@127.0.0.1:%d/zodb".formatted(port));
      up.sigterm();
      assertThat(up.awaitExit()).isEqualTo(143);
      assertThat(up.toString()).doesNotContain("canary-7f3a");
    }
  }

  @Test
  void aMissingSecretIsRefusedByName() throws Exception {
    Files.writeString(
        directory.resolve("objectdb.yaml"),
        """
        apiVersion: objectdb.dev/v1alpha1
        kind: ObjectDatabase
        metadata: {name: site}
        spec: {postgres: {secretRef: {name: pg-app}}}
        """);
    try (CommandProcess up = up()) {
      assertThat(up.awaitExit()).isEqualTo(2);
      assertThat(up.err())
          .startsWith(
              "objectdb: objectdb.yaml: spec.postgres.secretRef.name: there is no Secret"
                  + " \"pg-app\" in the file: add it");
    }
  }

  /** The example as it is, but for the port, which has to be free, and the mode. */
  private void example(String historyMode) throws IOException {
    String text = Files.readString(EXAMPLES.resolve("objectdb.yaml"));
    Files.writeString(
        directory.resolve("objectdb.yaml"),
        text.replaceFirst("(?m)^  historyMode: .*\\R", "")
            .replaceFirst(
                "(?m)^spec:$",
                "spec:\n  zeo: {port: %d}\n  historyMode: %s".formatted(port, historyMode)));
  }

  private CommandProcess up() throws IOException {
    return CommandProcess.launcher(directory, "up", "-f", "objectdb.yaml", "--data-dir", "data");
  }

  private String visits() throws Exception {
    return python(COUNT_VISITS, String.valueOf(port));
  }

  private String python(String program, String... arguments) throws Exception {
    Path file = Files.writeString(directory.resolve("client.py"), program);
    List<String> command =
        new java.util.ArrayList<>(
            List.of(PythonEnvironment.zeo6().python().toString(), file.toString()));
    command.addAll(List.of(arguments));
    try (CommandProcess client = CommandProcess.program(directory, command)) {
      assertThat(client.awaitExit()).as("%s", client).isZero();
      return client.out();
    }
  }

  private ProcessHandle postmaster() throws IOException {
    Path pidFile = directory.resolve("data/postgres/postmaster.pid");
    return ProcessHandle.of(Long.parseLong(Files.readAllLines(pidFile).getFirst())).orElseThrow();
  }

  /** Every process of ours has the directory in its command line, or is gone. */
  private void assertNothingRuns() {
    String data = directory.resolve("data/postgres").toString();
    await()
        .atMost(CommandProcess.PATIENCE)
        .untilAsserted(
            () ->
                assertThat(ProcessHandle.allProcesses())
                    .noneMatch(it -> it.info().commandLine().orElse("").contains(data)));
    assertThat(directory.resolve("data/postgres/postmaster.pid")).doesNotExist();
  }
}
