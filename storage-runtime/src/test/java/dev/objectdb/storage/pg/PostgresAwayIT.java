package dev.objectdb.storage.pg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import dev.objectdb.object.Limits;
import dev.objectdb.object.Oid;
import dev.objectdb.object.Tid;
import dev.objectdb.storage.HistoryMode;
import dev.objectdb.storage.StorageUnavailableException;
import dev.objectdb.testing.CountingProxy;
import dev.objectdb.testing.EmbeddedPg;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What readers see while PostgreSQL is away, and that they go on by themselves afterwards. */
class PostgresAwayIT {
  private static final int POOL_MAX = 3;

  private static EmbeddedPg server;

  private CountingProxy proxy;
  private PgConfig config;
  private Pool pool;
  private Loader loader;

  @BeforeAll
  static void start() {
    server = EmbeddedPg.own();
    Schema.apply(PgConfig.of(server.uri("postgres"), HistoryMode.FREE));
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @BeforeEach
  void open() {
    proxy = new CountingProxy(server::port);
    PgUri uri = PgUri.parse("postgresql://postgres@localhost:%d/postgres".formatted(proxy.port()));
    config =
        new PgConfig(
            uri,
            "public",
            HistoryMode.FREE,
            new PgConfig.Pooling(
                1, POOL_MAX, Duration.ofSeconds(1), Duration.ofMinutes(30), Duration.ofMinutes(10)),
            0,
            Duration.ofMinutes(5),
            Duration.ofSeconds(10),
            Duration.ofSeconds(2),
            Duration.ofSeconds(1),
            false,
            Limits.DEFAULT);
    pool = new Pool(config, new PgSessions(config));
    loader = new Loader(pool, HistoryMode.FREE, SqlRows.ENCODER);
  }

  @AfterEach
  void close() {
    pool.close();
    proxy.close();
  }

  private void load() {
    assertThat(loader.read(List.of(Oid.ROOT), Tid.MAX)).hasSize(1);
  }

  @Test
  void aLinkThatBreaksIsReplacedUnnoticed() {
    load();
    proxy.cut();
    load();
  }

  @Test
  void sessionsThatTheServerEndsAreReplacedUnnoticed() throws SQLException {
    load();
    server.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            + " WHERE application_name = 'objectdb reader'");
    load();
  }

  @Test
  void aKilledServerIsUnavailableUntilItIsBack() throws IOException {
    load();
    server.kill();
    assertThatExceptionOfType(StorageUnavailableException.class).isThrownBy(this::load);
    assertThatExceptionOfType(StorageUnavailableException.class)
        .isThrownBy(() -> Schema.apply(config));
    server.startAgain();
    await().atMost(Duration.ofSeconds(30)).ignoreExceptions().untilAsserted(this::load);
  }

  @Test
  void aStoppedServerIsUnavailableUntilItIsBack() throws IOException {
    load();
    server.stop();
    assertThatExceptionOfType(StorageUnavailableException.class).isThrownBy(this::load);
    server.startAgain();
    await().atMost(Duration.ofSeconds(30)).ignoreExceptions().untilAsserted(this::load);
  }

  @Test
  void aStatementThatTakesTooLongIsEnded() {
    assertThatExceptionOfType(StorageUnavailableException.class)
        .isThrownBy(
            () -> pool.read("sleeping", connection -> run(connection, "SELECT pg_sleep(9)")))
        .withMessageContaining("sleeping");
    load();
  }

  @Test
  void aLockedTableIsWaitedForOnlyBriefly() throws SQLException {
    try (Connection other = server.connect("postgres");
        Statement statement = other.createStatement()) {
      other.setAutoCommit(false);
      statement.execute("LOCK TABLE object_state IN ACCESS EXCLUSIVE MODE");
      assertThatExceptionOfType(StorageUnavailableException.class).isThrownBy(this::load);
      other.rollback();
    }
    load();
  }

  @Test
  void moreReadersThanSessionsWaitAndThenGiveUp() throws Exception {
    CountDownLatch taken = new CountDownLatch(POOL_MAX);
    CountDownLatch release = new CountDownLatch(1);
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < POOL_MAX; i++) {
        threads.execute(
            () ->
                pool.read(
                    "holding",
                    connection -> {
                      taken.countDown();
                      awaitQuietly(release);
                      return true;
                    }));
      }
      taken.await();
      assertThatExceptionOfType(StorageUnavailableException.class).isThrownBy(this::load);
      assertThat(pool.active()).isEqualTo(POOL_MAX);
      release.countDown();
    }
    load();
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void aSessionComesWithItsBounds() {
    String settings =
        """
        SELECT concat_ws(' ', current_setting('statement_timeout'), current_setting('lock_timeout'),
          current_setting('idle_in_transaction_session_timeout'), current_setting('search_path'),
          current_setting('synchronous_commit'), current_setting('tcp_keepalives_idle'),
          current_setting('application_name'))
        """;
    assertThat(pool.<String>read("settings", connection -> run(connection, settings)))
        .isEqualTo("2s 1s 1min public on 10 objectdb reader");
  }

  @Test
  void theSessionThatListensDoesNotWaitForAnAnswerForEver() {
    CompletableFuture<Integer> bound = new CompletableFuture<>();
    Doorbell.Recovery asked =
        new Doorbell.Recovery() {
          @Override
          public boolean isSameHistory(Connection connection) throws SQLException {
            return bound.complete(connection.getNetworkTimeout());
          }

          @Override
          public void recover() {}
        };
    FakeDatabase news = new FakeDatabase();
    InvalidationFeed feed = new InvalidationFeed(news, new NoCache(), news.end(), () -> {});
    try (Doorbell doorbell = new Doorbell(new PgSessions(config), feed, asked, System::nanoTime)) {
      doorbell.start();
      assertThat(bound.join()).isBetween(1, 10_000);
    }
  }

  private static String run(Connection connection, String sql) throws SQLException {
    try (var statement = connection.createStatement();
        var row = statement.executeQuery(sql)) {
      row.next();
      return row.getString(1);
    }
  }
}
