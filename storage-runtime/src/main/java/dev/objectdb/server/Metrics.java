package dev.objectdb.server;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Duration;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;

/**
 * The figures of one server, in Prometheus form.
 *
 * <p>All names begin with {@code objectdb_}; no label takes its value from a client, so the number
 * of series is fixed: one server has the same few dozen whether it serves one client or a thousand.
 */
final class Metrics implements AutoCloseable {
  /** A cached load takes microseconds, one from PostgreSQL a millisecond. */
  private static final Duration[] LOAD_BUCKETS = {
    Duration.ofNanos(50_000),
    Duration.ofNanos(500_000),
    Duration.ofMillis(2),
    Duration.ofMillis(10),
    Duration.ofMillis(50),
    Duration.ofMillis(250),
    Duration.ofSeconds(1)
  };

  /** A lone commit takes milliseconds; one that waits for others, up to the timeouts. */
  private static final Duration[] COMMIT_BUCKETS = {
    Duration.ofMillis(2), Duration.ofMillis(5), Duration.ofMillis(10), Duration.ofMillis(25),
    Duration.ofMillis(100), Duration.ofMillis(500), Duration.ofSeconds(2), Duration.ofSeconds(10)
  };

  final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final JvmGcMetrics garbageCollector = new JvmGcMetrics();

  final Timer loadBefore = loads("load_before");
  final Timer loadMany = loads("load_many");
  final Timer loadSerial = loads("load_serial");
  final Timer commits =
      Timer.builder("objectdb.commit")
          .description("Commits, from the first vote to the client's leave to go on")
          .serviceLevelObjectives(COMMIT_BUCKETS)
          .register(registry);

  Metrics() {
    new JvmMemoryMetrics().bindTo(registry);
    new JvmThreadMetrics().bindTo(registry);
    new ProcessorMetrics().bindTo(registry);
    new UptimeMetrics().bindTo(registry);
    garbageCollector.bindTo(registry);
  }

  /** Adds a figure that goes up and down, read when somebody asks. */
  void gauge(String name, String description, Supplier<Number> value) {
    Gauge.builder(name, value).description(description).register(registry);
  }

  /** Adds a figure that only grows and that its owner counts already. */
  <T> void count(String name, String description, T owner, ToDoubleFunction<T> value) {
    FunctionCounter.builder(name, owner, value).description(description).register(registry);
  }

  /** Returns all figures in the text format of Prometheus. */
  String scrape() {
    return registry.scrape();
  }

  @Override
  public void close() {
    garbageCollector.close();
    registry.close();
  }

  private Timer loads(String kind) {
    return Timer.builder("objectdb.load")
        .description("Reads by clients, from the cache or from PostgreSQL")
        .tag("kind", kind)
        .serviceLevelObjectives(LOAD_BUCKETS)
        .register(registry);
  }
}
