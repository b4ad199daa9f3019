package dev.objectdb.operator.pg;

import static org.assertj.core.api.Assertions.assertThat;

import dev.objectdb.operator.Databases;
import dev.objectdb.operator.pg.Observation.Counts;
import dev.objectdb.operator.pg.Observation.Failed;
import dev.objectdb.operator.pg.Observation.Reached;
import dev.objectdb.operator.pg.Observation.Tables;
import dev.objectdb.operator.pg.Observation.Trouble;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Looks at a real server. */
class JdbcProbeIT {
  private static EmbeddedPostgres server;

  @BeforeAll
  static void start() throws IOException {
    server =
        EmbeddedPostgres.builder()
            .setServerConfig("unix_socket_directories", "")
            .setServerConfig("max_connections", "40")
            .start();
  }

  @AfterAll
  static void stop() throws IOException {
    server.close();
  }

  @BeforeEach
  void anEmptyDatabase() throws SQLException {
    sql(
        "postgres",
        "DROP DATABASE IF EXISTS zodb WITH (FORCE)",
        "DROP ROLE IF EXISTS zope",
        "CREATE ROLE zope LOGIN",
        "CREATE DATABASE zodb");
  }

  @Test
  void anEmptyDatabaseIsReachedAndHasNoTables() {
    Reached reached = (Reached) look("postgresql://zope@localhost:%d/zodb");
    assertThat(reached.versionNumber()).isGreaterThan(170_000);
    assertThat(reached.version()).startsWith("17.");
    assertThat(reached.connectionsMax()).isEqualTo(37); // three are the superuser's
    assertThat(reached.readOnly()).isFalse();
    assertThat(reached.tables()).isNull();
    assertThat(reached.foreignColumns()).isEmpty();
  }

  @Test
  void tablesSayWhoseTheyAreAndHowMuchIsInThem() throws SQLException {
    sql(
        "zodb",
        "CREATE TABLE objectdb_state (schema_version int, epoch bigint)",
        "INSERT INTO objectdb_state VALUES (5, 2)",
        "CREATE TABLE object_state (zoid bigint, tid bigint, class_mod text, class_name text,"
            + " state jsonb, state_size int, refs bigint[], path text)",
        "INSERT INTO object_state (zoid) SELECT generate_series(1, 1234)",
        "ANALYZE object_state");
    Reached reached = (Reached) look("postgresql://postgres@localhost:%d/zodb");
    assertThat(reached.tables()).isEqualTo(new Tables(5, 2, null));
    assertThat(reached.foreignColumns()).containsExactly("path");
    assertThat(reached.counts().objects()).isEqualTo(1234);
    assertThat(reached.counts().transactions()).isNull();
    assertThat(reached.counts().bytes()).isGreaterThan(10_000);

    sql(
        "zodb",
        "ALTER TABLE objectdb_state ADD COLUMN owner text",
        "UPDATE objectdb_state SET owner = 'plone/site'");
    reached = (Reached) look("postgresql://postgres@localhost:%d/zodb");
    assertThat(reached.tables()).isEqualTo(new Tables(5, 2, "plone/site"));
    assertThat(trouble("postgresql://zope@localhost:%d/zodb")).isEqualTo(Trouble.ACCESS);
  }

  @Test
  void aDatabaseThatRefusesWritesSaysSo() throws SQLException {
    sql("postgres", "ALTER DATABASE zodb SET default_transaction_read_only = on");
    assertThat(((Reached) look("postgresql://zope@localhost:%d/zodb")).readOnly()).isTrue();
  }

  @Test
  void whyItCannotBeLookedAtIsToldApart() throws SQLException {
    assertThat(trouble("postgresql://zope@localhost:%d/other")).isEqualTo(Trouble.NO_DATABASE);
    assertThat(trouble("postgresql://nobody@localhost:%d/zodb")).isEqualTo(Trouble.AUTHENTICATION);
    assertThat(trouble("postgresql://zope:p@localhost:%d/zodb?sslmode=require"))
        .isEqualTo(Trouble.TLS);
    sql("postgres", "ALTER ROLE zope CONNECTION LIMIT 0");
    assertThat(trouble("postgresql://zope@localhost:%d/zodb")).isEqualTo(Trouble.CONNECTIONS);
    assertThat(look("postgresql://zope@no-such-host.invalid/zodb"))
        .isEqualTo(new Failed(Trouble.UNREACHABLE, "unknown host"));
  }

  @Test
  void aServerThatSaysNothingIsGivenUpInTime() throws IOException {
    try (ServerSocket silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Observation seen =
          new JdbcProbe()
              .look(
                  Databases.target(
                      "postgresql://zope@127.0.0.1:%d/zodb".formatted(silent.getLocalPort())),
                  true);
      assertThat(((Failed) seen).trouble()).isEqualTo(Trouble.TIMEOUT);
    }
  }

  /** As an index is made, or a migration runs: PostgreSQL is there all the same. */
  @Test
  void aTableThatSomebodyHasLockedHidesOnlyHowMuchThereIs() throws SQLException {
    sql(
        "zodb",
        "CREATE TABLE objectdb_state (schema_version int, epoch bigint)",
        "INSERT INTO objectdb_state VALUES (5, 2)",
        "CREATE TABLE transaction_log (tid bigint)",
        "ANALYZE transaction_log");
    try (Connection other = server.getDatabase("postgres", "zodb").getConnection();
        Statement statement = other.createStatement()) {
      other.setAutoCommit(false);
      statement.execute("LOCK TABLE transaction_log");
      Reached reached = (Reached) look("postgresql://postgres@localhost:%d/zodb");
      assertThat(reached.tables()).isEqualTo(new Tables(5, 2, null));
      assertThat(reached.counts()).isEqualTo(Counts.NONE);
      statement.execute("LOCK TABLE objectdb_state");
      assertThat(trouble("postgresql://postgres@localhost:%d/zodb")).isEqualTo(Trouble.BUSY);
    }
  }

  private static Trouble trouble(String uri) {
    return ((Failed) look(uri)).trouble();
  }

  private static Observation look(String uri) {
    return new JdbcProbe().look(Databases.target(uri.formatted(server.getPort())), true);
  }

  private static void sql(String database, String... statements) throws SQLException {
    try (Connection connection = server.getDatabase("postgres", database).getConnection();
        Statement statement = connection.createStatement()) {
      for (String sql : statements) {
        statement.execute(sql);
      }
    }
  }
}
