package dev.objectdb.zeo;

import dev.objectdb.storage.HistoryMode;
import dev.objectdb.storage.Storage;
import dev.objectdb.storage.pg.Finding;
import dev.objectdb.storage.pg.PgConfig;
import dev.objectdb.storage.pg.PgStorage;
import dev.objectdb.storage.pg.Schema;
import dev.objectdb.storage.pg.Verification;
import dev.objectdb.testing.EmbeddedPg;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** A fresh database on the tests' PostgreSQL server. */
final class TestDatabase {
  private static final AtomicInteger COUNT = new AtomicInteger();

  /** Keeps the few rows that a new database has. */
  private static final String REMEMBER =
      """
      CREATE SCHEMA pristine;
      DO $$
      DECLARE name text;
      BEGIN
        FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP
          EXECUTE format('CREATE TABLE pristine.%1$I AS TABLE public.%1$I', name);
        END LOOP;
      END $$
      """;

  private static final String RESTORE =
      """
      SET session_replication_role = replica;
      DO $$
      DECLARE names text; name text;
      BEGIN
        SELECT string_agg(format('public.%I', tablename), ',') INTO names
          FROM pg_tables WHERE schemaname = 'public';
        EXECUTE 'TRUNCATE ' || names || ' RESTART IDENTITY';
        FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'pristine' LOOP
          EXECUTE format('INSERT INTO public.%1$I SELECT * FROM pristine.%1$I', name);
        END LOOP;
        FOR name IN SELECT sequencename FROM pg_sequences WHERE schemaname = 'public' LOOP
          EXECUTE format('ALTER SEQUENCE public.%I RESTART', name);
        END LOOP;
      END $$
      """;

  private final String name;
  private final HistoryMode mode;
  private boolean pristine;

  private TestDatabase(String name, HistoryMode mode) {
    this.name = name;
    this.mode = mode;
  }

  static TestDatabase create(HistoryMode mode) {
    TestDatabase database = unprepared(mode);
    database.prepare();
    database.run(REMEMBER);
    database.pristine = true;
    return database;
  }

  /** A database without our tables, as another program finds it. */
  static TestDatabase unprepared(HistoryMode mode) {
    TestDatabase database = new TestDatabase("zeo_" + COUNT.incrementAndGet(), mode);
    execute("CREATE DATABASE " + database.name);
    return database;
  }

  String name() {
    return name;
  }

  /** Returns a plain session, as any other program would have it. The caller closes it. */
  Connection connect() throws SQLException {
    return EmbeddedPg.shared().connect(name);
  }

  void prepare() {
    Schema.apply(config());
  }

  /** Whether it knows what it was when it was new. */
  boolean isPristine() {
    return pristine;
  }

  /** Returns its address, for any program. */
  String dsn() {
    return config().login().toString();
  }

  /** Returns what is broken in it, a line each. */
  List<String> verify() {
    List<String> findings = new ArrayList<>();
    Verification.run(
        config(),
        new Verification.Watcher() {
          @Override
          public void begins(long revisions) {}

          @Override
          public void checked(long revisions) {}

          @Override
          public void found(Finding finding) {
            findings.add(finding.kind().title() + ": " + finding.text());
          }
        });
    return findings;
  }

  /** Makes it what it was when it was new, much quicker than a new one is made. */
  void empty() {
    run(RESTORE);
  }

  /** Opens it once more, as another pod does. */
  Storage open() {
    return PgStorage.open(config());
  }

  /** Opens it once more, with another patience for voted transactions. */
  Storage open(Duration transactionTimeout) {
    PgConfig config = config();
    return PgStorage.open(
        new PgConfig(
            config.login(),
            config.schema(),
            config.historyMode(),
            config.pool(),
            config.cacheBytes(),
            config.snapshotWindow(),
            transactionTimeout,
            config.statementTimeout(),
            config.lockTimeout(),
            config.keepsForeignColumns(),
            config.limits()));
  }

  private PgConfig config() {
    return PgConfig.of(EmbeddedPg.shared().uri(name), mode);
  }

  /** Ends it; its storages are closed. */
  void drop() {
    execute("DROP DATABASE %s WITH (FORCE)".formatted(name));
  }

  private void run(String sql) {
    try (Connection connection = EmbeddedPg.shared().connect(name);
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    } catch (SQLException e) {
      throw new IllegalStateException(sql, e);
    }
  }

  private static void execute(String sql) {
    try {
      EmbeddedPg.shared().execute(sql);
    } catch (SQLException e) {
      throw new IllegalStateException(sql, e);
    }
  }
}
