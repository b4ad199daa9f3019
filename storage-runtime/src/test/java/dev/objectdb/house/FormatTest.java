package dev.objectdb.house;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.googlejavaformat.java.Formatter;
import com.google.googlejavaformat.java.FormatterException;
import com.google.googlejavaformat.java.ImportOrderer;
import com.google.googlejavaformat.java.JavaFormatterOptions;
import com.google.googlejavaformat.java.RemoveUnusedImports;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * One layout for all Java code: google-java-format's. {@code mvn test -pl storage-runtime
 * -Dtest=FormatTest -Dformat.write=true} rewrites what differs.
 */
class FormatTest {
  private static final boolean WRITE = Boolean.getBoolean("format.write");

  private final Formatter formatter = new Formatter();

  @Test
  void everySourceIsLaidOutByTheFormatter() throws IOException, FormatterException {
    List<String> different = new ArrayList<>();
    for (Path file : SourceTree.javaFiles()) {
      String source = Files.readString(file);
      String formatted =
          formatter.formatSource(
              ImportOrderer.reorderImports(
                  RemoveUnusedImports.removeUnusedImports(source),
                  JavaFormatterOptions.Style.GOOGLE));
      if (!formatted.equals(source)) {
        different.add(SourceTree.relative(file));
        if (WRITE) {
          Files.writeString(file, formatted);
        }
      }
    }
    if (!WRITE) {
      assertThat(different).as("to rewrite: run this test with -Dformat.write=true").isEmpty();
    }
  }
}
