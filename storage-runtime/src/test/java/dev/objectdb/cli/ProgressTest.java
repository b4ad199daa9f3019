package dev.objectdb.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ProgressTest {
  private final StringWriter out = new StringWriter();

  @Test
  void aFileGetsALineAtTheBeginningAndOneAtTheEnd() throws Exception {
    Progress progress = new Progress(new PrintWriter(out, true), false);
    assertThat(progress.during("starting", Optional::empty, () -> 7)).isEqualTo(7);
    assertThat(out.toString()).matches("starting\\Rstarting: done in [0-9.]+ s\\R");
  }

  @Test
  void aTerminalGetsOneLineThatCounts() throws Exception {
    Progress progress = new Progress(new PrintWriter(out, true), true);
    progress.during(
        "starting",
        () -> Optional.of("no answer"),
        () -> await().until(() -> out.toString().contains("no answer"), found -> found));
    assertThat(out.toString())
        .containsPattern("\r\u001b\\[Kstarting \\([0-9.]+ s\\): no answer\r")
        .containsPattern("\r\u001b\\[Kstarting: done in [0-9.]+ s\\R$");
  }

  @Test
  void aFailureEndsTheLineAndIsPassedOn() {
    Progress progress = new Progress(new PrintWriter(out, true), true);
    assertThatExceptionOfType(CommandFailure.class)
        .isThrownBy(
            () ->
                progress.during(
                    "starting",
                    Optional::empty,
                    () -> {
                      throw new CommandFailure("it did not");
                    }))
        .withMessage("it did not");
    assertThat(out.toString()).containsPattern("starting: stopped after [0-9.]+ s\\R$");
  }

  @Test
  void aBarIsDrawnOverAndMakesRoomForWhatIsWrittenBetween() {
    Progress progress = new Progress(new PrintWriter(out, true), true);
    try (Progress.Bar bar = progress.bar("verifying", "revisions", 10)) {
      bar.step(5);
      await().until(() -> out.toString().contains(" 5/10 "));
      bar.giveWay();
      bar.step(5);
    }
    assertThat(out.toString()).containsPattern("\r\u001b\\[Kverifying +100% .*\\R$");
  }

  @Test
  void aBarInAFileSaysWhatThereIsToDo() {
    Progress progress = new Progress(new PrintWriter(out, true), false);
    try (Progress.Bar bar = progress.bar("verifying", "revisions", 1_000)) {
      bar.step(1_000);
    }
    assertThat(out.toString().lines().toList()).first().isEqualTo("verifying 1,000 revisions");
  }
}
