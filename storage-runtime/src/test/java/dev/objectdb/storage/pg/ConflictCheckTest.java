package dev.objectdb.storage.pg;

import static org.assertj.core.api.Assertions.assertThat;

import dev.objectdb.object.Tid;
import org.junit.jupiter.api.Test;

/** The rule for tids that come from elsewhere; the rest is tested through the sequencer. */
class ConflictCheckTest {
  private static final Tid LAST = new Tid(1L << 40);
  private static final long SECOND = (1L << 32) / 60;

  private static boolean isRefused(Tid given, Tid clock) {
    return ConflictCheck.refusal(given, LAST, clock).isPresent();
  }

  @Test
  void aGivenTidMustBeAboveTheGreatest() {
    assertThat(isRefused(LAST, LAST)).isTrue();
    assertThat(isRefused(LAST.next(), LAST)).isFalse();
  }

  @Test
  void aGivenTidMayBeASecondAheadOfTheClock() {
    Tid clock = new Tid(LAST.value() + (1L << 33));
    assertThat(isRefused(new Tid(clock.value() + SECOND), clock)).isFalse();
    assertThat(isRefused(new Tid(clock.value() + SECOND + 1), clock)).isTrue();
  }

  @Test
  void aGivenTidMayBeFarAheadOfAClockThatWentBackIfItIsNearTheGreatest() {
    Tid clock = new Tid(LAST.value() - (1L << 36));
    assertThat(isRefused(new Tid(LAST.value() + 65_536), clock)).isFalse();
    assertThat(isRefused(new Tid(LAST.value() + 65_537), clock)).isTrue();
  }
}
