package dev.objectdb.operator.reference;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Links lead somewhere, and every resource that a page shows is one that tests apply. */
class PagesTest {
  private static final Path TOP = Path.of("..");
  private static final Pattern LINK = Pattern.compile("]\\((?!https?:|#)([^)#]+)");
  private static final Pattern YAML = Pattern.compile("```yaml\\n(.*?)```", Pattern.DOTALL);

  @Test
  void linksLeadSomewhere() {
    for (Path page : pages()) {
      Matcher link = LINK.matcher(read(page));
      while (link.find()) {
        assertThat(page.resolveSibling(link.group(1))).as("%s", page).exists();
      }
    }
  }

  @Test
  void everyResourceOfAPageIsInAnExample() throws IOException {
    String examples = String.join("\n", examples());
    for (Path page : pages()) {
      Matcher sample = YAML.matcher(read(page));
      while (page.startsWith(Page.DOCS) && sample.find()) {
        if (sample.group(1).contains("kind: ObjectDatabase")) {
          assertThat(examples).as("%s", page).contains(sample.group(1).strip());
        }
      }
    }
  }

  private static List<String> examples() throws IOException {
    try (Stream<Path> files = Files.list(TOP.resolve("examples"))) {
      return files
          .filter(file -> file.toString().endsWith(".yaml"))
          .sorted()
          .map(PagesTest::read)
          .toList();
    }
  }

  private static List<Path> pages() {
    try (Stream<Path> files = Files.walk(Page.DOCS)) {
      return Stream.concat(
              Stream.of(TOP.resolve("README.md"), TOP.resolve("ARCHITECTURE.md")),
              files.filter(file -> file.toString().endsWith(".md")).sorted())
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
