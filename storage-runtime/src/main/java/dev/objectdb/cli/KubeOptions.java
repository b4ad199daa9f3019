package dev.objectdb.cli;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Which database of which cluster: the words that kubectl uses for it. */
final class KubeOptions {
  @Parameters(
      paramLabel = "NAME",
      arity = "0..1",
      description = "Name of the ObjectDatabase; not needed where the namespace has only one.")
  private @Nullable String name;

  @Option(
      names = {"-n", "--namespace"},
      paramLabel = "NAMESPACE",
      description = "Its namespace; by default that of the kubeconfig's context.")
  private @Nullable String namespace;

  @Option(
      names = "--context",
      paramLabel = "CONTEXT",
      description = "The kubeconfig's context to use; by default its current one.")
  private @Nullable String context;

  @Nullable String name() {
    return name;
  }

  @Nullable String namespace() {
    return namespace;
  }

  @Nullable String context() {
    return context;
  }
}
