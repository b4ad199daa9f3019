package dev.objectdb.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import dev.objectdb.server.ConfigException;
import dev.objectdb.storage.pg.PgUri;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The PostgreSQL of {@code up}, without the rest of it. */
class EmbeddedPostgresIT {
  private static final int POOL = 10;

  private final Path path;
  private final Shutdown shutdown = new Shutdown();

  EmbeddedPostgresIT(@TempDir Path directory) {
    // A name that a shell or an URI would have to quote.
    this.path = directory.resolve("my data");
  }

  @AfterEach
  void stop() {
    shutdown.close();
  }

  @Test
  void dataSurvivesAStopAndAStart() throws Exception {
    try (DataDirectory directory = DataDirectory.lock(path);
        EmbeddedPostgres postgres = prepare(directory)) {
      postgres.start(POOL);
      execute("CREATE TABLE kept AS SELECT 7 AS value");
      assertThat(query("SHOW data_checksums")).isEqualTo("on");
    }
    assertThat(path.resolve("postgres/postmaster.pid")).doesNotExist();
    assertThat(path.resolve("postgres.uri")).doesNotExist();
    try (DataDirectory directory = DataDirectory.lock(path);
        EmbeddedPostgres postgres = prepare(directory)) {
      postgres.start(POOL);
      assertThat(query("SELECT value FROM kept")).isEqualTo("7");
    }
  }

  @Test
  void aServerThatLostItsCommandIsStoppedBeforeTheNext() throws Exception {
    try (DataDirectory directory = DataDirectory.lock(path)) {
      prepare(directory).start(POOL); // never closed, as after kill -9 of the command
      execute("CREATE TABLE kept AS SELECT 7 AS value");
      ProcessHandle leftover = postmaster();
      try (EmbeddedPostgres next = prepare(directory)) {
        // Its process id may stay for a moment, until whoever inherited it has taken notice.
        await().until(() -> leftover.info().command().isEmpty());
        next.start(POOL);
        assertThat(query("SELECT value FROM kept")).isEqualTo("7");
      }
    }
  }

  @Test
  void aStartThatIsBrokenOffLeavesNoServerHoweverEarlyThatIs() throws Exception {
    try (DataDirectory directory = DataDirectory.lock(path)) {
      prepare(directory).close();
      EmbeddedPostgres postgres = EmbeddedPostgres.prepare(hesitant(), directory);
      Thread starter =
          Thread.ofVirtual()
              .start(
                  () -> {
                    try (postgres) {
                      postgres.start(POOL);
                    } catch (InterruptedException e) {
                      // as it should be
                    }
                  });
      await().until(() -> servers().anyMatch(it -> true));
      assertThat(path.resolve("postgres/postmaster.pid")).doesNotExist();
      starter.interrupt();
      starter.join();
      await().until(() -> servers().findAny().isEmpty());
    }
  }

  /** The programs, of which the server takes its time before it begins. */
  private Path hesitant() throws Exception {
    Path home = PostgresBinaries.unpacked(PostgresBinaries.defaultCache());
    Path copy = path.resolveSibling("hesitant");
    Files.createDirectories(copy.resolve("bin"));
    for (String name : List.of("lib", "share")) {
      Files.createSymbolicLink(copy.resolve(name), home.resolve(name));
    }
    Files.copy(home.resolve("bin/pg_ctl"), copy.resolve("bin/pg_ctl"));
    Path server =
        Files.writeString(
            copy.resolve("bin/postgres"),
            "#!/bin/sh\n[ \"$1\" = -V ] || sleep 2\nexec '%s' \"$@\"\n"
                .formatted(home.resolve("bin/postgres")));
    Files.setPosixFilePermissions(server, PosixFilePermissions.fromString("rwxr-xr-x"));
    return copy;
  }

  private Stream<ProcessHandle> servers() {
    String cluster = path.resolve("postgres").toString();
    return ProcessHandle.allProcesses()
        .filter(it -> it.info().commandLine().orElse("").contains("-D " + cluster));
  }

  @Test
  void whatWasCommittedSurvivesAKill() throws Exception {
    try (DataDirectory directory = DataDirectory.lock(path)) {
      prepare(directory).start(POOL);
      execute("CREATE TABLE kept AS SELECT 7 AS value");
      ProcessHandle killed = postmaster();
      killed.destroyForcibly();
      killed.onExit().join();
      assertThat(path.resolve("postgres/postmaster.pid")).exists();
      try (EmbeddedPostgres next = prepare(directory)) {
        next.start(POOL);
        assertThat(query("SELECT value FROM kept")).isEqualTo("7");
      }
    }
  }

