package dev.objectdb.cli;

import dev.objectdb.crds.v1alpha1.ObjectDatabase;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The ways into one database: command lines and text, nothing is run here. */
final class Shell {
  private static final String READ_ONLY = "-c default_transaction_read_only=on";

  private final ObjectDatabase database;
  private final List<String> kubectl;

  private Shell(ObjectDatabase database, List<String> kubectl) {
    this.database = database;
    this.kubectl = kubectl;
  }

  static Shell to(ObjectDatabase database, @Nullable String context) {
    List<String> kubectl = new ArrayList<>(List.of("kubectl"));
    if (context != null) {
      kubectl.addAll(List.of("--context", context));
    }
    kubectl.addAll(List.of("--namespace", database.getMetadata().getNamespace()));
    return new Shell(database, List.copyOf(kubectl));
  }

  /** What to paste into Python, inside the cluster and outside. */
  String python() {
    String name = database.getMetadata().getName();
    int port = database.getSpec().zeo().port();
    String host = "%s.%s.svc".formatted(name, database.getMetadata().getNamespace());
    boolean tls = SecretsOf.speaksTls(database);
    return """
    Python, in a pod of the cluster (pip install ZEO):

    %s
    On this machine, first: %s port-forward service/%s %d
    and then connect to ("127.0.0.1", %d)%s.
    """
        .formatted(
            (tls ? Snippet.securedAt(host, port) : Snippet.at(host, port)).indent(2),
            String.join(" ", kubectl),
            name,
            port,
            port,
            tls ? ", with ca.crt from here:\n  " + authority(name) : "");
  }

  private String authority(String name) {
    return "%s get configmap %s-connection --output=jsonpath='{.data.ca\\.crt}' > ca.crt"
        .formatted(String.join(" ", kubectl), name);
  }

  /** The command line of the SQL prompt. */
  List<String> psql(String image, boolean write) {
    String schema = database.getSpec().postgres().schema();
    String options = "-c search_path=" + schema + (write ? "" : " " + READ_ONLY);
    return database.getSpec().postgres().embedded() == null
        ? inPodOfItsOwn(image, options)
        : inServer(options);
  }

  private List<String> inServer(String options) {
    List<String> words = new ArrayList<>(kubectl);
    words.addAll(List.of("exec", "--stdin", "--tty"));
    words.addAll(List.of("pod/%s-postgres-0".formatted(database.getMetadata().getName()), "--"));
    words.addAll(List.of("env", "PGOPTIONS=" + options));
    words.addAll(List.of("psql", "--username=objectdb", "--dbname=objectdb"));
    return List.copyOf(words);
  }

  private List<String> inPodOfItsOwn(String image, String options) {
    String pod = database.getMetadata().getName() + "-shell";
    List<String> words = new ArrayList<>(kubectl);
    words.addAll(List.of("run", pod, "--rm", "--stdin", "--tty", "--restart=Never"));
    words.addAll(List.of("--image=" + image, "--override-type=strategic"));
    words.add("--overrides=" + Serialization.asJson(overrides(pod, options)));
    return List.copyOf(words);
  }

  /** libpq's variables: the URI of the Secret, where it has one, holds before them. */
  private List<Map<String, Object>> environment(String options) {
    SecretsOf.Login login = SecretsOf.login(database);
    List<Map<String, Object>> variables = new ArrayList<>();
    if (login.uriKey() != null) {
      variables.add(ofSecret("URI", login.name(), login.uriKey()));
    }
    variables.add(ofSecret("PGHOST", login.name(), login.keys().host()));
    variables.add(ofSecret("PGPORT", login.name(), login.keys().port()));
    variables.add(
        login.database() == null
            ? ofSecret("PGDATABASE", login.name(), login.keys().dbname())
            : Map.of("name", "PGDATABASE", "value", login.database()));
    variables.add(ofSecret("PGUSER", login.name(), login.keys().username()));
    variables.add(ofSecret("PGPASSWORD", login.name(), login.keys().password()));
    variables.add(Map.of("name", "PGOPTIONS", "value", options));
    return variables;
  }

  private static Map<String, Object> ofSecret(String variable, String secret, String key) {
    return Map.of(
        "name",
        variable,
        "valueFrom",
        Map.of("secretKeyRef", Map.of("name", secret, "key", key, "optional", true)));
  }

  /**
   * The login comes from the Secret, and stands in no command line; the pod may do nothing else.
   */
  private Map<String, Object> overrides(String pod, String options) {
    Map<String, Object> container =
        Map.of(
            "name", pod,
            "command", List.of("sh", "-c", "exec psql ${URI:+\"$URI\"}"),
            "env", environment(options),
            "securityContext",
                Map.of(
                    "allowPrivilegeEscalation",
                    false,
                    "capabilities",
                    Map.of("drop", List.of("ALL"))));
    return Map.of(
        "spec",
        Map.of(
            "automountServiceAccountToken",
            false,
            "securityContext",
            Map.of(
                "runAsNonRoot",
                true,
                "runAsUser",
                999,
                "seccompProfile",
                Map.of("type", "RuntimeDefault")),
            "containers",
            List.of(container)));
  }

  /** A command line as a shell takes it. */
  static String quoted(List<String> words) {
    return words.stream()
        .map(word -> word.matches("[-\\w=/:.,@]+") ? word : "'" + word.replace("'", "'\\''") + "'")
        .collect(Collectors.joining(" "));
  }
}
