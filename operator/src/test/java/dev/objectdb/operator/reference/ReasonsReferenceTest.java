package dev.objectdb.operator.reference;

import static org.assertj.core.api.Assertions.assertThat;

import dev.objectdb.operator.database.status.ConditionType;
import dev.objectdb.operator.database.status.Reason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class ReasonsReferenceTest {
  private static final Path STATUS = Path.of("src/main/java/dev/objectdb/operator/database/status");

  private static final Pattern CONSTANT =
      Pattern.compile(
          "/\\*\\*((?:(?!\\*/).)*)\\*/\\s*([A-Z][A-Za-z]+)(?:\\([^)]*\\))?[,;]", Pattern.DOTALL);

  @Test
  void everyConditionAndReasonIsOnItsPage() throws IOException {
    Map<String, String> types = words("ConditionType.java");
    Map<String, String> reasons = words("Reason.java");
    Page page =
        new Page(
            "Conditions, reasons and events",
            "Programs may rely on these words; the messages are for people. An event has the reason"
                + " of the condition that changed, and is told once for each change: `kubectl"
                + " events --for objdb/site`.");
    page.heading("Conditions");
    page.columns("type", "usual", "True means");
    for (ConditionType type : ConditionType.values()) {
      assertThat(types).containsKey(type.name());
      page.row("`" + type + "`", type.usual().toString(), types.getOrDefault(type.name(), ""));
    }
    page.heading("Reasons of conditions and events");
    page.columns("reason", "event", "meaning");
    for (Reason reason : Reason.values()) {
      assertThat(reasons).containsKey(reason.name());
      String kind = reason.isWarning() ? "Warning" : "Normal";
      page.row("`" + reason + "`", kind, reasons.getOrDefault(reason.name(), ""));
    }
    page.check("reasons.md");
  }

  /** What the comment of each constant says. */
  private static Map<String, String> words(String file) throws IOException {
    Map<String, String> words = new LinkedHashMap<>();
    Matcher constant = CONSTANT.matcher(Files.readString(STATUS.resolve(file)));
    while (constant.find()) {
      String text = constant.group(1).replaceAll("\\s*\\n\\s*\\*\\s*", " ").strip();
      words.put(constant.group(2), text.replaceAll("\\{@code ([^}]*)}", "`$1`"));
    }
    return words;
  }
}
