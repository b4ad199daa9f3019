package dev.objectdb.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.objectdb.object.Limits;
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
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * Clients that are hostile or have bad luck, against a server process with little memory, beside a
 * stock client that goes on with its work. How long that one's work takes is printed, not judged,
 * and says something only where no other test runs meanwhile: what prints it is tagged so.
 */
class HostileClientsIT {
  private static final int STORES = Integer.getInteger("hostile.stores", 100_000);
  private static final int CONNECTIONS_MAX = 64;

  /**
   * Less than any of these clients could fill if the server let it, and enough to allow a
   * transaction of so many objects.
   */
  private static final int HEAP_MIB = Math.max(160, STORES / 1200);

  private static final String MEMORY = "-Xmx%dm -XX:+ExitOnOutOfMemoryError".formatted(HEAP_MIB);

  private static final String ALONE = "alone";

  private static final ObjectMapper JSON = new ObjectMapper();

  private static final Pattern MEASURED =
      Pattern.compile("(\\d+) visits, commit ([\\d.]+) ms, load ([\\d.]+) ms");

  @RegisterExtension final PostgresExtension postgres = PostgresExtension.empty();

  private final Path directory;

  HostileClientsIT(@TempDir Path directory) {
    this.directory = directory;
  }

  private CommandProcess serve() throws IOException {
    return CommandProcess.jar(
        Map.of(
            "JAVA_TOOL_OPTIONS", MEMORY,
            "OBJECTDB_POSTGRES_URI",
                "postgresql://postgres@localhost:%d/%s"
                    .formatted(EmbeddedPg.shared().port(), postgres.database()),
            "OBJECTDB_ZEO_HOST", "127.0.0.1",
            "OBJECTDB_ZEO_PORT", "0",
            "OBJECTDB_ZEO_MAX_CONNECTIONS", "1100",
            "OBJECTDB_ZEO_TRANSACTION_TIMEOUT", "5s",
            "OBJECTDB_MONITORING_PORT", "0"),
        "serve");
  }

  /** Waits until the server serves. */
  private static int port(CommandProcess server) throws Exception {
    await().atMost(CommandProcess.PATIENCE).until(() -> !lines(server, "\"serving\"").isEmpty());
    return JSON.readTree(lines(server, "\"serving\"").getFirst()).findValue("port").asInt();
  }

  /** What the server has logged so far, where this text is in it. */
  private static List<String> lines(CommandProcess server, String text) {
    return server.out().lines().filter(line -> line.contains(text)).toList();
  }

  private CommandProcess client(int port, String kind, int count) throws Exception {
    return CommandProcess.program(
        directory,
        List.of(
            PythonEnvironment.zeo6().python().toString(),
            PythonEnvironment.script("hostile_clients.py").toString(),
            String.valueOf(port),
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
  @Tag(ALONE)
  void aThousandIdleLinksShareTheFewConnectionsToPostgresql() throws Exception {
    try (CommandProcess server = serve();
        CommandProcess bystander = client(port(server), "bystander", 1)) {
      bystander.awaitLine("is there");
      measure(bystander); // warms up
      Matcher alone = measure(bystander);
      try (CommandProcess idle = client(port(server), "idle", 1000)) {
        idle.awaitLine("1000 links are idle");
        print("a thousand idle ones", alone, measure(bystander));
        assertThat(backends()).isLessThanOrEqualTo(CONNECTIONS_MAX);
        assertThat(lines(server, "client registered")).hasSize(1001);
      }
      assertThat(measure(bystander).group(1)).isEqualTo("160");
    }
  }

  @Test
  @Tag(ALONE)
  void aLargeTransactionFitsIntoLittleMemoryAndHoldsNobodyUp() throws Exception {
    try (CommandProcess server = serve();
        CommandProcess bystander = client(port(server), "bystander", 1)) {
      bystander.awaitLine("is there");
      measure(bystander);
      Matcher alone = measure(bystander);
      try (CommandProcess large = client(port(server), "large", STORES)) {
        large.awaitLine("stores begin");
        Matcher together = measure(bystander);
        while (!large.out().contains("committed")) {
          assertThat(large.hasEnded()).as("%s%n%s", large, server).isFalse();
          together = measure(bystander);
        }
        print("one that stores %,d objects".formatted(STORES), alone, together);
      }
      assertThat(objects()).isEqualTo(STORES + 1L); // and the root
    }
  }

  @Test
  void aTransactionOfMoreObjectsThanTheMemoryTakesIsRefusedAndEndsNothingElse() throws Exception {
    try (CommandProcess server = serve();
        CommandProcess bystander = client(port(server), "bystander", 1)) {
      bystander.awaitLine("is there");
      int over = Limits.DEFAULT.within((long) HEAP_MIB << 20).openObjectsMax() + 10_000;
      try (CommandProcess excessive = client(port(server), "excessive", over)) {
        excessive.awaitLine("more objects than its memory takes");
        assertThat(measure(bystander).group(1)).isEqualTo("40");
      }
      assertThat(objects()).isEqualTo(1);
      assertThat(lines(server, "\"ERROR\"")).isEmpty();
    }
  }

  @Test
  @Tag(ALONE)
  void unluckyClientsHoldNobodyUp() throws Exception {
    try (CommandProcess server = serve();
        CommandProcess bystander = client(port(server), "bystander", 1)) {
      bystander.awaitLine("is there");
      measure(bystander);
      Matcher alone = measure(bystander);
      try (CommandProcess deaf = client(port(server), "deaf", 20);
          CommandProcess hung = client(port(server), "hung", 20);
          CommandProcess silent = client(port(server), "silent", 20)) {
        deaf.awaitLine("do not read");
        hung.awaitLine("have voted");
        silent.awaitLine("are silent");
        print("60 that do not read, finish or speak", alone, measure(bystander));
      }
    }
  }

  @Test
  void unluckyClientsAreCutWithALineEachAndNobodyElseIs() throws Exception {
    try (CommandProcess server = serve();
        CommandProcess bystander = client(port(server), "bystander", 1)) {
      bystander.awaitLine("is there");
      measure(bystander);
      try (CommandProcess deaf = client(port(server), "deaf", 20);
          CommandProcess hung = client(port(server), "hung", 20);
          CommandProcess silent = client(port(server), "silent", 20)) {
        deaf.awaitLine("do not read");
        hung.awaitLine("have voted");
        silent.awaitLine("are silent");
        measure(bystander);
        try (CommandProcess garbage = client(port(server), "garbage", 100)) {
          garbage.awaitLine("nothing that makes sense");
        }
        try (CommandProcess oversized = client(port(server), "oversized", 20)) {
          oversized.awaitLine("announced too much");
        }
        await()
            .atMost(Duration.ofMinutes(3))
            .untilAsserted(() -> assertThat(lines(server, "cutting a link")).hasSize(60));
        measure(bystander);
      }
      assertThat(lines(server, "does not take what it is sent")).hasSize(20);
      assertThat(lines(server, "does not register")).hasSize(20);
      assertThat(lines(server, "does not speak ZEO")).hasSize(120);
      assertThat(lines(server, "transaction timed out")).hasSize(20);
      assertThat(lines(server, "\"ERROR\"")).isEmpty();
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
