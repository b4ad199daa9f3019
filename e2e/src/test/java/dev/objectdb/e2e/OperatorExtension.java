package dev.objectdb.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * The operator, installed by its chart before the first test of a run that needs it and removed
 * after the last. After each class its log must have no error in it.
 */
final class OperatorExtension implements BeforeAllCallback, AfterAllCallback {
  /** Where it runs. */
  static final Namespace NAMESPACE = new Namespace("objectdb-system");

  /** Name of the release and of the Deployment. */
  static final String NAME = "objectdb-operator";

  private static final Path CHART = Path.of("../charts/objectdb-operator").toAbsolutePath();
  private static final String ONE_FOR_ALL = OperatorExtension.class.getName();

  private Instant began = Instant.now();

  @Override
  public void beforeAll(ExtensionContext context) {
    context
        .getRoot()
        .getStore(ExtensionContext.Namespace.GLOBAL)
        .computeIfAbsent(ONE_FOR_ALL, _ -> new Installed(), Installed.class);
    began = Instant.now();
  }

  @Override
  public void afterAll(ExtensionContext context) {
    List<String> errors =
        NAMESPACE
            .kubectl(
                "logs",
                "--selector=app.kubernetes.io/name=" + NAME,
                "--tail=-1",
                "--since-time=" + began.truncatedTo(ChronoUnit.SECONDS))
            .lines()
            .filter(line -> line.contains("\"level\":\"ERROR\"") || line.contains(" ERROR "))
            .toList();
    assertThat(errors).as("errors that the operator logged").isEmpty();
  }

  /** Installs the chart, or changes the release, and waits until the operator is ready. */
  static void helm(String command, String... settings) {
    List<String> words =
        new ArrayList<>(
            List.of(
                command,
                NAME,
                CHART.toString(),
                "--set=image.repository=" + Images.repository("operator"),
                "--set=runtimeImage.repository=" + Images.repository("storage-runtime"),
                "--set=postgresImage=" + Images.image("postgres"),
                "--wait",
                "--timeout=" + Timeouts.OPERATOR_READY.toSeconds() + "s"));
    words.addAll(List.of(settings));
    NAMESPACE.helm(words.toArray(String[]::new));
  }

  /** The operator of this run. */
  private static final class Installed implements AutoCloseable {
    Installed() {
      NAMESPACE.create();
      helm("install");
    }

    @Override
    public void close() {
      NAMESPACE.helm("uninstall", NAME, "--ignore-not-found");
      NAMESPACE.delete();
    }
  }
}
