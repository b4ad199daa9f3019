package dev.objectdb.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import dev.objectdb.testing.EmbeddedPg;
import dev.objectdb.testing.PostgresExtension;
import dev.objectdb.testing.PythonEnvironment;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** TLS as stock clients speak it, with certificates that are replaced while the server runs. */
class TlsIT {
  private static final String REFUSED = "ClientDisconnected";

  @RegisterExtension final PostgresExtension postgres = PostgresExtension.empty();

  private final Path directory;

  TlsIT(@TempDir Path directory) {
    this.directory = directory;
  }

  private static Process python(Object... arguments) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(PythonEnvironment.zeo6().python().toString());
    command.add(Path.of("src", "test", "python", "tls_client.py").toAbsolutePath().toString());
    Stream.of(arguments).map(String::valueOf).forEach(command::add);
    return new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
  }

  private static String outputOf(Object... arguments) throws Exception {
    Process process = python(arguments);
    String output =
        new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    assertThat(process.waitFor()).as(output).isZero();
    return output;
  }

  /** Makes an authority with a server's and a client's certificate below a new directory. */
  private Path certificates(String name) throws Exception {
    Path made = directory.resolve(name);
    outputOf("certificates", made);
    return made;
  }

  private StorageServer serve(Map<String, String> more) throws InterruptedException {
    Map<String, String> environment = new HashMap<>(more);
    environment.put(
        "OBJECTDB_POSTGRES_URI",
        "postgresql://postgres@localhost:%d/%s"
            .formatted(EmbeddedPg.shared().port(), postgres.database()));
    environment.put("OBJECTDB_ZEO_HOST", "127.0.0.1");
    environment.put("OBJECTDB_ZEO_PORT", "0");
    environment.put("OBJECTDB_MONITORING_PORT", "0");
    StorageServer server = new StorageServer(ServerConfig.read(environment));
    server.start();
    return server;
  }

  private static Map<String, String> tls(Path secrets) {
    return Map.of("OBJECTDB_ZEO_TLS_DIRECTORY", secrets.resolve("server").toString());
  }

  private static Map<String, String> tls(Path secrets, String clientAuth) {
    Map<String, String> environment = new HashMap<>(tls(secrets));
    environment.put("OBJECTDB_ZEO_TLS_CLIENT_AUTH", clientAuth);
    environment.put("OBJECTDB_ZEO_TLS_CLIENT_CA_DIRECTORY", secrets.resolve("ca").toString());
    return environment;
  }

  @Test
  void aClientThatTrustsTheServerIsServedAndOneThatDoesNotIsNot() throws Exception {
    Path own = certificates("own");
    Path other = certificates("other");
    try (StorageServer server = serve(tls(own))) {
      assertThat(outputOf("visit", server.port(), own.resolve("ca"))).isEqualTo("1");
      assertThat(outputOf("visit", server.port(), other.resolve("ca"))).isEqualTo(REFUSED);
      assertThat(outputOf("visit", server.port(), own.resolve("ca"))).isEqualTo("2");
    }
  }

  @Test
  void aClientThatSpeaksInTheClearIsToldNothing() throws Exception {
    try (StorageServer server = serve(tls(certificates("own")));
        Socket plain = new Socket(InetAddress.ofLiteral("127.0.0.1"), server.port())) {
      plain.setSoTimeout(300);
      assertThatExceptionOfType(java.net.SocketTimeoutException.class)
          .isThrownBy(() -> plain.getInputStream().read()); // a server in the clear speaks first
      plain.getOutputStream().write(new byte[] {0, 0, 0, 2, 'Z', '5'});
      plain.setSoTimeout(20_000);
      byte[] answer = plain.getInputStream().readAllBytes();
      assertThat(new String(answer, StandardCharsets.ISO_8859_1)).doesNotContain("Z5");
    }
  }

  @Test
  void whereCertificatesAreRequiredOnlyClientsThatHaveAGoodOneAreServed() throws Exception {
    Path own = certificates("own");
    Path other = certificates("other");
    try (StorageServer server = serve(tls(own, "Require"))) {
      Path ca = own.resolve("ca");
      assertThat(outputOf("visit", server.port(), ca, own.resolve("client"))).isEqualTo("1");
      assertThat(outputOf("visit", server.port(), ca)).isEqualTo(REFUSED);
      assertThat(outputOf("visit", server.port(), ca, other.resolve("client"))).isEqualTo(REFUSED);
    }
  }

  @Test
  void whereCertificatesAreOptionalAClientWithoutOneIsServedAndOneWithABadOneIsNot()
      throws Exception {
    Path own = certificates("own");
    Path other = certificates("other");
    try (StorageServer server = serve(tls(own, "Optional"))) {
      Path ca = own.resolve("ca");
      assertThat(outputOf("visit", server.port(), ca)).isEqualTo("1");
      assertThat(outputOf("visit", server.port(), ca, own.resolve("client"))).isEqualTo("2");
      assertThat(outputOf("visit", server.port(), ca, other.resolve("client"))).isEqualTo(REFUSED);
    }
  }

  @Test
  void replacedFilesAreUsedForNewLinksWhileOpenOnesGoOn() throws Exception {
    Path own = certificates("own");
    Path next = certificates("next");
    Path old = certificates("old");
    copy(own, old);
    try (StorageServer server = serve(tls(own, "Optional"))) {
      Process staying = python("stay", server.port(), own.resolve("ca"));
      try (BufferedReader lines = staying.inputReader()) {
        assertThat(lines.readLine()).isEqualTo("1");
        copy(next, own);
        await()
            .atMost(Duration.ofMinutes(1))
            .until(
                () ->
                    !outputOf("visit", server.port(), next.resolve("ca"), next.resolve("client"))
                        .equals(REFUSED));
        assertThat(outputOf("visit", server.port(), old.resolve("ca"))).isEqualTo(REFUSED);
        staying.getOutputStream().write('\n');
        staying.getOutputStream().flush();
        assertThat(lines.readLine()).isEqualTo("3");
        staying.getOutputStream().close();
        assertThat(staying.waitFor()).isZero();
      } finally {
        staying.destroy();
      }
    }
  }

  @Test
  void filesThatCannotBeUsedLeaveTheFormerOnesInUse() throws Exception {
    Path own = certificates("own");
    Path ca = own.resolve("ca");
    Path key = own.resolve("server").resolve("tls.key");
    try (StorageServer server = serve(tls(own))) {
      Files.copy(
          certificates("other").resolve("server").resolve("tls.key"),
          key,
          StandardCopyOption.REPLACE_EXISTING);
      Thread.sleep(Duration.ofSeconds(6)); // longer than it looks away
      assertThat(outputOf("visit", server.port(), ca)).isEqualTo("1");
      Files.delete(key);
      Thread.sleep(Duration.ofSeconds(6));
      assertThat(outputOf("visit", server.port(), ca)).isEqualTo("2");
    }
  }

  @Test
  void aServerDrainsItsClientsOverTlsWithoutWaitingForThem() throws Exception {
    Path own = certificates("own");
    Process staying;
    try (StorageServer server = serve(tls(own))) {
      staying = python("stay", server.port(), own.resolve("ca"));
      assertThat(staying.inputReader().readLine()).isEqualTo("1");
    }
    staying.destroy();
  }

  @Test
  void filesThatCannotBeUsedAtTheStartAreRefusedByName() throws Exception {
    Path own = certificates("own");
    Files.delete(own.resolve("server").resolve("tls.crt"));
    assertThatExceptionOfType(ConfigException.class)
        .isThrownBy(() -> serve(tls(own)).close())
        .withMessageContaining("OBJECTDB_ZEO_TLS_DIRECTORY is")
        .withMessageContaining("there is no file")
        .withMessageContaining("tls.crt");
    Files.writeString(own.resolve("server").resolve("tls.crt"), "no certificate");
    assertThatExceptionOfType(ConfigException.class)
        .isThrownBy(() -> serve(tls(own)).close())
        .withMessageContaining("no PEM file");
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Files.copy(file, to.resolve(from.relativize(file)), StandardCopyOption.REPLACE_EXISTING);
      }
    }
  }
}
