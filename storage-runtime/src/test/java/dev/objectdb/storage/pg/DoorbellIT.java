package dev.objectdb.storage.pg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.objectdb.object.Oid;
import dev.objectdb.object.Tid;
import dev.objectdb.storage.HistoryMode;
import dev.objectdb.testing.PostgresExtension;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The doorbell while it rings all the time. */
class DoorbellIT {
  private static final int ROUNDS = 5;

  @RegisterExtension
  final PostgresExtension postgres = PostgresExtension.prepared(HistoryMode.FREE);

  private final FakeDatabase database = new FakeDatabase();
  private final AtomicLong clock = new AtomicLong();
  private final RecordingListener listener = new RecordingListener();

  /** As a busy server does with its own commits, which it has told before. */
  private static void ring(Statement statement) throws SQLException {
    statement.execute("NOTIFY zodb_invalidations, '0'");
  }

  @Test
  void rungByWhatIsKnownItStillLooksForWhatIsNotOnceAPeriod() throws SQLException {
    InvalidationFeed feed = new InvalidationFeed(database, new NoCache(), database.end(), () -> {});
    feed.subscribe(listener);
    try (Doorbell doorbell =
            new Doorbell(
                new PgSessions(postgres.config()),
                feed,
                new DoorbellTest.NoRecovery(),
                clock::get);
        Connection connection = postgres.connect();
        Statement statement = connection.createStatement()) {
      doorbell.start();
      for (int round = 0; round < ROUNDS; round++) {
        Tid silent = database.commitElsewhere(new Oid(1));
        clock.addAndGet(Doorbell.POLL.toNanos() + 1);
        await()
            .pollDelay(Duration.ZERO)
            .pollInterval(Duration.ofMillis(20))
            .untilAsserted(
                () -> {
                  ring(statement);
                  assertThat(listener.told()).isEqualTo(silent);
                });
      }
    }
  }
}
