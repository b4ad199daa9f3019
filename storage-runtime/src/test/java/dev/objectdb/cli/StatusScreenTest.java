package dev.objectdb.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.objectdb.cli.ClusterDatabase.Facts;
import dev.objectdb.crds.v1alpha1.ObjectDatabase;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.events.v1.Event;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The screen, as text that people review; {@code -Dgolden.write=true} writes it anew. Each file of
 * facts is the resource, its pods and its events, as a cluster gives them.
 */
class StatusScreenTest {
  private static final Path GOLDEN = Path.of("src/test/resources/dev/objectdb/cli/status");
  private static final Clock CLOCK =
      Clock.fixed(Instant.parse("2026-11-22T12:00:00Z"), ZoneOffset.UTC);

  @ParameterizedTest
  @CsvSource({"serving, true", "failing, false", "new, false"})
  void theScreenReadsAsReviewed(String name, boolean serving) throws IOException {
    StatusScreen screen = new StatusScreen(facts(GOLDEN.resolve(name + ".yaml")), CLOCK);
    Path golden = GOLDEN.resolve(name + ".txt");
    if (Boolean.getBoolean("golden.write")) {
      Files.writeString(golden, screen.text());
    }
    assertThat(screen.text()).isEqualTo(Files.readString(golden));
    assertThat(screen.isServing()).isEqualTo(serving);
  }

  static Facts facts(Path file) throws IOException {
    List<ObjectDatabase> databases = new ArrayList<>();
    List<Pod> pods = new ArrayList<>();
    List<Event> events = new ArrayList<>();
    for (String document : Files.readString(file).split("(?m)^---\n", -1)) {
      if (document.contains("kind: ObjectDatabase\nmetadata")) {
        databases.add(Serialization.unmarshal(document, ObjectDatabase.class));
      } else if (document.contains("kind: Pod\n")) {
        pods.add(Serialization.unmarshal(document, Pod.class));
      } else {
        events.add(Serialization.unmarshal(document, Event.class));
      }
    }
    return new Facts(databases.get(0), pods, events);
  }
}
