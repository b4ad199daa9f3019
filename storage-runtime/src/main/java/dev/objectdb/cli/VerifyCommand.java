package dev.objectdb.cli;

import dev.objectdb.server.ServerConfig;
import dev.objectdb.storage.pg.Finding;
import dev.objectdb.storage.pg.Verification;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code objectdb verify}: tells what is broken in a database. */
@Command(
    name = "verify",
    mixinStandardHelpOptions = true,
    header = "Walks over a database, and tells what is broken in it.",
    descriptionHeading = "%n",
    description = {
      "Every revision has to be readable, to make a record, and to have the references and sizes"
          + " that are noted of it; every reference has to lead to an object; guards and sequences"
          + " have to be in order. One line of the output for each thing that is not.",
      "",
      "It changes nothing, and may run while the database is in use: it looks at one moment of it."
          + " It reads the same environment variables as 'objectdb serve', of which it needs"
          + " OBJECTDB_POSTGRES_URI, OBJECTDB_POSTGRES_SCHEMA and OBJECTDB_HISTORY_MODE.",
      ""
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {"0:nothing is broken", "1:something is, or it could not be found out"})
final class VerifyCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @SuppressWarnings("NullAway.Init") // picocli sets it
  VerifyCommand() {}

  @Override
  public Integer call() {
    ServerConfig config = ServerConfig.read(System.getenv());
    PrintWriter out = spec.commandLine().getOut();
    Progress progress = Progress.of(System.err);
    Verification.Summary summary;
    try (Reporter reporter = new Reporter(out, progress)) {
      summary = Verification.run(config.storage(), reporter);
    }
    print(summary, out);
    return summary.findings().isEmpty() ? 0 : 1;
  }

  private static void print(Verification.Summary summary, PrintWriter out) {
    boolean sound = summary.findings().isEmpty();
    out.printf(
        Locale.ROOT,
        "%,d revisions with %,d references checked: %s%n",
        summary.revisions(),
        summary.references(),
        sound ? "nothing is broken" : "broken are");
    for (Finding.Kind kind : Finding.Kind.values()) {
      Long count = summary.findings().get(kind);
      if (count != null) {
        out.printf(Locale.ROOT, "%,9d  %s%n", count, kind.title());
      }
    }
  }

  /** Findings to the output, the bar beside them. */
  private static final class Reporter implements Verification.Watcher, AutoCloseable {
    private final PrintWriter out;
    private final Progress progress;
    private Progress.Bar bar = Progress.Bar.NONE;

    Reporter(PrintWriter out, Progress progress) {
      this.out = out;
      this.progress = progress;
    }

    @Override
    public void begins(long revisions) {
      bar = progress.bar("verifying", "revisions", revisions);
    }

    @Override
    public void checked(long revisions) {
      bar.step(revisions);
    }

    @Override
    public void found(Finding finding) {
      bar.giveWay();
      out.printf("%s: %s%n", finding.kind().title(), finding.text());
    }

    @Override
    public void close() {
      bar.close();
    }
  }
}
