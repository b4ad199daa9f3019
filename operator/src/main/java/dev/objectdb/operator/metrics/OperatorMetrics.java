package dev.objectdb.operator.metrics;

import dev.objectdb.crds.v1alpha1.ObjectDatabase;
import io.javaoperatorsdk.operator.api.monitoring.Metrics;
import io.javaoperatorsdk.operator.monitoring.micrometer.MicrometerMetrics;
import io.javaoperatorsdk.operator.processing.event.source.Cache;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** All figures of this process. Thread-safe. */
public final class OperatorMetrics implements AutoCloseable {
  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final JvmGcMetrics garbageCollector = new JvmGcMetrics();
  private final DatabaseGauges databases = new DatabaseGauges(registry);
  private volatile Supplier<Stream<ObjectDatabase>> known = Stream::empty;

  /**
   * Starts with nothing known.
   *
   * @param leads whether this operator is the one that acts
   */
  public OperatorMetrics(BooleanSupplier leads) {
    Gauge.builder("objectdb.operator.leader", leads, it -> it.getAsBoolean() ? 1 : 0)
        .description("1 in the operator that acts, 0 in those that stand by")
        .register(registry);
    new JvmMemoryMetrics().bindTo(registry);
    new JvmThreadMetrics().bindTo(registry);
    new ProcessorMetrics().bindTo(registry);
    new UptimeMetrics().bindTo(registry);
    garbageCollector.bindTo(registry);
  }

  /** Returns what the SDK counts its passes with; none of its labels names a database. */
  public Metrics sdk() {
    return MicrometerMetrics.withoutPerResourceMetrics(registry);
  }

  /** Tells of these databases from now on. */
  public void watch(Cache<ObjectDatabase> cache) {
    known = cache::list;
  }

  /** Returns all figures in the text format of Prometheus, as they are now. */
  public synchronized String scrape() {
    databases.update(known.get().toList());
    return registry.scrape();
  }

  @Override
  public void close() {
    garbageCollector.close();
    registry.close();
  }
}
