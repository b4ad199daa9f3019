package dev.objectdb.e2e;

import java.util.ArrayList;
import java.util.List;

/**
 * A namespace that admits only pods of the Pod Security Standard "restricted", and commands in it.
 *
 * @param name its name
 */
record Namespace(String name) {

  /** Makes it; one that an interrupted run left is removed first. */
  void create() {
    delete();
    kubectl("create", "namespace", name);
    kubectl("label", "namespace", name, "pod-security.kubernetes.io/enforce=restricted");
  }

  /** Removes it with all that is in it. */
  void delete() {
    kubectl("delete", "namespace", name, "--ignore-not-found", "--wait=true");
  }

  /** Runs kubectl in this namespace and returns what it printed. */
  String kubectl(String... arguments) {
    return Command.run(Timeouts.COMMAND, kubectlWords(arguments));
  }

  /** Runs helm in this namespace and returns what it printed. */
  String helm(String... arguments) {
    return Command.run(Timeouts.OPERATOR_READY, words("helm", arguments));
  }

  /** The command line of kubectl in this namespace. */
  List<String> kubectlWords(String... arguments) {
    return words("kubectl", arguments);
  }

  private List<String> words(String program, String... arguments) {
    List<String> words = new ArrayList<>(List.of(program, "--namespace", name));
    words.addAll(List.of(arguments));
    return List.copyOf(words);
  }
}
