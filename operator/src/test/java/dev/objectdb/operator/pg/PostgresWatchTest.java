package dev.objectdb.operator.pg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.objectdb.operator.Databases;
import dev.objectdb.operator.pg.Observation.Counts;
import dev.objectdb.operator.pg.Observation.Failed;
import dev.objectdb.operator.pg.Observation.Reached;
import dev.objectdb.operator.pg.Observation.Trouble;
import dev.objectdb.operator.pg.Probe.Target;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What of many looks counts as seen. */
class PostgresWatchTest {
  private static final ResourceID SITE = new ResourceID("site", "plone");
  private static final Duration SOON = Duration.ofMillis(5);
  private static final Target TARGET = Databases.target("postgresql://u@pg/db");
  private static final Failed BUSY = new Failed(Trouble.BUSY, "canceling statement");

  private final AtomicInteger looks = new AtomicInteger();
  private final AtomicInteger news = new AtomicInteger();

  @Test
  void oneLookThatOthersKeptFromItsEndIsNoNews() {
    PostgresWatch watch = watch((_, _) -> looks.incrementAndGet() == 3 ? BUSY : reached());
    await().until(() -> looks.get() > 8 && seen(watch) instanceof Reached);
    assertThat(news).hasValue(1); // the first look
  }

  @Test
  void aSecondOneIs() {
    PostgresWatch watch = watch((_, _) -> looks.incrementAndGet() >= 3 ? BUSY : reached());
    await().until(() -> looks.get() > 3 && BUSY.equals(seen(watch)));
    assertThat(looks.get()).isGreaterThanOrEqualTo(4);
    assertThat(news).hasValue(2);
  }

  @Test
  void anyOtherTroubleIsToldAtOnce() {
    Failed away = new Failed(Trouble.UNREACHABLE, "refused");
    PostgresWatch watch = watch((_, _) -> looks.incrementAndGet() == 3 ? away : reached());
    await().until(() -> looks.get() > 8);
    assertThat(seen(watch)).isInstanceOf(Reached.class);
    assertThat(news).hasValue(3);
  }

  @Test
  void estimatesAreAskedForOnceInAWhileAndKeptMeanwhile() {
    List<Boolean> asked = Collections.synchronizedList(new ArrayList<>());
    Counts counts = new Counts(1L, 2L, 3L, 4L);
    PostgresWatch watch =
        watch(
            (_, counting) -> {
              asked.add(counting);
              return reached().with(counting ? counts : Counts.NONE);
            });
    await().until(() -> asked.size() > 5);
    assertThat(seen(watch)).isEqualTo(reached().with(counts));
    assertThat(asked.getFirst()).isTrue();
    assertThat(asked.subList(1, 5)).containsOnly(false);
  }

  private static Reached reached() {
    return Databases.reached();
  }

  private PostgresWatch watch(Probe probe) {
    PostgresWatch watch = new PostgresWatch(probe, Clock.systemUTC(), SOON);
    watch.onNews(_ -> news.incrementAndGet());
    Optional<Observation> _ = watch.lastLook(SITE, TARGET); // from now on it looks
    return watch;
  }

  private static Observation seen(PostgresWatch watch) {
    Optional<Observation> seen = watch.lastLook(SITE, TARGET);
    return seen.orElseThrow();
  }
}
