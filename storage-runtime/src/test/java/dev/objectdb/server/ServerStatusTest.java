package dev.objectdb.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** Holds the contract with the operator, whose tests read the same texts. */
class ServerStatusTest {
  @Test
  void aServingServerIsDescribedAsAgreed() throws IOException {
    ServerStatus status =
        new ServerStatus(
            "0.1.0",
            ServerStatus.State.SERVING,
            true,
            "serving",
            false,
            3,
            new ServerStatus.Database(
                "Preserving", "0x0404b1a2c3d4e5f6", "2026-11-22T08:00:00.500Z", 1_000, 8_192_000));
    assertThat(Monitoring.json(status)).isEqualTo(golden("admin-status.json"));
  }

  @Test
  void aStartingServerIsDescribedAsAgreed() throws IOException {
    ServerStatus status =
        new ServerStatus(
            "0.1.0",
            ServerStatus.State.STARTING,
            false,
            "waiting for postgresql://zope@db:5432/zodb: Connection refused",
            true,
            0,
            null);
    assertThat(Monitoring.json(status)).isEqualTo(golden("admin-status-starting.json"));
  }

  static String golden(String name) throws IOException {
    try (InputStream in = ServerStatusTest.class.getResourceAsStream(name)) {
      return new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
