package dev.objectdb.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.config.NamingConvention;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** The page with the figures of a server says what the code says; see docs/README.md. */
class MetricsReferenceTest {
  private static final Path PAGE = Path.of("../docs/reference/metrics-servers.md");

  @Test
  @SuppressWarnings("NullAway") // nothing is measured, so nothing is needed that could be
  void everyFigureIsOnItsPage() throws IOException {
    List<String> head =
        List.of(
            "<!-- Generated from the code by the tests; see docs/README.md. -->",
            "# Metrics of the servers",
            "",
            "At `/metrics` of port 9180 of each server, in the text format of Prometheus. No label"
                + " takes its value from a client, so the number of series is fixed. Beside these"
                + " are the figures of the JVM (`jvm_…`, `process_…`, `system_…`).",
            "",
            "| metric | kind | labels | meaning |",
            "| --- | --- | --- | --- |",
            "");
    StringBuilder text = new StringBuilder(String.join("\n", head));
    try (Metrics metrics = new Metrics()) {
      new ServerMeters(null, null, null).bindTo(metrics);
      NamingConvention names = metrics.registry.config().namingConvention();
      metrics.registry.getMeters().stream()
          .map(Meter::getId)
          .filter(id -> id.getName().startsWith("objectdb"))
          .map(id -> row(id, names))
          .distinct()
          .sorted()
          .forEach(text::append);
    }
    if (Boolean.getBoolean("docs.write")) {
      Files.writeString(PAGE, text);
    }
    assertThat(text.toString())
        .as("run this test with -Ddocs.write=true")
        .isEqualTo(Files.readString(PAGE));
  }

  private static String row(Meter.Id id, NamingConvention names) {
    List<String> labels = id.getTags().stream().map(tag -> tag.getKey()).toList();
    String kind =
        switch (id.getType()) {
          case COUNTER -> "counter";
          case TIMER -> "histogram, seconds";
          default -> "gauge";
        };
    return "| `%s` | %s | %s | %s |%n"
        .formatted(
            names.name(id.getName(), id.getType(), id.getBaseUnit())
                + (id.getType() == Meter.Type.COUNTER ? "_total" : ""),
            kind,
            String.join(", ", labels),
            Objects.toString(id.getDescription(), ""));
  }
}
