package dev.objectdb.cli;

import dev.objectdb.crds.v1alpha1.ObjectDatabase;
import dev.objectdb.server.Version;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.KubernetesResourceList;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.events.v1.Event;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.MixedOperation;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.compressors.gzip.GzipCompressorOutputStream;

/** Collects what explains a database. What cannot be read says so in its place. */
final class Report {
  /** The end of a log is what tells; the whole of it may be anything. */
  private static final int LOG_LINES_MAX = 10_000;

  private static final Pattern IN_ADDRESS = Pattern.compile("(://[^:/@\\s]*:)[^@\\s]+@");

  private static final Pattern BY_NAME =
      Pattern.compile(
          "(?i)((?<![a-z])(?:password|passwd|secret|token)\"?[ \\t]*[=:][ \\t]*)[^\\s,}]+");

  private static final Pattern IN_ENVIRONMENT =
      Pattern.compile(
          "(name\"?: ?\"?\\w*(?:PASSWORD|PASSWD|SECRET|TOKEN)\\w*\"?[,\\s]+\"?value\"?: ?)"
              + "(?:\"[^\"]*\"|[^\\n]+)");

  private final ClusterDatabase cluster;
  private final KubernetesClient client;
  private final Clock clock;
  private final Map<String, String> files = new TreeMap<>();

  Report(ClusterDatabase cluster, Clock clock) {
    this.cluster = cluster;
    this.client = cluster.client();
    this.clock = clock;
  }

  /** Returns the files by their paths, all of them masked. */
  Map<String, String> collect(String operatorNamespace) {
    ClusterDatabase.Facts facts = cluster.facts();
    put("status.txt", () -> new StatusScreen(facts, clock).text());
    put(
        "versions.txt",
        () ->
            "objectdb %s%nKubernetes %s%n"
                .formatted(Version.CURRENT, client.getKubernetesVersion().getGitVersion()));
    put("objectdatabase.yaml", () -> yaml(List.of(facts.database())));
    put("pods.yaml", () -> yaml(facts.pods()));
    put("events.txt", () -> events(facts.events()));
    put("deployments.yaml", () -> owned(client.apps().deployments()));
    put("statefulsets.yaml", () -> owned(client.apps().statefulSets()));
    put("jobs.yaml", () -> owned(client.batch().v1().jobs()));
    put("services.yaml", () -> owned(client.services()));
    put("configmaps.yaml", () -> owned(client.configMaps()));
    put("secrets.txt", () -> secrets(facts.database()));
    facts.pods().forEach(pod -> logs("logs/", pod));
    operator(operatorNamespace);
    return files;
  }

  private <T extends HasMetadata, L extends KubernetesResourceList<T>, R extends Resource<T>>
      String owned(MixedOperation<T, L, R> kind) {
    return yaml(
        kind.inNamespace(cluster.namespace()).withLabels(cluster.labels()).list().getItems());
  }

  private void operator(String namespace) {
    put(
        "operator/pods.yaml",
        () -> {
          List<Pod> pods =
              client
                  .pods()
                  .inNamespace(namespace)
                  .withLabel("app.kubernetes.io/name", "objectdb-operator")
                  .list()
                  .getItems();
          pods.forEach(pod -> logs("operator/logs/", pod));
          return yaml(pods);
        });
  }

  private void logs(String directory, Pod pod) {
    String name = pod.getMetadata().getName();
    var source = client.pods().inNamespace(pod.getMetadata().getNamespace()).withName(name);
    put(directory + name + ".log", () -> source.tailingLines(LOG_LINES_MAX).getLog());
    boolean restarted =
        pod.getStatus() != null
            && pod.getStatus().getContainerStatuses().stream()
                .anyMatch(it -> it.getRestartCount() != null && it.getRestartCount() > 0);
    if (restarted) {
      put(
          directory + name + ".previous.log",
          () -> source.terminated().tailingLines(LOG_LINES_MAX).getLog());
    }
  }

  /** Names of keys, and how long their values are. */
  private String secrets(ObjectDatabase database) {
    return SecretsOf.names(database).stream().map(this::secret).collect(Collectors.joining());
  }

  private String secret(String name) {
    Secret secret = client.secrets().inNamespace(cluster.namespace()).withName(name).get();
    if (secret == null) {
      return "Secret %s does not exist%n".formatted(name);
    }
    Map<String, String> data = secret.getData() == null ? Map.of() : secret.getData();
    return new TreeMap<>(data)
        .entrySet().stream()
            .map(it -> "  %s: %d characters".formatted(it.getKey(), it.getValue().length()))
            .collect(Collectors.joining("\n", "Secret %s%n".formatted(name), "\n"));
  }

  private static String events(List<Event> events) {
    return events.stream()
        .sorted(Comparator.comparing(event -> event.getMetadata().getCreationTimestamp()))
        .map(
            event ->
                "%s  %s  %s: %s"
                    .formatted(
                        event.getMetadata().getCreationTimestamp(),
                        event.getType(),
                        event.getReason(),
                        event.getNote()))
        .collect(Collectors.joining("\n", "", "\n"));
  }

  private static String yaml(List<? extends HasMetadata> objects) {
    objects.forEach(object -> object.getMetadata().setManagedFields(List.of()));
    return objects.stream().map(Serialization::asYaml).collect(Collectors.joining());
  }

  private void put(String path, Supplier<String> content) {
    String text;
    try {
      text = String.valueOf(content.get());
    } catch (KubernetesClientException e) {
      text = "could not be read: %s%n".formatted(e.getMessage());
    }
    files.put(path, masked(text));
  }

  /** Takes out what nobody else should read. */
  static String masked(String text) {
    String masked = IN_ADDRESS.matcher(text).replaceAll("$1***@");
    masked = BY_NAME.matcher(masked).replaceAll("$1***");
    return IN_ENVIRONMENT.matcher(masked).replaceAll("$1***");
  }

  /** Writes an archive where the path ends with .tar.gz, else a directory. */
  static void write(Map<String, String> files, Path path, String root) throws IOException {
    if (path.toString().endsWith(".tar.gz")) {
      archive(files, path, root);
      return;
    }
    for (Map.Entry<String, String> file : files.entrySet()) {
      Path target = path.resolve(file.getKey());
      Path directory = target.getParent();
      if (directory != null) {
        Files.createDirectories(directory);
      }
      Files.writeString(target, file.getValue());
    }
  }

  private static void archive(Map<String, String> files, Path path, String root)
      throws IOException {
    try (OutputStream out = Files.newOutputStream(path);
        TarArchiveOutputStream tar =
            new TarArchiveOutputStream(new GzipCompressorOutputStream(out), "UTF-8")) {
      tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
      for (Map.Entry<String, String> file : files.entrySet()) {
        byte[] bytes = file.getValue().getBytes(StandardCharsets.UTF_8);
        TarArchiveEntry entry = new TarArchiveEntry(root + "/" + file.getKey());
        entry.setSize(bytes.length);
        tar.putArchiveEntry(entry);
        tar.write(bytes);
        tar.closeArchiveEntry();
      }
    }
  }
}
