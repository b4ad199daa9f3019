package dev.objectdb.storage.pg;

import dev.objectdb.storage.HistoryMode;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Creates the tables and triggers in an empty database, and brings one that an earlier version or
 * the Python package zodb-pgjsonb made up to date.
 *
 * <p>The DDL stands in numbered files beside this class; {@code objectdb_state.schema_version} is
 * the number of the last one that ran. All missing ones run in one transaction, under the start-up
 * lock that Python's processes honour too, and under the commit lock, so that no writer is caught
 * between two tables. Each wait for a table is short, because whoever waits for one in front of
 * everybody else stops everybody else; it is repeated a few times instead.
 *
 * <p>A database that is up to date is only looked at: no lock, no write.
 */
public final class Schema {
  private static final Logger LOG = LoggerFactory.getLogger(Schema.class);

  private static final List<Step> STEPS =
      List.of(
          new Step(1, "001-shared-tables.sql", false),
          new Step(2, "002-history-tables.sql", true),
          new Step(3, "003-own-tables.sql", false),
          new Step(4, "004-guards.sql", false),
          new Step(5, "005-place.sql", false),
          new Step(6, "006-owner.sql", false),
          new Step(7, "007-works-from.sql", false),
          new Step(8, "008-raise-oids.sql", false));

  /** Asks first: CREATE ... IF NOT EXISTS wants the right to create even where nothing is. */
  private static final String CREATE_SCHEMA =
      """
      DO $$
      BEGIN
        IF to_regnamespace('%1$s') IS NULL THEN
          CREATE SCHEMA "%1$s";
        END IF;
      END
      $$
      """;

  private static final int VERSION = STEPS.getLast().version();

  /**
   * The oldest version whose programs can work with the tables as they are after the last step. A
   * step that only adds what they need not know leaves it as it is; any other one raises it to its
   * own version.
   */
  private static final int WORKS_FROM = 7;

  /** "ZDB", the name space of start-up locks, and the one that all processes agree on. */
  private static final String STARTUP_LOCK = "SELECT pg_advisory_lock(5915714, 1)";

  private static final String STARTUP_UNLOCK = "SELECT pg_advisory_unlock(5915714, 1)";

  /** Others may be building an index for a catalog under this lock. */
  private static final Duration STARTUP_WAIT = Duration.ofMinutes(15);

  private static final Duration TABLE_WAIT = Duration.ofSeconds(5);
  private static final int ATTEMPTS = 10;
  private static final Duration BETWEEN_ATTEMPTS = Duration.ofSeconds(1);

  private final PgConfig config;
  private final Optional<String> owner;
  private final Connection connection;

  private Schema(PgConfig config, Optional<String> owner, Connection connection) {
    this.config = config;
    this.owner = owner;
    this.connection = connection;
  }

  /**
   * What was done: nothing, if the versions are equal.
   *
   * @param from version found; 0 if the database was empty or had only Python's tables
   * @param to version now
   */
  public record Report(int from, int to) {}

  /**
   * One file of DDL.
   *
   * @param historyOnly whether only a history-preserving database has it
   */
  private record Step(int version, String file, boolean historyOnly) {}

  /** Brings the database up to date, whoever owns it. */
  public static Report apply(PgConfig config) {
    return apply(config, Optional.empty());
  }

  /**
   * Brings the database up to date.
   *
   * @param owner who asks; the first one owns the tables from then on
   * @throws SchemaException if it cannot serve as configured, or belongs to another owner
   * @throws dev.objectdb.storage.StorageUnavailableException if the server cannot be reached, or
   *     somebody kept a table locked
   */
  public static Report apply(PgConfig config, Optional<String> owner) {
    PgSessions sessions = new PgSessions(config);
    try (Connection connection = sessions.open("schema")) {
      DatabaseFacts facts = DatabaseFacts.read(connection);
      facts.check(config, VERSION);
      facts.checkOwner(owner);
      ServerChecks.advisoryLocksWork(connection, sessions);
      boolean owned = owner.isEmpty() || facts.owner().isPresent();
      if (facts.schemaVersion() >= VERSION && !facts.oidsBehind() && owned) {
        return new Report(facts.schemaVersion(), facts.schemaVersion());
      }
      Schema schema = new Schema(config, owner, connection);
      return schema.underLocks(schema::bringUpToDate);
    } catch (SQLException e) {
      throw translated(e);
    }
  }

  /**
   * Refuses a database that this program did not prepare, and changes nothing.
   *
   * @throws SchemaException as {@link #apply} does, and if there is something to apply
   */
  static void requireCurrent(Connection connection, PgConfig config) throws SQLException {
    DatabaseFacts facts = DatabaseFacts.read(connection);
    facts.check(config, VERSION);
    if (facts.schemaVersion() < VERSION) {
      throw new SchemaException(
          "the database's schema has version %d, not %d: run objectdb schema apply first"
              .formatted(facts.schemaVersion(), VERSION));
    }
  }

