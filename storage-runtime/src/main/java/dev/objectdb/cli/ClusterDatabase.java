package dev.objectdb.cli;

import dev.objectdb.crds.v1alpha1.ObjectDatabase;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.events.v1.Event;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.net.HttpURLConnection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** One ObjectDatabase on a cluster, read by the kubeconfig of whoever asks. */
final class ClusterDatabase implements AutoCloseable {
  private final KubernetesClient client;
  private final String namespace;
  private final String name;

  /** What one look saw. */
  record Facts(ObjectDatabase database, List<Pod> pods, List<Event> events) {}

  private ClusterDatabase(KubernetesClient client, String namespace, String name) {
    this.client = client;
    this.namespace = namespace;
    this.name = name;
  }

  /**
   * Connects.
   *
   * @throws CommandFailure if there is no cluster, or not one database to speak of
   */
  static ClusterDatabase connect(KubeOptions options) {
    Config config = ClientKey.told(Config.autoConfigure(options.context()));
    KubernetesClient client = new KubernetesClientBuilder().withConfig(config).build();
    try {
      String set = options.namespace();
      String namespace =
          set != null ? set : Optional.ofNullable(client.getNamespace()).orElse("default");
      return find(client, namespace, options.name());
    } catch (RuntimeException e) {
      client.close();
      throw e;
    }
  }

  /** Finds the database of that name, or the only one. */
  static ClusterDatabase find(KubernetesClient client, String namespace, @Nullable String name) {
    if (name != null) {
      return new ClusterDatabase(client, namespace, name);
    }
    List<String> names =
        asked(() -> client.resources(ObjectDatabase.class).inNamespace(namespace).list().getItems())
            .stream()
            .map(database -> database.getMetadata().getName())
            .sorted()
            .toList();
    if (names.size() != 1) {
      throw new CommandFailure(
          names.isEmpty()
              ? "there is no ObjectDatabase in namespace %s: give another one by -n"
                  .formatted(namespace)
              : "namespace %s has several ObjectDatabases: name one of %s"
                  .formatted(namespace, String.join(", ", names)));
    }
    return new ClusterDatabase(client, namespace, names.get(0));
  }

  String name() {
    return name;
  }

  String namespace() {
    return namespace;
  }

  /** The labels of all that the operator made for it. */
  Map<String, String> labels() {
    return Map.of(
        "app.kubernetes.io/managed-by", "objectdb-operator", "app.kubernetes.io/instance", name);
  }

  KubernetesClient client() {
    return client;
  }

  /**
   * Looks.
   *
   * @throws CommandFailure if it is not there, or may not be read
   */
  Facts facts() {
    ObjectDatabase database =
        asked(
            () ->
                client.resources(ObjectDatabase.class).inNamespace(namespace).withName(name).get());
    if (database == null) {
      throw new CommandFailure(
          "there is no ObjectDatabase %s in namespace %s: see kubectl get objdb -A"
              .formatted(name, namespace));
    }
    List<Pod> pods =
        asked(() -> client.pods().inNamespace(namespace).withLabels(labels()).list().getItems());
    List<Event> events =
        asked(() -> client.events().v1().events().inNamespace(namespace).list().getItems()).stream()
            .filter(this::isAboutIt)
            .toList();
    return new Facts(database, pods, events);
  }

  private boolean isAboutIt(Event event) {
    return event.getRegarding() != null
        && "ObjectDatabase".equals(event.getRegarding().getKind())
        && name.equals(event.getRegarding().getName());
  }

  /** Asks the cluster; what goes wrong is one line. */
  static <T> T asked(Supplier<T> question) {
    try {
      return question.get();
    } catch (KubernetesClientException e) {
      throw new CommandFailure(words(e));
    }
  }

  private static String words(KubernetesClientException e) {
    if (e.getStatus() == null) {
      return "no cluster answers (%s): check KUBECONFIG and --context".formatted(reason(e));
    }
    return switch (e.getCode()) {
      case HttpURLConnection.HTTP_NOT_FOUND ->
          "the cluster does not know ObjectDatabases: install the operator first";
      case HttpURLConnection.HTTP_FORBIDDEN, HttpURLConnection.HTTP_UNAUTHORIZED ->
          "the cluster does not let you: " + e.getStatus().getMessage();
      default -> "the cluster answers with an error: " + e.getMessage();
    };
  }

  private static String reason(Throwable error) {
    Throwable cause = error;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    String message = cause.getMessage();
    return message == null ? cause.getClass().getSimpleName() : message;
  }

  @Override
  public void close() {
    client.close();
  }
}
