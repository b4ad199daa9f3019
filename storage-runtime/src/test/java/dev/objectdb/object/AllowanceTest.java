package dev.objectdb.object;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import org.junit.jupiter.api.Test;

class AllowanceTest {
  private final Allowance allowance = new Allowance(10);

  @Test
  void givesWhatIsLeftAndNoMore() {
    assertThat(allowance.tryTake(7)).isTrue();
    assertThat(allowance.tryTake(4)).isFalse();
    assertThat(allowance.held()).isEqualTo(7);
    assertThat(allowance.tryTake(3)).isTrue();
  }

  @Test
  void takesBackOnlyWhatWasTaken() {
    allowance.tryTake(7);
    allowance.giveBack(7);
    assertThat(allowance.tryTake(10)).isTrue();
    assertThatIllegalStateException().isThrownBy(() -> allowance.giveBack(11));
  }
}
