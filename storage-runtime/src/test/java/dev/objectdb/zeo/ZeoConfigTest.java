package dev.objectdb.zeo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.objectdb.object.Limits;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Every default, pinned: a change of one is a decision. */
class ZeoConfigTest {
  @Test
  void defaultsAreThese() {
    assertThat(ZeoConfig.on("0.0.0.0", 8100))
        .isEqualTo(
            new ZeoConfig(
                "0.0.0.0",
                8100,
                false,
                1000,
                LinkSecurity.PLAIN,
                Runtime.getRuntime().maxMemory() / 4,
                Limits.DEFAULT,
                new LinkLimits(
                    32,
                    32 << 20,
                    32 << 20,
                    16 << 20,
                    Duration.ofSeconds(30),
                    4,
                    Duration.ofMinutes(5),
                    Duration.ofSeconds(60))));
    assertThat(ZeoConfig.on("h", 1).asReadOnly().readOnly()).isTrue();
  }

  @Test
  void valuesThatCannotWorkAreRefused() {
    ZeoConfig good = ZeoConfig.on("h", 1);
    assertThatIllegalArgumentException().isThrownBy(() -> ZeoConfig.on("h", 65_536));
    assertThatIllegalArgumentException().isThrownBy(() -> ZeoConfig.on("h", -1));
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> new ZeoConfig("h", 1, false, 0, good.security(), 1, good.limits(), good.link()));
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                new LinkLimits(
                    0,
                    1,
                    1,
                    1,
                    Duration.ofMillis(1),
                    1,
                    Duration.ofMillis(1),
                    Duration.ofMillis(1)));
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                new LinkLimits(
                    1, 1, 1, 1, Duration.ZERO, 1, Duration.ofMillis(1), Duration.ofMillis(1)));
  }
}
