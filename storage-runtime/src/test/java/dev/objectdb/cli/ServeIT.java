package dev.objectdb.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.objectdb.storage.HistoryMode;
import dev.objectdb.testing.EmbeddedPg;
import dev.objectdb.testing.FreePort;
import dev.objectdb.testing.PostgresExtension;
import dev.objectdb.testing.PythonEnvironment;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** {@code objectdb serve} and {@code objectdb schema apply} as a pod runs them. */
class ServeIT {
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final String CANARY = "canary-7f3a";

  @RegisterExtension final PostgresExtension postgres = PostgresExtension.empty();

  private final Path directory;
  private final HttpClient http = HttpClient.newHttpClient();
  private final int zeoPort;
  private final int monitoringPort;

  ServeIT(@TempDir Path directory) throws IOException {
    this.directory = directory;
    zeoPort = FreePort.find();
    monitoringPort = FreePort.find();
  }

  @Test
  void anEmptyDatabaseIsServedMeasuredAndDrained() throws Exception {
    try (CommandProcess serve = CommandProcess.jar(environment(), "serve")) {
      awaitReady(serve);
      assertThat(get("/livez").statusCode()).isEqualTo(200);
      assertThat(get("/other").statusCode()).isEqualTo(404);
      storeSomething();
      JsonNode status = MAPPER.readTree(get("/admin/status").body());
      assertThat(shape(status)).isEqualTo(shape(golden()));
      assertThat(status.at("/state").asText()).isEqualTo("Serving");
      assertThat(status.at("/ready").asBoolean()).isTrue();
      assertThat(status.at("/database/historyMode").asText()).isEqualTo("Free");
      assertThat(status.at("/database/lastTid").asText()).matches("0x[0-9a-f]{16}");
      assertMetrics();
      serve.sigterm();
      assertThat(serve.awaitExit()).isEqualTo(143);
      assertThat(serve.err()).isEmpty();
      assertThat(serve.out().lines()).allSatisfy(line -> MAPPER.readTree(line).required("message"));
      assertThat(messages(serve)).contains("serving", "draining", "stopped");
      assertThat(serve.toString()).doesNotContain(CANARY);
    }
  }

  @Test
  void aVotedTransactionMayFinishWhileTheServerDrains() throws Exception {
    try (CommandProcess serve = CommandProcess.jar(environment(), "serve")) {
      awaitReady(serve);
      try (CommandProcess voter =
          python(
              """
              import sys, transaction, ZEO, ZODB, ZEO.ClientStorage
              db = ZEO.DB(("127.0.0.1", int(sys.argv[1])), wait_timeout=60)
              connection = db.open()
              connection.root()["drained"] = True
              class Last:
                  def tpc_begin(self, t): pass
                  def commit(self, t): pass
                  def tpc_vote(self, t):
                      print("voted", flush=True)
                      sys.stdin.readline()
                  def tpc_finish(self, t): pass
                  def tpc_abort(self, t): pass
                  def abort(self, t): pass
                  def sortKey(self): return "~~~~"
              transaction.get().join(Last())
              transaction.commit()
              print("finished", flush=True)
              """)) {
        voter.awaitLine("voted");
        serve.sigterm();
        await().until(() -> serve.out().contains("\"draining\""));
        voter.enter();
        voter.awaitLine("finished");
      }
      assertThat(serve.awaitExit()).isEqualTo(143);
    }
    try (CommandProcess serve = CommandProcess.jar(environment(), "serve")) {
      awaitReady(serve);
      try (CommandProcess reader =
          python(
              """
              import sys, ZEO
              db = ZEO.DB(("127.0.0.1", int(sys.argv[1])), wait_timeout=60)
              print(db.open().root()["drained"])
              """)) {
        assertThat(reader.awaitExit()).as("%s", reader).isZero();
        assertThat(reader.out()).isEqualTo("True");
      }
      serve.sigterm();
      serve.awaitExit();
    }
  }

