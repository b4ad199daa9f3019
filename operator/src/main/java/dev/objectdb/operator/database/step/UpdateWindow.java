package dev.objectdb.operator.database.step;

import dev.objectdb.crds.v1alpha1.UpdateStrategy.Day;
import dev.objectdb.crds.v1alpha1.UpdateStrategy.Window;
import dev.objectdb.operator.database.manifest.Durations;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Times of the week at which servers may be replaced. Days and time of day are those of the time
 * zone, so a window moves with summer time; how long it lasts does not change.
 */
record UpdateWindow(ZoneId zone, List<Day> days, LocalTime start, Duration duration) {
  /** A window that began at most so many days ago may still be open. */
  private static final int DAYS_BACK = 1;

  /** Every window begins at least once in so many days. */
  private static final int DAYS_AHEAD = 8;

  /** Returns the window, or nothing if its time zone is not known. */
  static Optional<UpdateWindow> of(Window declared) {
    try {
      List<Day> days = declared.days();
      return Optional.of(
          new UpdateWindow(
              ZoneId.of(declared.timeZone()),
              days == null ? List.of(Day.values()) : days,
              LocalTime.parse(declared.start()),
              Durations.parse(declared.duration())));
    } catch (DateTimeException e) {
      return Optional.empty();
    }
  }

  boolean isOpen(Instant now) {
    return beginnings(now)
        .anyMatch(begin -> !now.isBefore(begin) && now.isBefore(begin.plus(duration)));
  }

  /** Returns when it begins next. */
  Instant next(Instant now) {
    return beginnings(now).filter(now::isBefore).findFirst().orElseThrow();
  }

  /** A day is the beginning of the name of a day. */
  private boolean beginsOn(LocalDate date) {
    String name = date.getDayOfWeek().name();
    return days.stream().anyMatch(day -> name.startsWith(day.name().toUpperCase(Locale.ROOT)));
  }

  private Stream<Instant> beginnings(Instant now) {
    LocalDate today = LocalDate.ofInstant(now, zone);
    return IntStream.rangeClosed(-DAYS_BACK, DAYS_AHEAD)
        .mapToObj(today::plusDays)
        .filter(this::beginsOn)
        .map(date -> ZonedDateTime.of(date, start, zone).toInstant());
  }
}
