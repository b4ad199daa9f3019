package dev.objectdb.operator.database.step;

import dev.objectdb.operator.database.manifest.Servers;
import dev.objectdb.operator.database.observe.PodTrouble;
import dev.objectdb.operator.kube.Labels.Component;
import io.fabric8.kubernetes.api.model.Pod;
import java.util.List;
import java.util.Map;

/**
 * The servers of a database in numbers.
 *
 * @param wanted declared
 * @param existing pods, not counting those on their way out
 * @param ready pods that serve clients
 * @param upToDate pods that serve clients and run with what is declared now
 */
public record ServerCounts(int wanted, int existing, int ready, int upToDate) {

  /** Counts while it is not clear yet what the servers should run with: none is up to date. */
  public static ServerCounts beforehand(Pass pass) {
    return of(pass, "");
  }

  /**
   * Counts.
   *
   * @param template the fingerprint of what is declared now
   */
  static ServerCounts of(Pass pass, String template) {
    List<Pod> pods = pass.seen().pods(Component.SERVER);
    List<Pod> ready = pods.stream().filter(PodTrouble::isReady).toList();
    long upToDate = ready.stream().filter(pod -> template.equals(templateOf(pod))).count();
    return new ServerCounts(
        Servers.replicas(pass.database()), pods.size(), ready.size(), Math.toIntExact(upToDate));
  }

  /** Returns whether exactly the declared servers run, all of them serving. */
  public boolean isComplete() {
    return existing == wanted && upToDate == wanted;
  }

  /** Says so, for people. */
  public String text() {
    return "%d of %d servers serve clients".formatted(ready, wanted);
  }

  static String templateOf(Pod pod) {
    Map<String, String> annotations = pod.getMetadata().getAnnotations();
    return annotations == null ? "" : annotations.getOrDefault(Servers.TEMPLATE, "");
  }
}