  @Test
  void whilePostgresqlIsAwayTheServerLivesAndIsNotReady() throws Exception {
    try (EmbeddedPg server = EmbeddedPg.own()) {
      Map<String, String> environment = environment(uri(server, "postgres"));
      try (CommandProcess serve = CommandProcess.jar(environment, "serve")) {
        awaitReady(serve);
        server.stop();
        await().atMost(CommandProcess.PATIENCE).until(() -> get("/readyz").statusCode() == 503);
        assertThat(get("/readyz").body()).isEqualTo("PostgreSQL does not answer\n");
        assertThat(get("/livez").statusCode()).isEqualTo(200);
        assertThat(get("/admin/status").statusCode()).isEqualTo(200);
        serve.sigterm();
        assertThat(serve.awaitExit()).isEqualTo(143);
        assertThat(serve.toString()).doesNotContain(CANARY);
      }
    }
  }

  @Test
  void aServerThatStartsBeforePostgresqlWaitsForIt() throws Exception {
    Map<String, String> environment =
        environment("postgresql://postgres:%s@127.0.0.1:%d/zodb".formatted(CANARY, zeoPort));
    try (CommandProcess serve = CommandProcess.jar(environment, "serve")) {
      await().atMost(CommandProcess.PATIENCE).until(() -> serve.out().contains("waiting for"));
      assertThat(get("/livez").statusCode()).isEqualTo(200);
      assertThat(get("/readyz").statusCode()).isEqualTo(503);
      assertThat(get("/readyz").body())
          .startsWith("waiting for postgresql://postgres@127.0.0.1:%d/zodb: ".formatted(zeoPort));
      assertThat(get("/admin/status").body()).contains("\"Starting\"").doesNotContain(CANARY);
      serve.sigterm();
      assertThat(serve.awaitExit()).isEqualTo(143);
      assertThat(serve.toString()).doesNotContain(CANARY);
    }
  }

  @Test
  void theOtherHistoryModeIsRefused() throws Exception {
    applySchema(HistoryMode.PRESERVING);
    try (CommandProcess serve = CommandProcess.jar(environment(), "serve")) {
      assertThat(serve.awaitExit()).isEqualTo(2);
      assertThat(serve.err()).startsWith("objectdb: ").hasLineCount(1).containsIgnoringCase("mode");
      assertThat(serve.toString()).doesNotContain(CANARY);
    }
  }

  @Test
  void anUnknownKeyIsToldByNameAndServedAllTheSame() throws Exception {
    Map<String, String> environment = environment();
    environment.put("OBJECTDB_ZEO_PROT", "8100");
    try (CommandProcess serve = CommandProcess.jar(environment, "serve")) {
      awaitReady(serve);
      assertThat(serve.out().lines().filter(line -> line.contains("OBJECTDB_ZEO_PROT")))
          .singleElement()
          .asString()
          .contains("is no key of this version");
    }
  }

  @Test
  void theSchemaIsAppliedOnceAndThenLeftAlone() throws Exception {
    try (CommandProcess first = CommandProcess.jar(environment(), "schema", "apply")) {
      assertThat(first.awaitExit()).as("%s", first).isZero();
      assertThat(first.out()).contains("schema version ", ", was 0");
    }
    try (CommandProcess second = CommandProcess.jar(environment(), "schema", "apply")) {
      assertThat(second.awaitExit()).as("%s", second).isZero();
      assertThat(second.out()).contains("nothing to do");
    }
  }

  private void applySchema(HistoryMode mode) throws Exception {
    Map<String, String> environment = environment();
    environment.put(
        "OBJECTDB_HISTORY_MODE",
        switch (mode) {
          case FREE -> "Free";
          case PRESERVING -> "Preserving";
        });
    try (CommandProcess apply = CommandProcess.jar(environment, "schema", "apply")) {
      assertThat(apply.awaitExit()).as("%s", apply).isZero();
    }
  }

  private Map<String, String> environment() throws IOException {
    return environment(uri(EmbeddedPg.shared(), postgres.database()));
  }

