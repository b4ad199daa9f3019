package dev.objectdb.storage.pg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.objectdb.object.Oid;
import dev.objectdb.object.Tid;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The feed while LISTEN does not work; with it, see FeedIT. */
class DoorbellTest {
  private final FakeDatabase database = new FakeDatabase();
  private final AtomicLong clock = new AtomicLong();
  private final InvalidationFeed feed =
      new InvalidationFeed(database, new TenureSequencerTest.NoCache(), database.end(), () -> {});
  private final RecordingListener listener = new RecordingListener();
  private final Doorbell doorbell =
      new Doorbell(DoorbellTest::refuse, feed, new NoRecovery(), clock::get);

  /** Has nothing to recover from. */
  private static final class NoRecovery implements Doorbell.Recovery {
    @Override
    public boolean isSameHistory(Connection connection) {
      return true;
    }

    @Override
    public void recover() {}
  }

  private static Connection refuse(String name) throws SQLException {
    throw new SQLException("no session for the " + name, "08001");
  }

  @AfterEach
  void close() {
    doorbell.close();
  }

  @Test
  void newsComeThroughThePoolWhileThereIsNoSessionToListenOn() {
    feed.subscribe(listener);
    doorbell.start();
    Tid tid = database.commitElsewhere(new Oid(1));
    await().until(() -> listener.told().equals(tid));
  }

  @Test
  void listenersAreCutOffOnceWhenThereWereNoNewsForTooLong() {
    feed.subscribe(listener);
    database.setAway(true);
    doorbell.start();
    clock.addAndGet(Doorbell.LOST_AFTER.toNanos());
    await().during(Duration.ofMillis(300)).until(() -> listener.news.isEmpty());
    clock.addAndGet(1);
    await()
        .untilAsserted(
            () -> assertThat(listener.news).containsExactly(new RecordingListener.News.Lost()));
    database.setAway(false);
    RecordingListener again = new RecordingListener();
    feed.subscribe(again);
    Tid tid = database.commitElsewhere(new Oid(1));
    await().until(() -> again.told().equals(tid));
    assertThat(listener.news).hasSize(1);
  }
}
