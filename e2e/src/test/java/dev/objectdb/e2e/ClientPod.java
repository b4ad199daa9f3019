package dev.objectdb.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A pod with stock Python and ZODB packages, in which clients are run by {@code kubectl exec}. */
final class ClientPod {
  private static final String NAME = "client";

  private static final String MANIFEST =
      """
      apiVersion: v1
      kind: Pod
      metadata:
        name: %1$s
      spec:
        securityContext:
          runAsNonRoot: true
          seccompProfile: {type: RuntimeDefault}
        terminationGracePeriodSeconds: 0
        containers:
        - name: python
          image: %2$s
          command: [sleep, infinity]
          securityContext:
            allowPrivilegeEscalation: false
            readOnlyRootFilesystem: true
            capabilities: {drop: [ALL]}
          volumeMounts:
          - {name: program, mountPath: /client}
          - {name: tmp, mountPath: /tmp}
        volumes:
        - {name: program, configMap: {name: %1$s}}
        - {name: tmp, emptyDir: {}}
      """;

  private ClientPod() {}

  /** Starts it and waits until it is there. */
  static void start(Namespace namespace) {
    namespace.kubectl("create", "configmap", NAME, "--from-file=" + Python.CLIENT);
    namespace.kubectl("apply", "--filename", manifest().toString());
    namespace.kubectl("wait", "--for=condition=Ready", "pod/" + NAME, "--timeout=60s");
  }

  /** The command line of the client in the pod. */
  static List<String> client(Namespace namespace, String address, String... arguments) {
    return client(namespace, List.of(), address, arguments);
  }

  /**
   * The command line of a client in the pod that speaks TLS.
   *
   * @param authority who signs the servers' certificates, PEM
   */
  static List<String> secureClient(Namespace namespace, String authority, String address) {
    return client(namespace, List.of("env", "ZEO_CA=" + authority), address);
  }

  private static List<String> client(
      Namespace namespace, List<String> environment, String address, String... arguments) {
    List<String> words = new ArrayList<>(namespace.kubectlWords("exec", "--stdin", NAME, "--"));
    words.addAll(environment);
    words.addAll(List.of("python3", "/client/client.py", address));
    words.addAll(List.of(arguments));
    return List.copyOf(words);
  }

  private static Path manifest() {
    try {
      Path file = Files.createDirectories(Path.of("target/e2e")).resolve("client.yaml");
      return Files.writeString(file, MANIFEST.formatted(NAME, Images.image("python")));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