  @Test
  void aProcessIdThatIsSomebodyElsesNowDoesNotHinder() throws Exception {
    try (DataDirectory directory = DataDirectory.lock(path)) {
      prepare(directory).start(POOL);
      ProcessHandle killed = postmaster();
      killed.destroyForcibly();
      killed.onExit().join();
      Path pidFile = path.resolve("postgres/postmaster.pid");
      List<String> lines = Files.readAllLines(pidFile);
      lines.set(0, String.valueOf(ProcessHandle.current().pid()));
      Files.write(pidFile, lines);
      try (EmbeddedPostgres next = prepare(directory)) {
        next.start(POOL);
        assertThat(query("SELECT 1")).isEqualTo("1");
      }
    }
  }

  @Test
  void halfAClusterIsNeverTaken() throws Exception {
    Files.createDirectories(path.resolve("postgres.new/base"));
    try (DataDirectory directory = DataDirectory.lock(path);
        EmbeddedPostgres postgres = prepare(directory)) {
      postgres.start(POOL);
      assertThat(query("SELECT 1")).isEqualTo("1");
    }
  }

  @Test
  void otherUsersStayOut() throws Exception {
    try (DataDirectory directory = DataDirectory.lock(path);
        EmbeddedPostgres postgres = prepare(directory)) {
      PgUri uri = postgres.start(POOL);
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
          .isEqualTo("rwx------");
      for (String file : List.of("password", "postgres.uri")) {
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path.resolve(file))))
            .isEqualTo("rw-------");
      }
      String withoutPassword = "jdbc:" + uri.toString().replaceFirst("objectdb@", "");
      assertThatExceptionOfType(SQLException.class)
          .isThrownBy(() -> DriverManager.getConnection(withoutPassword + "?user=objectdb"))
          .withMessageContaining("password");
    }
  }

  @Test
  void aLockedDirectoryIsRefusedWithItsHolder() {
    try (DataDirectory directory = DataDirectory.lock(path)) {
      assertThatExceptionOfType(ConfigException.class)
          .isThrownBy(() -> DataDirectory.lock(path))
          .withMessage(
              "%s is in use by another 'objectdb up' (process %d): stop that one, or choose another"
                  + " directory with --data-dir",
              directory, ProcessHandle.current().pid());
    }
  }

  @Test
  void dataOfAnotherVersionIsRefused() throws Exception {
    Files.createDirectories(path.resolve("postgres"));
    Files.writeString(path.resolve("postgres/PG_VERSION"), "12\n");
    try (DataDirectory directory = DataDirectory.lock(path)) {
      assertThatExceptionOfType(ConfigException.class)
          .isThrownBy(() -> prepare(directory))
          .withMessageContaining("is of PostgreSQL 12, and this objectdb brings postgres");
    }
  }

  private EmbeddedPostgres prepare(DataDirectory directory) throws InterruptedException {
    Path home = PostgresBinaries.unpacked(PostgresBinaries.defaultCache());
    EmbeddedPostgres postgres = EmbeddedPostgres.prepare(home, directory);
    shutdown.later(postgres::close); // also when a test fails midway
    return postgres;
  }

  private ProcessHandle postmaster() throws IOException {
    String pid = Files.readAllLines(path.resolve("postgres/postmaster.pid")).getFirst();
    return ProcessHandle.of(Long.parseLong(pid)).orElseThrow();
  }

  private void execute(String sql) throws Exception {
    try (Connection connection = connect();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private String query(String sql) throws Exception {
    try (Connection connection = connect();
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      assertThat(rows.next()).isTrue();
      return rows.getString(1);
    }
  }

  /** As a user with psql would: by the address that lies beside the data. */
  private Connection connect() throws Exception {
    String uri = Files.readString(path.resolve("postgres.uri")).strip();
    String[] parts = uri.substring("postgresql://".length()).split("[:@/]", -1);
    return DriverManager.getConnection(
        "jdbc:postgresql://%s:%s/%s".formatted(parts[2], parts[3], parts[4]), parts[0], parts[1]);
  }
}
