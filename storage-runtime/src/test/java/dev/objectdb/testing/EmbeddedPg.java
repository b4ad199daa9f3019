package dev.objectdb.testing;

import dev.objectdb.storage.pg.PgUri;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Comparator;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * A PostgreSQL server of the real binaries, on a free port. The shared one starts with the first
 * test that needs it and ends with the JVM; a test that harms its server starts its own.
 */
public final class EmbeddedPg implements AutoCloseable {
  private static final Duration START_WAIT = Duration.ofSeconds(60);

  private static final Set<EmbeddedPg> OPEN = ConcurrentHashMap.newKeySet();
  private static @Nullable EmbeddedPg shared;

  static {
    // The library's own hook would run beside this one: the data would be deleted under its server.
    Runtime.getRuntime()
        .addShutdownHook(new Thread(() -> OPEN.forEach(EmbeddedPg::close), "stop PostgreSQL"));
  }

  private final Path dataDirectory;
  private @Nullable EmbeddedPostgres server;

  private EmbeddedPg() throws IOException {
    dataDirectory = Files.createTempDirectory("objectdb-pg-");
    OPEN.add(this); // from here on, it is removed whatever happens
    server = start(dataDirectory);
  }

  /** Returns the one server that tests share; each uses a database of its own. */
  public static synchronized EmbeddedPg shared() {
    EmbeddedPg started = shared;
    if (started == null) {
      started = own();
      shared = started;
    }
    return started;
  }

  /** Starts a server for one test, which closes it. */
  public static EmbeddedPg own() {
    try {
      return new EmbeddedPg();
    } catch (IOException e) {
      throw new UncheckedIOException("PostgreSQL did not start", e);
    }
  }

  private static EmbeddedPostgres start(Path dataDirectory) throws IOException {
    return EmbeddedPostgres.builder()
        .setPort(FreePort.find())
        .setDataDirectory(dataDirectory)
        .setCleanDataDirectory(false)
        .setPGStartupWait(START_WAIT)
        .setRegisterShutdownHook(false)
        .setServerConfig("unix_socket_directories", "") // a killed server would leave them in /tmp
        .setServerConfig("max_connections", "200")
        // Tests end processes, not machines: what the kernel has, the next server finds.
        .setServerConfig("fsync", "off")
        .setServerConfig("timezone", "UTC")
        .start();
  }

  public synchronized int port() {
    return Objects.requireNonNull(server, "a server that started").getPort();
  }

  public PgUri uri(String database) {
    return PgUri.parse("postgresql://postgres@localhost:%d/%s".formatted(port(), database));
  }

  public Connection connect(String database) throws SQLException {
    return DriverManager.getConnection(
        "jdbc:postgresql://localhost:%d/%s?user=postgres".formatted(port(), database));
  }

  /** Runs statements in the maintenance database. */
  public void execute(String sql) throws SQLException {
    try (Connection connection = connect("postgres");
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  /** Ends the server as a power cut would: no goodbye to anybody, nothing flushed. */
  public synchronized void kill() throws IOException {
    long pid =
        Long.parseLong(Files.readAllLines(dataDirectory.resolve("postmaster.pid")).getFirst());
    ProcessHandle postmaster = ProcessHandle.of(pid).orElseThrow();
    postmaster.destroyForcibly();
    try {
      postmaster.onExit().get(START_WAIT.toSeconds(), TimeUnit.SECONDS);
    } catch (InterruptedException | TimeoutException | ExecutionException e) {
      throw new IOException("the server did not die", e);
    }
    stop();
  }

  /** Stops the server, and keeps its data. */
  public synchronized void stop() {
    try {
      if (server != null) {
        server.close();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Starts the stopped or killed server again, on another port. */
  public synchronized void startAgain() throws IOException {
    long end = System.nanoTime() + START_WAIT.toNanos();
    while (true) {
      try {
        server = start(dataDirectory);
        return;
      } catch (IOException | IllegalStateException e) {
        // The killed server's own children may hold its memory for a moment.
        if (System.nanoTime() > end) {
          throw e;
        }
      }
    }
  }

  /** Stops the server, and removes its data; does nothing the second time. */
  @Override
  public synchronized void close() {
    if (!OPEN.contains(this)) {
      return;
    }
    try {
      stop();
    } finally {
      delete();
      OPEN.remove(this);
    }
  }

  private void delete() {
    try (var files = Files.walk(dataDirectory)) {
      for (Path path : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
