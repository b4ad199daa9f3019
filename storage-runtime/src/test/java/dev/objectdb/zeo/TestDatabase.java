package dev.objectdb.zeo;

import dev.objectdb.storage.HistoryMode;
import dev.objectdb.storage.Storage;
import dev.objectdb.storage.pg.PgConfig;
import dev.objectdb.storage.pg.PgStorage;
import dev.objectdb.testing.EmbeddedPg;
import java.sql.SQLException;
import java.util.concurrent.atomic.AtomicInteger;

/** A fresh database on the tests' PostgreSQL server. */
final class TestDatabase {
  private static final AtomicInteger COUNT = new AtomicInteger();

  private final String name;
  private final HistoryMode mode;

  private TestDatabase(String name, HistoryMode mode) {
    this.name = name;
    this.mode = mode;
  }

  static TestDatabase create(HistoryMode mode) {
    String name = "zeo_" + COUNT.incrementAndGet();
    execute("CREATE DATABASE " + name);
    return new TestDatabase(name, mode);
  }

  /** Opens it once more, as another pod does. */
  Storage open() {
    return PgStorage.open(PgConfig.of(EmbeddedPg.shared().uri(name), mode));
  }

  /** Ends it; its storages are closed. */
  void drop() {
    execute("DROP DATABASE %s WITH (FORCE)".formatted(name));
  }

  private static void execute(String sql) {
    try {
      EmbeddedPg.shared().execute(sql);
    } catch (SQLException e) {
      throw new IllegalStateException(sql, e);
    }
  }
}
