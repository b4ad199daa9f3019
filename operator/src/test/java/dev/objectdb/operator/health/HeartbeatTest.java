package dev.objectdb.operator.health;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class HeartbeatTest {
  private final AtomicLong nanos = new AtomicLong();
  private final AtomicInteger standstills = new AtomicInteger();
  private final Heartbeat heartbeat =
      new Heartbeat(Duration.ofSeconds(10), standstills::incrementAndGet, nanos::get);

  @AfterEach
  void stop() {
    heartbeat.close();
  }

  @Test
  void aBeatThatIsLateIsNoDeath() {
    heartbeat.close();
    pass(Duration.ofSeconds(29));
    assertThat(heartbeat.isBeating()).isTrue();
    pass(Duration.ofSeconds(1));
    assertThat(heartbeat.isBeating()).isFalse();
    heartbeat.beat();
    assertThat(heartbeat.isBeating()).isTrue();
  }

  @Test
  void whoStoodStillForLongerThanTheLeaseIsSafeIsToldOnce() {
    heartbeat.close();
    pass(Duration.ofSeconds(10));
    heartbeat.beat();
    assertThat(standstills).hasValue(0);
    pass(Duration.ofSeconds(11));
    heartbeat.beat();
    heartbeat.beat();
    assertThat(standstills).hasValue(1);
  }

  private void pass(Duration time) {
    nanos.addAndGet(time.toNanos());
  }
}
