package dev.objectdb.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.objectdb.testing.EmbeddedPg;
import dev.objectdb.testing.PostgresExtension;
import dev.objectdb.testing.PythonEnvironment;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * Clients that are hostile or have bad luck, against a server process with little memory, beside a
 * stock client that goes on with its work. How long that one's work takes is printed, not judged.
 */
class HostileClientsIT {
  private static final int STORES = Integer.getInteger("hostile.stores", 100_000);
  private static final int CONNECTIONS_MAX = 64;

  /** Less than any of these clients could fill if the server let it. */
  private static final String MEMORY = "-Xmx160m -XX:+ExitOnOutOfMemoryError";

  private static final Pattern MEASURED =
      Pattern.compile("(\\d+) visits, commit ([\\d.]+) ms, load ([\\d.]+) ms");

  @RegisterExtension final PostgresExtension postgres = PostgresExtension.empty();

  private final Path directory;

  HostileClientsIT(@TempDir Path directory) {
    this.directory = directory;
  }

  private PodProcess serve() throws IOException {
    return PodProcess.start(
        directory,
        "postgresql://postgres@localhost:%d/%s"
            .formatted(EmbeddedPg.shared().port(), postgres.database()),
        Map.of(
            "JAVA_TOOL_OPTIONS", MEMORY,
            "OBJECTDB_ZEO_MAX_CONNECTIONS", "1100",
            "OBJECTDB_ZEO_TRANSACTION_TIMEOUT", "5s"));
  }

  private CommandProcess client(PodProcess server, String kind, int count) throws Exception {
    return CommandProcess.program(
        directory,
        List.of(
            PythonEnvironment.zeo6().python().toString(),
            PythonEnvironment.script("hostile_clients.py").toString(),
            String.valueOf(server.port()),
            kind,
            String.valueOf(count)));
  }

  /** The stock client's next round of work. */
  private static Matcher measure(CommandProcess bystander) throws Exception {
    bystander.enter();
    Matcher measured = MEASURED.matcher(bystander.awaitLine(" visits"));
    assertThat(measured.matches()).isTrue();
    return measured;
  }

  private static void print(String beside, Matcher alone, Matcher together) {
    System.out.printf(
        "a stock client beside %s: commit %s ms, alone %s; load %s ms, alone %s%n",
        beside, together.group(2), alone.group(2), together.group(3), alone.group(3));
  }

  @Test
  void aThousandIdleLinksShareTheFewConnectionsToPostgresql() throws Exception {
    try (PodProcess server = serve();
        CommandProcess bystander = client(server, "bystander", 1)) {
      bystander.awaitLine("is there");
      measure(bystander); // warms up
      Matcher alone = measure(bystander);
      try (CommandProcess idle = client(server, "idle", 1000)) {
        idle.awaitLine("1000 links are idle");
        print("a thousand idle ones", alone, measure(bystander));
        assertThat(backends()).isLessThanOrEqualTo(CONNECTIONS_MAX);
        assertThat(server.get("/metrics").body()).contains("objectdb_connections 1001.0");
      }
      assertThat(measure(bystander).group(1)).isEqualTo("160");
    }
  }

  @Test
  void aLargeTransactionFitsIntoLittleMemoryAndHoldsNobodyUp() throws Exception {
    try (PodProcess server = serve();
        CommandProcess bystander = client(server, "bystander", 1)) {
      bystander.awaitLine("is there");
      measure(bystander);
      Matcher alone = measure(bystander);
      try (CommandProcess large = client(server, "large", STORES)) {
        large.awaitLine("stores begin");
        Matcher together = measure(bystander);
        while (!large.out().contains("committed")) {
          together = measure(bystander);
        }
        print("one that stores %,d objects".formatted(STORES), alone, together);
      }
      assertThat(objects()).isEqualTo(STORES + 1L); // and the root
    }
  }

  @Test
  void unluckyClientsAreCutWithALineEachAndNobodyElseIs() throws Exception {
    try (PodProcess server = serve();
        CommandProcess bystander = client(server, "bystander", 1)) {
      bystander.awaitLine("is there");
      measure(bystander);
      Matcher alone = measure(bystander);
      try (CommandProcess deaf = client(server, "deaf", 20);
          CommandProcess hung = client(server, "hung", 20);
          CommandProcess silent = client(server, "silent", 20)) {
        deaf.awaitLine("do not read");
        hung.awaitLine("have voted");
        silent.awaitLine("are silent");
        print("60 that do not read, finish or speak", alone, measure(bystander));
        try (CommandProcess garbage = client(server, "garbage", 100)) {
          garbage.awaitLine("nothing that makes sense");
        }
        try (CommandProcess oversized = client(server, "oversized", 20)) {
          oversized.awaitLine("announced too much");
        }
        await()
            .atMost(Duration.ofMinutes(3))
            .untilAsserted(() -> assertThat(server.lines("cutting a link")).hasSize(60));
        measure(bystander);
      }
      assertThat(server.lines("does not take what it is sent")).hasSize(20);
      assertThat(server.lines("does not register")).hasSize(20);
      assertThat(server.lines("does not speak ZEO")).hasSize(120);
      assertThat(server.lines("transaction timed out")).hasSize(20);
      assertThat(server.lines("\"ERROR\"")).isEmpty();
      assertThat(backends()).isLessThanOrEqualTo(CONNECTIONS_MAX);
    }
  }

  private long backends() throws SQLException {
    return count(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = '%s'"
            .formatted(postgres.database()));
  }

  private long objects() throws SQLException {
    return count("SELECT count(*) FROM object_state");
  }

  private long count(String sql) throws SQLException {
    try (Connection connection = EmbeddedPg.shared().connect(postgres.database());
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      rows.next();
      return rows.getLong(1);
    }
  }
}
