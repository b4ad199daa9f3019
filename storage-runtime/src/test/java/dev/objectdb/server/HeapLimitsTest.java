package dev.objectdb.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.objectdb.object.Limits;
import org.junit.jupiter.api.Test;

class HeapLimitsTest {
  @Test
  void aSmallHeapTakesShorterMessagesAndALargeOneNoLongerThanAgreed() {
    assertThat(StorageServer.limits(800L << 20).frameBytesMax()).isEqualTo(100 << 20);
    assertThat(StorageServer.limits(64L << 30)).isEqualTo(Limits.DEFAULT);
  }
}
