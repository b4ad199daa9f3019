package dev.objectdb.storage.pg;

import dev.objectdb.storage.HistoryMode;
import dev.objectdb.storage.Storage;
import dev.objectdb.storage.StorageContract;
import dev.objectdb.testing.PostgresExtension;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The contract, kept by PostgreSQL in both modes. */
class PgStorageContractIT {
  @Nested
  class Free extends StorageContract {
    @RegisterExtension
    final PostgresExtension postgres = PostgresExtension.prepared(HistoryMode.FREE);

    @Override
    protected Storage open() {
      return PgStorage.open(postgres.config());
    }
  }

  @Nested
  class Preserving extends StorageContract {
    @RegisterExtension
    final PostgresExtension postgres = PostgresExtension.prepared(HistoryMode.PRESERVING);

    @Override
    protected Storage open() {
      return PgStorage.open(postgres.config());
    }
  }
}
