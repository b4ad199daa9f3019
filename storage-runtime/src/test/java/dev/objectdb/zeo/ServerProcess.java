package dev.objectdb.zeo;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.objectdb.cli.CommandProcess;
import dev.objectdb.storage.HistoryMode;
import dev.objectdb.testing.EmbeddedPg;
import dev.objectdb.testing.TcpProxy;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One server as a pod runs it: a process of its own that can be killed, stopped in its tracks and
 * started again, behind an address that stays, with a network on either side.
 *
 * <pre>
 *   clients ──▶ {@link #front()} ──▶ the process ──▶ {@link #back()} ──▶ PostgreSQL
 * </pre>
 */
final class ServerProcess implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Tests start many of them, and none lives long. */
  private static final String JVM_OPTIONS =
      "-Xmx256m -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -XX:-UsePerfData";

  private static final int TAIL_LINES = 100;

  private volatile int servingPort;
  private final Supplier<String> database;
  private final HistoryMode mode;
  private final TcpProxy back = new TcpProxy(EmbeddedPg.shared()::port);
  private final TcpProxy front = new TcpProxy(() -> servingPort);
  private @Nullable CommandProcess process;
  private boolean faulty;

  private ServerProcess(Supplier<String> database, HistoryMode mode) {
    this.database = database;
    this.mode = mode;
  }

  /**
   * Starts nothing yet.
   *
   * @param database on the shared PostgreSQL, by its name; asked for at each start
   */
  static ServerProcess of(Supplier<String> database, HistoryMode mode) {
    ServerProcess server = new ServerProcess(database, mode);
    server.front.refuse();
    return server;
  }

  /** The network to its clients. */
  TcpProxy front() {
    return front;
  }

  /** The network to PostgreSQL. */
  TcpProxy back() {
    return back;
  }

  /** Where clients find it, whether it runs or not. */
  int port() {
    return front.port();
  }

  /** Starts the process; {@link #awaitServing} waits for it. */
  void start() {
    String uri = "postgresql://postgres@localhost:%d/%s";
    Map<String, String> environment =
        Map.of(
            "OBJECTDB_POSTGRES_URI",
            uri.formatted(back.port(), database.get()),
            "OBJECTDB_HISTORY_MODE",
            mode == HistoryMode.FREE ? "Free" : "Preserving",
            "OBJECTDB_ZEO_HOST",
            "127.0.0.1",
            "OBJECTDB_ZEO_PORT",
            "0",
            "OBJECTDB_MONITORING_PORT",
            "0",
            "JDK_JAVA_OPTIONS",
            JVM_OPTIONS);
    try {
      process = CommandProcess.jar(environment, "serve");
    } catch (IOException e) {
      throw new AssertionError("no process", e);
    }
  }

  /** Waits until it serves, and lets clients in. */
  void awaitServing() throws InterruptedException {
    try {
      servingPort = JSON.readTree(running().awaitLine("\"serving\"")).findValue("port").asInt();
    } catch (JsonProcessingException e) {
      throw new AssertionError("the log is JSON", e);
    }
    front.admit();
  }

  void restart() throws InterruptedException {
    start();
    awaitServing();
  }

  private CommandProcess running() {
    if (process == null) {
      throw new IllegalStateException("the server is not started");
    }
    return process;
  }

  /** Ends it as a lost node does: what it was about to say is never said. */
  void kill() throws InterruptedException {
    front.refuse();
    CommandProcess killed = running();
    killed.sigkill();
    killed.awaitExit();
    noteFaults(killed);
    process = null;
  }

  /** Stops it in its tracks; nobody is told. */
  void freeze() {
    signal("STOP");
  }

  /** Lets it go on where it was. */
  void thaw() {
    signal("CONT");
  }

  private void signal(String name) {
    try {
      int exit =
          new ProcessBuilder("kill", "-" + name, String.valueOf(running().pid())).start().waitFor();
      assertThat(exit).as("kill -%s", name).isZero();
    } catch (IOException e) {
      throw new AssertionError("there is no kill", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  boolean isRunning() {
    return process != null;
  }

  /** Returns the texts of its log, since it was started. */
  List<String> messages() {
    return running().out().lines().map(ServerProcess::message).toList();
  }

  /** The end of its log. */
  String tail() {
    if (process == null) {
      return "not running";
    }
    List<String> lines = process.out().lines().toList();
    return String.join("\n", lines.subList(Math.max(0, lines.size() - TAIL_LINES), lines.size()));
  }

  private static String message(String line) {
    try {
      return JSON.readTree(line).path("message").asText();
    } catch (JsonProcessingException e) {
      return line;
    }
  }

  /** A server that somebody has to look after is a failure of any test. */
  private void noteFaults(CommandProcess ended) {
    List<String> errors = ended.out().lines().filter(ServerProcess::isError).toList();
    if (!errors.isEmpty()) {
      faulty = true;
      errors.forEach(System.err::println);
    }
  }

  private static boolean isError(String line) {
    try {
      JsonNode entry = JSON.readTree(line);
      return entry.path("level").asText().equals("ERROR");
    } catch (JsonProcessingException e) {
      return true; // a log that is no JSON
    }
  }

  /** Ends it, if it runs, and fails if anything was ever wrong with it. */
  @Override
  public void close() {
    CommandProcess last = process;
    if (last != null) {
      last.sigkill();
      noteFaults(last);
      process = null;
    }
    front.close();
    back.close();
    assertThat(faulty).as("errors in the log of a server; they are shown above").isFalse();
  }
}
