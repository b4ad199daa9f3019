package dev.objectdb.storage.pg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.objectdb.storage.HistoryMode;
import dev.objectdb.testing.EmbeddedPg;
import dev.objectdb.testing.PostgresExtension;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Empty databases, Python's, our own of before, and those that must be refused. */
class SchemaIT {
  private static final int VERSION = 8;

  @RegisterExtension final PostgresExtension postgres = PostgresExtension.empty();

  private PgConfig free() {
    return PgConfig.of(postgres.uri(), HistoryMode.FREE);
  }

  private PgConfig preserving() {
    return PgConfig.of(postgres.uri(), HistoryMode.PRESERVING);
  }

  @Test
  void anEmptyDatabaseGetsEveryTableOnce() throws SQLException {
    assertThat(Schema.apply(free())).isEqualTo(new Schema.Report(0, VERSION));
    assertThat(Schema.apply(free())).isEqualTo(new Schema.Report(VERSION, VERSION));
    assertThat(
            postgres.query(
                "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace ="
                    + " 'public'::regnamespace ORDER BY 1"))
        .containsExactly(
            "blob_state",
            "object_deletion",
            "object_record",
            "object_state",
            "object_window",
            "objectdb_state",
            "pgjsonb_schema_state",
            "transaction_log",
            "transaction_record");
  }

  @Test
  void aHistoryPreservingOneGetsTheHistoryToo() throws SQLException {
    Schema.apply(preserving());
    assertThat(postgres.query("SELECT to_regclass('object_history'), to_regclass('pack_state')"))
        .containsExactly("object_history|pack_state");
  }

  @Test
  void theTablesCanStandInASchemaOfTheirOwn() throws SQLException {
    PgConfig elsewhere = free().withSchema("zodb_one");
    Schema.apply(elsewhere);
    assertThat(Schema.apply(elsewhere)).isEqualTo(new Schema.Report(VERSION, VERSION));
    assertThat(
            postgres.query("SELECT to_regclass('object_state'), to_regclass('zodb_one.zoid_seq')"))
        .containsExactly("null|zodb_one.zoid_seq");
    postgres.execute("INSERT INTO zodb_one.transaction_log (tid) VALUES (1)");
    assertThat(postgres.query("SELECT tid FROM zodb_one.transaction_log")).containsExactly("1");
  }

  @Test
  void theirOwnerRemovesTheTablesAndNothingElse() throws SQLException {
    String all =
        """
        SELECT relname FROM pg_class WHERE relnamespace = 'zodb_one'::regnamespace
        UNION ALL SELECT proname FROM pg_proc WHERE pronamespace = 'zodb_one'::regnamespace
        UNION ALL SELECT typname FROM pg_type WHERE typnamespace = 'zodb_one'::regnamespace
        """;
    PgConfig mine = preserving().withSchema("zodb_one");
    Schema.apply(free());
    Schema.apply(mine);
    assertThat(Schema.drop(mine, "plone/site")).isFalse(); // they are nobody's yet
    Schema.apply(mine, Optional.of("plone/site"));
    assertThat(Schema.drop(mine, "plone/other")).isFalse();
    postgres.execute("CREATE VIEW titles AS SELECT state ->> 'title' FROM zodb_one.object_state");
    assertThatExceptionOfType(SchemaException.class)
        .isThrownBy(() -> Schema.drop(mine, "plone/site"))
        .withMessageContaining("view public.titles depends on");
    assertThat(postgres.query(all)).hasSizeGreaterThan(20);

    postgres.execute("DROP VIEW titles");
    assertThat(Schema.drop(mine, "plone/site")).isTrue();
    assertThat(postgres.query(all)).isEmpty();
    assertThat(Schema.drop(mine, "plone/site")).isFalse();
    assertThat(postgres.query("SELECT to_regclass('public.object_state')"))
        .containsExactly("object_state");
    assertThat(Schema.apply(mine)).isEqualTo(new Schema.Report(0, VERSION));
  }

  @Test
  void theTablesBelongToWhoAskedFirst() throws SQLException {
    Schema.apply(free()); // as versions before did, for nobody
    Schema.apply(free(), Optional.of("plone/site"));
    assertThat(postgres.query("SELECT owner FROM objectdb_state")).containsExactly("plone/site");
    Schema.apply(free(), Optional.of("plone/site"));
    Schema.apply(free());
    assertThatExceptionOfType(SchemaException.class)
        .isThrownBy(() -> Schema.apply(free(), Optional.of("plone/other")))
        .withMessageContaining("the tables belong to plone/site, not to plone/other");
    assertThat(postgres.query("SELECT owner FROM objectdb_state")).containsExactly("plone/site");
  }

  @Test
  void lookingAtAnUpToDateDatabaseTakesNoLockAnybodyWaitsFor() throws SQLException {
    Schema.apply(free());
    try (Connection other = postgres.connect();
        Statement statement = other.createStatement()) {
      other.setAutoCommit(false);
      statement.execute("SELECT pg_advisory_lock(5915714, 1), pg_advisory_xact_lock(0)");
      statement.execute("LOCK TABLE transaction_log IN EXCLUSIVE MODE");
      assertThat(Schema.apply(free())).isEqualTo(new Schema.Report(VERSION, VERSION));
      other.rollback();
    }
  }

