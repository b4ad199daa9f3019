package dev.objectdb.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.LifecycleMethodExecutionExceptionHandler;
import org.junit.jupiter.api.extension.TestExecutionExceptionHandler;

/**
 * Keeps what explains a failure, before the namespaces are removed: events, objects, descriptions
 * and the logs of every container, in {@code target/e2e/<test>/}.
 */
final class CollectOnFailure
    implements TestExecutionExceptionHandler, LifecycleMethodExecutionExceptionHandler {
  private static final Path TARGET = Path.of("target/e2e");

  private final List<Namespace> namespaces;

  CollectOnFailure(Namespace... namespaces) {
    this.namespaces = List.of(namespaces);
  }

  @Override
  public void handleTestExecutionException(ExtensionContext context, Throwable failure)
      throws Throwable {
    collect(context.getRequiredTestMethod().getName());
    throw failure;
  }

  @Override
  public void handleBeforeAllMethodExecutionException(ExtensionContext context, Throwable failure)
      throws Throwable {
    collect(context.getRequiredTestClass().getSimpleName());
    throw failure;
  }

  private void collect(String test) {
    for (Namespace namespace : namespaces) {
      Path directory = TARGET.resolve(test).resolve(namespace.name());
      save(directory, "events", namespace, "get", "events", "--sort-by=.lastTimestamp");
      save(directory, "objects", namespace, "get", "all,objdb,pvc,configmap", "--output=wide");
      save(directory, "database", namespace, "get", "objdb", "--output=yaml");
      save(directory, "pods", namespace, "describe", "pods");
      for (String pod : lines(namespace, "get", "pods", "--output=name")) {
        String file = pod.substring(pod.indexOf('/') + 1);
        save(directory, file, namespace, "logs", pod, "--all-containers");
        save(directory, file + ".previous", namespace, "logs", pod, "--previous");
      }
    }
  }

  private static List<String> lines(Namespace namespace, String... arguments) {
    return Command.outcome(Timeouts.COMMAND, namespace.kubectlWords(arguments))
        .output()
        .lines()
        .toList();
  }

  private static void save(Path directory, String file, Namespace namespace, String... arguments) {
    Command.Outcome outcome = Command.outcome(Timeouts.COMMAND, namespace.kubectlWords(arguments));
    try {
      Files.createDirectories(directory);
      Files.writeString(directory.resolve(file + ".txt"), outcome.output() + outcome.errors());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
