package dev.objectdb.zeo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ByteBudgetTest {
  private final ByteBudget budget = new ByteBudget(10);

  private CompletableFuture<Boolean> taking(int bytes) {
    CompletableFuture<Boolean> taken = new CompletableFuture<>();
    Thread thread = Thread.ofPlatform().start(() -> taken.complete(budget.take(bytes)));
    await().until(() -> taken.isDone() || thread.getState() == Thread.State.WAITING);
    return taken;
  }

  @Test
  void whoNeedsMoreThanThereIsWaitsUntilOthersHaveGivenBack() {
    assertThat(budget.take(8)).isTrue();
    CompletableFuture<Boolean> waiting = taking(3);
    assertThat(waiting).isNotDone();
    budget.giveBack(8);
    assertThat(waiting).succeedsWithin(10, TimeUnit.SECONDS).isEqualTo(true);
    assertThat(budget.held()).isEqualTo(3);
  }

  @Test
  void moreThanEverythingIsServedWhenNothingIsHeld() {
    assertThat(budget.take(25)).isTrue();
    assertThat(budget.tryTake(1)).isFalse();
    budget.giveBack(25);
    assertThat(budget.tryTake(1)).isTrue();
  }

  @Test
  void manySmallOnesDoNotKeepALargeOneWaitingForEver() {
    assertThat(budget.take(1)).isTrue();
    CompletableFuture<Boolean> large = taking(25);
    CompletableFuture<Boolean> small = taking(1);
    assertThat(small).as("there would be room, but not before its turn").isNotDone();
    budget.giveBack(1);
    assertThat(large).succeedsWithin(10, TimeUnit.SECONDS).isEqualTo(true);
    assertThat(small).isNotDone();
    budget.giveBack(25);
    assertThat(small).succeedsWithin(10, TimeUnit.SECONDS).isEqualTo(true);
  }

  @Test
  void whoCannotWaitTakesNothingBeforeThoseWhoDo() {
    assertThat(budget.tryTake(25)).as("nothing is held").isTrue();
    assertThat(budget.tryTake(1)).isFalse();
    budget.giveBack(24);
    assertThat(budget.tryTake(1)).isTrue();
    CompletableFuture<Boolean> waiting = taking(9);
    assertThat(budget.tryTake(1)).as("there would be room").isFalse();
    budget.giveBack(2);
    assertThat(waiting).succeedsWithin(10, TimeUnit.SECONDS).isEqualTo(true);
    assertThat(budget.tryTake(1)).isTrue();
    budget.close();
    assertThat(budget.tryTake(0)).isFalse();
  }

  @Test
  void twoThatFitTogetherAreServedTogether() {
    assertThat(budget.take(10)).isTrue();
    CompletableFuture<Boolean> one = taking(4);
    CompletableFuture<Boolean> two = taking(4);
    budget.giveBack(10);
    assertThat(one).succeedsWithin(10, TimeUnit.SECONDS).isEqualTo(true);
    assertThat(two).succeedsWithin(10, TimeUnit.SECONDS).isEqualTo(true);
  }

  @Test
  void closingLetsEverybodyGoWithNothing() {
    assertThat(budget.take(10)).isTrue();
    CompletableFuture<Boolean> waiting = taking(1);
    budget.close();
    assertThat(waiting).succeedsWithin(10, TimeUnit.SECONDS).isEqualTo(false);
    assertThat(budget.take(1)).isFalse();
    assertThat(budget.held()).isEqualTo(10);
  }
}
