package dev.objectdb.storage.pg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.objectdb.object.Tid;
import dev.objectdb.storage.HistoryMode;
import dev.objectdb.testing.PostgresExtension;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The window keeps what a reader may still want, and no more. */
class WindowTrimmerIT {
  private static final String WINDOW = "SELECT zoid, tid FROM object_window ORDER BY zoid, tid";
  private static final String RECORDS = "SELECT zoid, tid FROM object_record ORDER BY zoid, tid";

  @RegisterExtension
  final PostgresExtension postgres = PostgresExtension.prepared(HistoryMode.FREE);

  private final SqlRows rows = new SqlRows(postgres);
  private final List<Throwable> deaths = new CopyOnWriteArrayList<>();
  private Pool pool;

  @BeforeEach
  void open() {
    pool = new Pool(postgres.config(), new PgSessions(postgres.config()));
  }

  @AfterEach
  void close() {
    pool.close();
  }

  private WindowTrimmer trimmer(Duration window) {
    return new WindowTrimmer(pool, window, (thread, cause) -> deaths.add(cause));
  }

  @Test
  void whatWasReplacedLongAgoGoesWithItsRecordAndTheRestStays() throws SQLException {
    long old = Tid.at(Instant.now().minus(Duration.ofMinutes(10))).value();
    long young = Tid.at(Instant.now().minus(Duration.ofMinutes(1))).value();
    rows.storeNull(old, 1, "01");
    rows.storeNull(old + 1, 1, "02");
    rows.storeNull(young, 1, "03");
    trimmer(Duration.ofMinutes(5)).trim();
    assertThat(postgres.query(WINDOW)).containsExactly("1|" + (old + 1));
    assertThat(postgres.query(RECORDS)).containsExactly("1|" + (old + 1), "1|" + young);
  }

  @Test
  void manyRowsGoInSmallBatches() throws SQLException {
    postgres.execute(
        "INSERT INTO object_window SELECT n, 1, 2, 'm', 'C', '1', 1, '{}'"
            + " FROM generate_series(1, 2500) n");
    trimmer(Duration.ofMinutes(5)).trim();
    assertThat(postgres.query(WINDOW)).isEmpty();
  }

  @Test
  void aLargeWindowShrinksFromItsOldEnd() throws SQLException {
    long now = Tid.at(Instant.now()).value();
    postgres.execute(
        ("INSERT INTO object_window SELECT n, %d + n, %d + n + 1, 'm', 'C', '1', 1000, '{}'"
                + " FROM generate_series(1, 10) n")
            .formatted(now, now));
    try (var connection = postgres.connect()) {
      connection.setSchema("public");
      trimmer(Duration.ofMinutes(5)).trimBatch(connection, 3_500);
    }
    assertThat(postgres.query("SELECT min(zoid), count(*) FROM object_window"))
        .containsExactly("8|3");
  }

  @Test
  void aRoundThatFailsIsFollowedByAnother() throws SQLException {
    postgres.execute(
        "INSERT INTO object_window VALUES (1, 1, 2, 'm', 'C', '1', 1, '{}');"
            + "ALTER TABLE object_window RENAME TO hidden");
    try (WindowTrimmer trimmer = trimmer(Duration.ofSeconds(1))) {
      trimmer.start();
      await().during(Duration.ofMillis(1_500)).until(() -> deaths.isEmpty());
      postgres.execute("ALTER TABLE hidden RENAME TO object_window");
      await().until(() -> postgres.query(WINDOW).isEmpty());
    }
    assertThat(deaths).isEmpty();
  }

  @Test
  void twoTrimmersDoNotWaitForEachOther() throws SQLException {
    postgres.execute("INSERT INTO object_window VALUES (1, 1, 2, 'm', 'C', '1', 1, '{}')");
    try (var other = postgres.connect();
        var statement = other.createStatement()) {
      other.setAutoCommit(false);
      statement.execute("SELECT * FROM object_window FOR UPDATE");
      trimmer(Duration.ofMinutes(5)).trim();
      other.rollback();
    }
    assertThat(postgres.query(WINDOW)).containsExactly("1|1");
  }
}
