package dev.objectdb.object;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TidTest {
  @Test
  void decodesATidThatZodbWrote() {
    Tid tid = Tid.of(Bytes.ofHex("040d2e2b94e17855"));
    assertThat(tid.toInstant())
        .isBetween(
            Instant.parse("2026-11-22T05:31:34.893923Z"),
            Instant.parse("2026-11-22T05:31:34.893925Z"));
  }

  @Test
  void instantsComeBackWithinTheClocksUnit() {
    Random random = new Random(20261122);
    for (int i = 0; i < 10_000; i++) {
      Instant instant =
          Instant.ofEpochSecond(random.nextLong(4_000_000_000L), random.nextInt(1_000_000_000));
      assertThat(Tid.at(instant).toInstant()).isBetween(instant.minusNanos(28), instant);
    }
  }

  @Test
  void tidsRiseWithTime() {
    Instant endOfYear = Instant.parse("2026-12-31T23:59:59.999999999Z");
    assertThat(Tid.at(endOfYear)).isLessThan(Tid.at(endOfYear.plusNanos(1)));
  }
}
