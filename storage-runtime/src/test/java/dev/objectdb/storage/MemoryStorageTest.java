package dev.objectdb.storage;

import org.junit.jupiter.api.Nested;

/** The model keeps the contract that it is a model of. */
class MemoryStorageTest {
  @Nested
  class Free extends StorageContract {
    private final MemoryDatabase database = new MemoryDatabase(HistoryMode.FREE);

    @Override
    protected Storage open() {
      return new MemoryStorage(database);
    }
  }

  @Nested
  class Preserving extends StorageContract {
    private final MemoryDatabase database = new MemoryDatabase(HistoryMode.PRESERVING);

    @Override
    protected Storage open() {
      return new MemoryStorage(database);
    }
  }
}
