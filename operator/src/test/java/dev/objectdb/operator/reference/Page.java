package dev.objectdb.operator.reference;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** One generated page. */
final class Page {
  static final Path DOCS = Path.of("../docs");

  private final StringBuilder text = new StringBuilder();

  Page(String title, String about) {
    line("<!-- Generated from the code by the tests; see docs/README.md. -->");
    line("# " + title);
    line("");
    line(about);
  }

  void heading(String title) {
    line("");
    line("## " + title);
    line("");
  }

  /** The first row of a table. */
  void columns(String... names) {
    row(names);
    line("| --- ".repeat(names.length) + "|");
  }

  void row(String... cells) {
    line("| " + String.join(" | ", cells).replace("\n", " ") + " |");
  }

  void line(String line) {
    text.append(line).append('\n');
  }

  /** Compares with what is checked in, or writes it. */
  void check(String name) throws IOException {
    Path file = DOCS.resolve("reference").resolve(name);
    if (Boolean.getBoolean("docs.write")) {
      Files.writeString(file, text);
    }
    assertThat(text.toString())
        .as("%s is not what the code says: run this test with -Ddocs.write=true", name)
        .isEqualTo(Files.readString(file));
  }
}
