package dev.objectdb.house;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The tests that ARCHITECTURE.md names, as {@code Class#method}, are there. */
class NamedTestsTest {
  private static final Pattern NAME = Pattern.compile("`(\\w+)#(\\w+)`");

  @Test
  void everyTestThatIsNamedExists() throws IOException {
    Map<String, Path> files = new HashMap<>();
    SourceTree.javaFiles().forEach(file -> files.put(file.getFileName().toString(), file));
    List<MatchResult> named =
        NAME.matcher(Files.readString(SourceTree.file("ARCHITECTURE.md"))).results().toList();
    List<String> missing = new ArrayList<>();
    for (MatchResult name : named) {
      Path file = files.get(name.group(1) + ".java");
      Pattern method = Pattern.compile("(void|ArchRule) " + name.group(2) + "\\b");
      if (file == null || !method.matcher(Files.readString(file)).find()) {
        missing.add(name.group());
      }
    }
    assertThat(named).isNotEmpty();
    assertThat(missing).isEmpty();
  }
}
