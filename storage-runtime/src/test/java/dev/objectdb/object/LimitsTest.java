package dev.objectdb.object;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class LimitsTest {
  @Test
  void aSmallHeapTakesShorterMessagesAndFewerObjectsAndALargeOneNoMoreThanAgreed() {
    Limits small = Limits.DEFAULT.within(480_000_000);
    assertThat(small.frameBytesMax()).isEqualTo(60_000_000);
    assertThat(small.openObjectsMax()).isEqualTo(600_000);
    assertThat(Limits.DEFAULT.within(64L << 30)).isEqualTo(Limits.DEFAULT);
  }
}
