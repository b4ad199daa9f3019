package dev.objectdb.storage.pg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.objectdb.object.Oid;
import dev.objectdb.object.Tid;
import dev.objectdb.storage.HistoryMode;
import dev.objectdb.testing.PostgresExtension;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
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
    return new WindowTrimmer(pool, HistoryMode.FREE, window, (thread, cause) -> deaths.add(cause));
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
    trimmer(Duration.ofMinutes(5)).trim(3_500);
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

  private void addOrphan(long zoid, long tid) throws SQLException {
    postgres.execute("INSERT INTO object_record VALUES (%d, %d, '00')".formatted(zoid, tid));
  }

  @Test
  void recordsWhoseRevisionIsNowhereAreSweptPageByPage() throws SQLException {
    rows.storeNull(10, 1, "01");
    rows.storeNull(20, 1, "02"); // the first one is in the window now
    rows.storeNull(30, 4, "03");
    for (long zoid = 0; zoid < 6; zoid++) {
      addOrphan(zoid, 5);
    }
    WindowTrimmer trimmer = trimmer(Duration.ofMinutes(5));
    trimmer.sweepPage(4);
    assertThat(postgres.query(RECORDS)).contains("2|5", "5|5").doesNotContain("0|5", "1|5");
    trimmer.sweepPage(4);
    trimmer.sweepPage(4);
    assertThat(postgres.query(RECORDS)).containsExactly("1|10", "1|20", "4|30");
    addOrphan(0, 6);
    trimmer.sweepPage(4);
    assertThat(postgres.query(RECORDS)).as("it begins anew").doesNotContain("0|6");
  }

  @Test
  void theRecordsOfAWindowThatWasLostInACrashAreSwept() throws SQLException {
    rows.storeNull(10, 1, "01");
    rows.storeNull(20, 1, "02");
    postgres.execute("TRUNCATE object_window"); // as crash recovery does
    trimmer(Duration.ofMinutes(5)).sweepPage(100);
    assertThat(postgres.query(RECORDS)).containsExactly("1|20");
  }

  @Test
  void theRecordOfACommitThatIsUnderWayIsLeftAlone() throws SQLException {
    rows.storeNull(10, 1, "01");
    try (var other = postgres.connect();
        var statement = other.createStatement()) {
      other.setAutoCommit(false);
      statement.execute(SqlRows.log(20) + "INSERT INTO object_record VALUES (1, 20, '02')");
      trimmer(Duration.ofMinutes(5)).sweepPage(100);
      statement.execute(SqlRows.upsert(20, 1, "'null'", 4));
      trimmer(Duration.ofMinutes(5)).sweepPage(100);
      other.commit();
    }
    trimmer(Duration.ofMinutes(5)).sweepPage(100);
    assertThat(postgres.query(RECORDS)).containsExactly("1|10", "1|20");
  }

  @Test
  void noRecordThatIsNeededGoesWhileObjectsAreReplacedAllTheTime() throws Exception {
    AtomicBoolean done = new AtomicBoolean();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<?> sweeper =
          threads.submit(
              () -> {
                WindowTrimmer trimmer = trimmer(Duration.ofMinutes(5));
                while (!done.get()) {
                  trimmer.sweepPage(50);
                }
              });
      for (long tid = 1; tid <= 300; tid++) {
        rows.storeNull(tid, tid % 3, "01");
      }
      done.set(true);
      sweeper.get();
    }
    assertThat(postgres.query("SELECT count(*) FROM object_record")).containsExactly("300");
  }

  @Test
  void deletionsOfLongAgoGoAndTheFloorRisesWithThem() throws SQLException {
    long old = Tid.at(Instant.now().minus(Duration.ofDays(40))).value();
    long young = Tid.at(Instant.now().minus(Duration.ofDays(20))).value();
    long first = old - 1;
    postgres.execute("UPDATE objectdb_state SET deletion_floor = 0");
    rows.store(first, 1, "a");
    rows.store(old, 2, "b");
    rows.delete(old + 1, 1);
    rows.begin(old + 2);
    rows.store(young, 3, "c");
    rows.delete(young + 1, 2);
    PgFeedSource source = new PgFeedSource(pool, DeltaQuery.of(HistoryMode.FREE));
    assertThat(source.since(new Tid(first), 9)).hasValueSatisfying(this::isComplete);
    trimmer(Duration.ofMinutes(5)).trimDeletions();
    assertThat(postgres.query("SELECT tid, zoid FROM object_deletion"))
        .containsExactly((young + 1) + "|2");
    assertThat(postgres.query("SELECT deletion_floor FROM objectdb_state"))
        .containsExactly(String.valueOf(old + 1));
    assertThat(source.since(new Tid(first), 9))
        .as("a deletion above it is not on record any more")
        .hasValueSatisfying(delta -> assertThat(delta.complete()).isFalse());
    assertThat(source.above(new Tid(old)).complete()).as("nor for the feed").isFalse();
    assertThat(source.since(new Tid(old + 1), 9)).hasValueSatisfying(this::isComplete);
    trimmer(Duration.ofDays(400)).trimDeletions();
    assertThat(postgres.query("SELECT count(*) FROM object_deletion")).containsExactly("1");
  }

  private void isComplete(Delta delta) {
    assertThat(delta.complete()).isTrue();
    assertThat(delta.above(Tid.NONE)).contains(new Oid(2));
  }

  @Test
  void manyDeletionsGoInSmallBatchesBesideAnotherTrimmer() throws SQLException {
    postgres.execute(
        "INSERT INTO object_deletion SELECT n, 7 FROM generate_series(1, 2500) n;"
            + "UPDATE objectdb_state SET deletion_floor = 0");
    try (var other = postgres.connect();
        var statement = other.createStatement()) {
      other.setAutoCommit(false);
      statement.execute("SELECT * FROM object_deletion WHERE tid = 1000 FOR UPDATE");
      trimmer(Duration.ofMinutes(5)).trimDeletions();
      other.rollback();
    }
    assertThat(postgres.query("SELECT tid FROM object_deletion")).containsExactly("1000");
    assertThat(postgres.query("SELECT deletion_floor FROM objectdb_state")).containsExactly("2500");
  }

  @Nested
  class Preserving {
    @RegisterExtension
    final PostgresExtension preserving = PostgresExtension.prepared(HistoryMode.PRESERVING);

    @Test
    void recordsOfTheHistoryStayAndOthersAreSwept() throws SQLException {
      SqlRows history = new SqlRows(preserving);
      history.storeNull(10, 1, "01");
      history.storeNull(20, 1, "02");
      history.delete(30, 1);
      preserving.execute("INSERT INTO object_record VALUES (1, 5, '00')");
      try (Pool sessions = new Pool(preserving.config(), new PgSessions(preserving.config()))) {
        new WindowTrimmer(
                sessions, HistoryMode.PRESERVING, Duration.ofMinutes(5), (thread, cause) -> {})
            .sweepPage(100);
      }
      assertThat(preserving.query(RECORDS)).containsExactly("1|10", "1|20");
    }
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