  @Test
  void aDatabaseThatPythonMadeIsBroughtUpToDateAndKeepsItsRows() throws SQLException {
    postgres.execute(PythonSchema.FREE);
    postgres.execute(
        """
        INSERT INTO transaction_log (tid) VALUES (7);
        INSERT INTO object_state VALUES
          (0, 7, 'm', 'C', '{}', 9, '{5}'), (5, 7, 'm', 'C', '1', 9, '{}');
        """);
    assertThat(Schema.apply(free())).isEqualTo(new Schema.Report(0, VERSION));
    assertThat(postgres.query("SELECT zoid, tid FROM object_state ORDER BY zoid"))
        .containsExactly("0|7", "5|7");
    assertThat(postgres.query("SELECT deletion_floor, history_mode FROM objectdb_state"))
        .as("what was deleted before is not on record")
        .containsExactly("7|FREE");
    assertThat(postgres.query("SELECT nextval('zoid_seq')")).containsExactly("6");
  }

  @Test
  void oidsThatWereImportedBehindTheSequenceAreNotHandedOutAgain() throws SQLException {
    Schema.apply(free());
    postgres.execute(
        """
        INSERT INTO transaction_log (tid) VALUES (7);
        INSERT INTO object_state VALUES (100, 7, 'm', 'C', '{}', 9, '{}');
        """);
    Schema.apply(free());
    assertThat(postgres.query("SELECT nextval('zoid_seq')")).containsExactly("101");
    Schema.apply(free());
    assertThat(postgres.query("SELECT nextval('zoid_seq')")).containsExactly("102");
  }

  @Test
  void anotherHistoryModeThanTheDatabasesIsRefused() throws SQLException {
    Schema.apply(preserving());
    assertThatExceptionOfType(SchemaException.class)
        .isThrownBy(() -> Schema.apply(free()))
        .withMessageContaining("the database is history-preserving")
        .withMessageContaining("the configuration says history-free");
  }

  @Test
  void theModeOfPythonsDatabaseShowsInItsTables() throws SQLException {
    postgres.execute(PythonSchema.FREE + PythonSchema.HISTORY);
    assertThatExceptionOfType(SchemaException.class).isThrownBy(() -> Schema.apply(free()));
    assertThat(Schema.apply(preserving())).isEqualTo(new Schema.Report(0, VERSION));
  }

  @Test
  void aNewerSchemaIsRefused() throws SQLException {
    Schema.apply(free());
    postgres.execute("UPDATE objectdb_state SET schema_version = 99, works_from = 99");
    assertThatExceptionOfType(SchemaException.class)
        .isThrownBy(() -> Schema.apply(free()))
        .withMessageContaining("version 99");
    postgres.execute("ALTER TABLE objectdb_state DROP COLUMN works_from"); // nobody knows
    assertThatExceptionOfType(SchemaException.class)
        .isThrownBy(() -> Schema.apply(free()))
        .withMessageContaining("version 99");
  }

  /** So an image that does not serve can be taken back after its Job has made the tables. */
  @Test
  void aNewerSchemaThatOnlyHasMoreIsWorkedWithAndStaysNewer() throws SQLException {
    Schema.apply(free());
    postgres.execute("UPDATE objectdb_state SET schema_version = 99");
    assertThat(Schema.apply(free())).isEqualTo(new Schema.Report(99, 99));
    assertThat(Schema.apply(free(), Optional.of("plone/site")))
        .isEqualTo(new Schema.Report(99, 99));
    assertThat(postgres.query("SELECT schema_version FROM objectdb_state")).containsExactly("99");
    try (PgStorage storage = PgStorage.open(free())) {
      assertThat(storage.historyMode()).isEqualTo(HistoryMode.FREE);
    }
  }

  @Test
  void columnsOfAnotherProgramAreRefusedByName() throws SQLException {
    Schema.apply(free());
    postgres.execute("ALTER TABLE object_state ADD COLUMN searchable_text tsvector");
    assertThatExceptionOfType(SchemaException.class)
        .isThrownBy(() -> Schema.apply(free()))
        .withMessageContaining("searchable_text");
  }

  @Test
  void aTableOfAnotherProgramIsNotTouched() throws SQLException {
    postgres.execute("CREATE TABLE object_state (zoid bigint)");
    assertThatExceptionOfType(SchemaException.class)
        .isThrownBy(() -> Schema.apply(free()))
        .withMessageContaining("another program's");
  }

  @Test
  void anEncodingThatIsNotUtf8IsRefused() throws SQLException {
    EmbeddedPg.shared()
        .execute("CREATE DATABASE latin ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0");
    try {
      PgConfig latin = PgConfig.of(EmbeddedPg.shared().uri("latin"), HistoryMode.FREE);
      assertThatExceptionOfType(SchemaException.class)
          .isThrownBy(() -> Schema.apply(latin))
          .withMessageContaining("LATIN1");
    } finally {
      EmbeddedPg.shared().execute("DROP DATABASE latin");
    }
  }

  @Test
  void twoStartsAtOnceDoTheWorkOnce() throws Exception {
    var one = java.util.concurrent.CompletableFuture.supplyAsync(() -> Schema.apply(free()));
    var two = java.util.concurrent.CompletableFuture.supplyAsync(() -> Schema.apply(free()));
    assertThat(one.get().to() + two.get().to()).isEqualTo(2 * VERSION);
    assertThat(postgres.query("SELECT schema_version FROM objectdb_state")).hasSize(1);
  }

  @Test
  void documentsAreCompressedByLz4WhereTheServerCan() throws SQLException {
    Schema.apply(preserving());
    String can =
        "SELECT enumvals @> '{lz4}' FROM pg_settings WHERE name = 'default_toast_compression'";
    String expected = postgres.query(can).contains("t") ? "l" : "";
    assertThat(
            postgres.query(
                """
                SELECT DISTINCT attcompression FROM pg_attribute
                WHERE attname IN ('state', 'record', 'data') AND attrelid::regclass::text IN
                  ('object_state', 'object_history', 'object_window', 'object_record', 'blob_state')
                """))
        .containsExactly(expected);
  }
}
