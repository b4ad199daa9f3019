package dev.objectdb.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.objectdb.object.Tid;
import dev.objectdb.storage.ForwardingStorage;
import dev.objectdb.storage.HistoryMode;
import dev.objectdb.storage.MemoryStorage;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class ReadinessTest {
  @Test
  void anErrorMakesItNotReadyUntilTheNextGoodAnswer() {
    AtomicInteger asked = new AtomicInteger();
    try (ForwardingStorage storage = new FailsOnce(asked);
        Readiness readiness = new Readiness(storage)) {
      assertThat(readiness.problem()).isEmpty();
      await().pollInterval(Duration.ofMillis(20)).until(() -> readiness.problem().isPresent());
      await().until(() -> readiness.problem().isEmpty());
      assertThat(asked).hasValueGreaterThan(1);
    }
  }

  private static final class FailsOnce extends ForwardingStorage {
    private final AtomicInteger asked;

    FailsOnce(AtomicInteger asked) {
      super(MemoryStorage.of(HistoryMode.FREE));
      this.asked = asked;
    }

    @Override
    public Tid sync() {
      if (asked.getAndIncrement() == 0) {
        throw new StackOverflowError("on demand");
      }
      return inner.sync();
    }
  }
}
