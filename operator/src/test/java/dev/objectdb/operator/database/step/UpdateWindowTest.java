package dev.objectdb.operator.database.step;

import static org.assertj.core.api.Assertions.assertThat;

import dev.objectdb.crds.v1alpha1.UpdateStrategy.Day;
import dev.objectdb.crds.v1alpha1.UpdateStrategy.Window;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class UpdateWindowTest {
  /** 2026-11-22 is a Sunday. */
  private static final Window WEEKEND =
      new Window("Europe/Berlin", List.of(Day.Sat, Day.Sun), "23:00", "2h");

  @Test
  void itOpensAtTheTimeOfItsZoneAndCloses() {
    assertThat(isOpen(WEEKEND, "2026-11-22T21:59:59Z")).isFalse();
    assertThat(isOpen(WEEKEND, "2026-11-22T22:00:00Z")).isTrue();
    assertThat(isOpen(WEEKEND, "2026-11-22T23:59:59Z")).isTrue(); // Monday in Berlin
    assertThat(isOpen(WEEKEND, "2026-11-23T00:00:00Z")).isFalse();
    assertThat(isOpen(WEEKEND, "2026-11-23T22:30:00Z")).isFalse();
  }

  @Test
  void itFollowsSummerTime() {
    assertThat(isOpen(WEEKEND, "2026-07-05T21:00:00Z")).isTrue();
    assertThat(isOpen(WEEKEND, "2026-07-05T23:00:00Z")).isFalse();
  }

  @Test
  void itTellsWhenItOpensNext() {
    assertThat(next("2026-11-22T21:00:00Z")).isEqualTo("2026-11-22T22:00:00Z");
    assertThat(next("2026-11-22T22:00:00Z")).isEqualTo("2026-11-28T22:00:00Z");
  }

  @Test
  void withoutDaysItOpensEveryDay() {
    Window daily = new Window("Etc/UTC", null, "02:30", "10m");
    for (int day = 16; day < 23; day++) {
      assertThat(isOpen(daily, "2026-11-%dT02:35:00Z".formatted(day))).isTrue();
    }
  }

  @Test
  void aWindowOfADayIsOpenAcrossMidnight() {
    Window sunday = new Window("Etc/UTC", List.of(Day.Sun), "12:00", "24h");
    assertThat(isOpen(sunday, "2026-11-23T11:59:00Z")).isTrue();
    assertThat(isOpen(sunday, "2026-11-23T12:00:00Z")).isFalse();
  }

  @Test
  void aZoneThatDoesNotExistIsNoWindow() {
    assertThat(UpdateWindow.of(new Window("Europe/Nowhere", null, "02:30", "10m"))).isEmpty();
  }

  private static boolean isOpen(Window window, String now) {
    return UpdateWindow.of(window).orElseThrow().isOpen(Instant.parse(now));
  }

  private static String next(String now) {
    return UpdateWindow.of(WEEKEND).orElseThrow().next(Instant.parse(now)).toString();
  }
}