  /**
   * Removes every table, sequence and function that {@link #apply} makes, and all that is in them;
   * the PostgreSQL schema itself stays, with what others have in it.
   *
   * @param owner who asks
   * @return whether there was anything of that owner; the tables of another one, or of nobody, stay
   * @throws SchemaException if something of others depends on a table; then all of it stays
   * @throws dev.objectdb.storage.StorageUnavailableException as {@link #apply} does
   */
  public static boolean drop(PgConfig config, String owner) {
    PgSessions sessions = new PgSessions(config);
    try (Connection connection = sessions.open("schema")) {
      Schema schema = new Schema(config, Optional.of(owner), connection);
      return schema.underLocks(schema::removeAll);
    } catch (SQLException e) {
      throw translated(e);
    }
  }

  private boolean removeAll() throws SQLException {
    if (!DatabaseFacts.read(connection).owner().equals(owner)) {
      return false;
    }
    execute(read("drop.sql").replace("${schema}", "\"" + config.schema() + "\""));
    return true;
  }

  /** What is done while nobody else changes tables or commits. */
  private interface Work<T> {
    T run() throws SQLException;
  }

  private <T> T underLocks(Work<T> work) throws SQLException {
    execute("SET lock_timeout = " + STARTUP_WAIT.toMillis());
    execute(STARTUP_LOCK);
    try {
      execute("SET lock_timeout = " + TABLE_WAIT.toMillis());
      for (int attempt = 1; ; attempt++) {
        try {
          return inOneTransaction(work);
        } catch (SQLException e) {
          if (!SqlErrors.isLockTimeout(e) || attempt == ATTEMPTS) {
            throw e;
          }
          LOG.atInfo().addKeyValue("attempt", attempt).log("a table is locked, trying again");
          pause();
        }
      }
    } finally {
      execute(STARTUP_UNLOCK);
    }
  }

  private <T> T inOneTransaction(Work<T> work) throws SQLException {
    connection.setAutoCommit(false);
    try {
      execute("SELECT pg_advisory_xact_lock(0)");
      T result = work.run();
      connection.commit();
      return result;
    } catch (SQLException | RuntimeException e) {
      connection.rollback();
      throw e;
    } finally {
      connection.setAutoCommit(true);
    }
  }

  private Report bringUpToDate() throws SQLException {
    execute(CREATE_SCHEMA.formatted(config.schema()));
    // Somebody else may have been faster, and the facts of before the locks are old.
    DatabaseFacts facts = DatabaseFacts.read(connection);
    facts.check(config, VERSION);
    facts.checkOwner(owner);
    for (Step step : STEPS) {
      if (step.version() > facts.schemaVersion()
          && (!step.historyOnly() || config.historyMode() == HistoryMode.PRESERVING)) {
        execute(read(step.file()).replace("${schema}", "\"" + config.schema() + "\""));
      }
    }
    recordVersion();
    execute("SELECT objectdb_raise_oids((SELECT max(zoid) FROM object_state))");
    return new Report(facts.schemaVersion(), Math.max(facts.schemaVersion(), VERSION));
  }

  /**
   * Deletions from before this row are not on record, so no cache may be mended across them: the
   * floor starts at the greatest tid. A newer version on record stays.
   */
  private void recordVersion() throws SQLException {
    String sql =
        """
        INSERT INTO objectdb_state AS s
               (schema_version, works_from, history_mode, deletion_floor, owner)
        VALUES (?, ?, ?, (SELECT coalesce(max(tid), 0) FROM transaction_log), ?)
        ON CONFLICT (id) DO UPDATE
        SET schema_version = greatest(s.schema_version, excluded.schema_version),
            works_from = greatest(s.works_from, excluded.works_from),
            owner = coalesce(s.owner, excluded.owner)
        """;
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setInt(1, VERSION);
      statement.setInt(2, WORKS_FROM);
      statement.setString(3, config.historyMode().name());
      statement.setString(4, owner.orElse(null));
      statement.executeUpdate();
    }
  }

  private void execute(String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private static String read(String file) {
    try (InputStream in = Schema.class.getResourceAsStream("schema/" + file)) {
      if (in == null) {
        throw new IllegalStateException("the program lacks its file schema/" + file);
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void pause() {
    try {
      Thread.sleep(BETWEEN_ATTEMPTS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw SqlErrors.unavailable("interrupted while changing the schema", e);
    }
  }

  private static RuntimeException translated(SQLException error) {
    return switch (SqlErrors.kind(error)) {
      case LOST, BUSY, TRANSIENT -> SqlErrors.unavailable("preparing the schema", error);
      case DATA, UNEXPECTED ->
          new SchemaException("the schema could not be changed: " + text(error), error);
    };
  }

  /** Of DDL the details are names of tables and views, and no content. */
  private static String text(SQLException error) {
    ServerErrorMessage said =
        error instanceof PSQLException driver ? driver.getServerErrorMessage() : null;
    String detail = said == null ? null : said.getDetail();
    return detail == null ? String.valueOf(error.getMessage()) : error.getMessage() + ": " + detail;
  }
}
