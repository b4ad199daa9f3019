package dev.objectdb.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class ObjectdbCommandTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @Test
  void theVersionIsTheBuilds() {
    assertThat(run("--version")).isZero();
    assertThat(out.toString()).matches("objectdb [0-9]+[.][0-9]+[.][0-9]+.*\\R");
  }

  @Test
  void helpNamesEveryVerb() {
    assertThat(run("--help")).isZero();
    assertThat(out.toString()).contains("up ", "serve ", "schema ", "Exit codes:");
  }

  @Test
  void theHelpOfServeNamesEveryKey() {
    assertThat(run("serve", "--help")).isZero();
    assertThat(out.toString())
        .contains("OBJECTDB_POSTGRES_URI ", "OBJECTDB_ZEO_PORT ", "OBJECTDB_SNAPSHOT_WINDOW ");
  }

  @Test
  void aWrongVerbIsAUsageError() {
    assertThat(run("start")).isEqualTo(2);
    assertThat(err.toString()).contains("start", "'objectdb --help' explains it");
  }

  @Test
  void withoutAVerbTheHelpIsShown() {
    assertThat(run()).isEqualTo(2);
    assertThat(err.toString()).contains("'objectdb --help' explains it");
  }

  @Test
  void aUsersMistakeIsOneLine() {
    assertThat(run("up", "-f", "no-such.yaml")).isEqualTo(2);
    assertThat(err.toString())
        .isEqualToNormalizingNewlines(
            "objectdb: no-such.yaml: there is no such file: correct the path\n");
  }

  @Test
  void theSnippetConnectsToTheServersPort() {
    assertThat(Snippet.at("127.0.0.1", 18_100))
        .startsWith("import ZEO\n")
        .contains("ZEO.DB((\"127.0.0.1\", 18100))");
    assertThat(Path.of("../examples/hello.py")).content().endsWith(Snippet.at("127.0.0.1", 8100));
  }

  private int run(String... arguments) {
    CommandLine command = ObjectdbCommand.commandLine();
    command.setOut(new PrintWriter(out, true));
    command.setErr(new PrintWriter(err, true));
    return command.execute(arguments);
  }
}