  /** The address comes from a file, as in a pod; its password is one that must never be seen. */
  private Map<String, String> environment(String uri) throws IOException {
    Path file = Files.writeString(directory.resolve("uri"), uri + "\n");
    Map<String, String> environment = new HashMap<>();
    environment.put("OBJECTDB_POSTGRES_URI_FILE", file.toString());
    environment.put("OBJECTDB_ZEO_HOST", "127.0.0.1");
    environment.put("OBJECTDB_ZEO_PORT", String.valueOf(zeoPort));
    environment.put("OBJECTDB_MONITORING_PORT", String.valueOf(monitoringPort));
    return environment;
  }

  private static String uri(EmbeddedPg server, String database) {
    return "postgresql://postgres:%s@localhost:%d/%s".formatted(CANARY, server.port(), database);
  }

  private void awaitReady(CommandProcess serve) {
    await()
        .atMost(CommandProcess.PATIENCE)
        .failFast(
            "the server has ended", () -> assertThat(serve.hasEnded()).as("%s", serve).isFalse())
        .ignoreExceptions()
        .until(() -> get("/readyz").statusCode() == 200);
  }

  private void storeSomething() throws Exception {
    try (CommandProcess client =
        python(
            """
            import sys, ZEO
            db = ZEO.DB(("127.0.0.1", int(sys.argv[1])), wait_timeout=60)
            with db.transaction() as connection:
                connection.root()["stored"] = 1
            db.close()
            """)) {
      assertThat(client.awaitExit()).as("%s", client).isZero();
    }
  }

  private void assertMetrics() throws Exception {
    HttpResponse<String> metrics = get("/metrics");
    assertThat(metrics.headers().firstValue("content-type").orElseThrow())
        .startsWith("text/plain; version=0.0.4");
    Stream.of(
            "objectdb_connections ",
            "objectdb_loads_total ",
            "objectdb_stores_total ",
            "objectdb_commits_total ",
            "objectdb_aborts_total ",
            "objectdb_conflicts_total ",
            "objectdb_commit_seconds_count ",
            "objectdb_commit_seconds_bucket{le=",
            "objectdb_load_seconds_count{kind=\"load_before\"",
            "objectdb_feed_lag_seconds ",
            "objectdb_feed_position_seconds ",
            "objectdb_ready 1.0",
            "jvm_memory_used_bytes{")
        .forEach(name -> assertThat(metrics.body()).contains(name));
    assertThat(metrics.body()).doesNotContain(CANARY);
    assertThat(metrics.body().lines().filter(line -> line.startsWith("objectdb_")).count())
        .as("series of our own, however many clients there are")
        .isLessThan(100);
  }

  private HttpResponse<String> get(String path) throws IOException, InterruptedException {
    URI uri = URI.create("http://127.0.0.1:%d%s".formatted(monitoringPort, path));
    return http.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());
  }

  private CommandProcess python(String program) throws Exception {
    Path file = Files.writeString(directory.resolve("client.py"), program);
    return CommandProcess.program(
        directory,
        List.of(
            PythonEnvironment.zeo6().python().toString(),
            file.toString(),
            String.valueOf(zeoPort)));
  }

  private static List<String> messages(CommandProcess serve) throws IOException {
    return serve.out().lines().map(ServeIT::message).toList();
  }

  private static String message(String line) {
    try {
      return MAPPER.readTree(line).path("message").asText();
    } catch (IOException e) {
      throw new AssertionError(line, e);
    }
  }

  private static JsonNode golden() throws IOException {
    return MAPPER.readTree(
        Path.of("src/test/resources/dev/objectdb/server/admin-status.json").toFile());
  }

  /** The names and the kinds of the values, not the values. */
  private static String shape(JsonNode node) {
    if (node.isObject()) {
      Map<String, String> fields = new java.util.TreeMap<>();
      node.properties().forEach(it -> fields.put(it.getKey(), shape(it.getValue())));
      return fields.toString();
    }
    return node.getNodeType().toString();
  }
}
