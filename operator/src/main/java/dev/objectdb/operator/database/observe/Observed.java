package dev.objectdb.operator.database.observe;

import dev.objectdb.crds.v1alpha1.ObjectDatabase;
import dev.objectdb.operator.database.manifest.Surroundings;
import dev.objectdb.operator.kube.Labels;
import dev.objectdb.operator.kube.Labels.Component;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The labelled objects of one database as the informers saw them last. An object that was made a
 * moment ago may be missing.
 */
public record Observed(List<HasMetadata> objects) {
  /** The kinds of all that we make, but Secrets, which nobody watches. */
  public static final List<Class<? extends HasMetadata>> KINDS =
      Stream.concat(
              Surroundings.KINDS.stream(),
              Stream.<Class<? extends HasMetadata>>of(
                  Deployment.class, StatefulSet.class, Job.class, Pod.class))
          .toList();

  /** Nothing is there. */
  public static final Observed NOTHING = new Observed(List.of());

  public Observed {
    objects = List.copyOf(objects);
  }

  /** Reads the caches; asks the API server nothing. */
  public static Observed from(Context<ObjectDatabase> context) {
    return new Observed(
        KINDS.stream()
            .<HasMetadata>flatMap(kind -> context.getSecondaryResources(kind).stream())
            .toList());
  }

  /** Returns all objects of a kind. */
  public <T extends HasMetadata> List<T> all(Class<T> kind) {
    return objects.stream().filter(kind::isInstance).map(kind::cast).toList();
  }

  /** Returns the object of a kind and name. */
  public <T extends HasMetadata> Optional<T> named(Class<T> kind, String name) {
    return all(kind).stream()
        .filter(object -> object.getMetadata().getName().equals(name))
        .findFirst();
  }

  /**
   * Returns the pods of a component that run or will: not those on their way out, nor those that
   * have ended for good and are only kept for somebody to read, as evicted ones are.
   */
  public List<Pod> pods(Component component) {
    return alive(component).stream()
        .filter(pod -> pod.getMetadata().getDeletionTimestamp() == null)
        .toList();
  }

  /** Returns the pods of a component that have not ended, also those on their way out. */
  public List<Pod> alive(Component component) {
    return all(Pod.class).stream()
        .filter(pod -> Labels.isOf(component, pod))
        .filter(pod -> !hasEnded(pod))
        .toList();
  }

  private static boolean hasEnded(Pod pod) {
    String phase = pod.getStatus() == null ? null : pod.getStatus().getPhase();
    return "Failed".equals(phase) || "Succeeded".equals(phase);
  }
}
