package dev.objectdb.zeo;

import dev.objectdb.storage.HistoryMode;
import dev.objectdb.storage.MemoryDatabase;
import dev.objectdb.storage.MemoryStorage;
import dev.objectdb.storage.Storage;

/** A fresh database for one test. */
final class TestDatabase {
  private final MemoryDatabase database;

  private TestDatabase(MemoryDatabase database) {
    this.database = database;
  }

  static TestDatabase create(HistoryMode mode) {
    return new TestDatabase(new MemoryDatabase(mode));
  }

  /** Opens it once more, as another process does. */
  Storage open() {
    return new MemoryStorage(database);
  }

  void drop() {
    database.forgetReplaced();
  }
}
