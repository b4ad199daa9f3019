package dev.objectdb.operator.database.observe;

import dev.objectdb.crds.v1alpha1.ObjectDatabase;
import dev.objectdb.operator.kube.Labels;
import dev.objectdb.operator.kube.Labels.Component;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * The labelled objects of one database as the informers saw them last. An object that was made a
 * moment ago may be missing.
 */
public record Observed(
    List<Deployment> deployments,
    List<StatefulSet> statefulSets,
    List<Service> services,
    List<Job> jobs,
    List<Pod> pods) {

  /** Nothing is there. */
  public static final Observed NOTHING =
      new Observed(List.of(), List.of(), List.of(), List.of(), List.of());

  public Observed {
    deployments = List.copyOf(deployments);
    statefulSets = List.copyOf(statefulSets);
    services = List.copyOf(services);
    jobs = List.copyOf(jobs);
    pods = List.copyOf(pods);
  }

  /** Reads the caches; asks the API server nothing. */
  public static Observed from(Context<ObjectDatabase> context) {
    return new Observed(
        List.copyOf(context.getSecondaryResources(Deployment.class)),
        List.copyOf(context.getSecondaryResources(StatefulSet.class)),
        List.copyOf(context.getSecondaryResources(Service.class)),
        List.copyOf(context.getSecondaryResources(Job.class)),
        List.copyOf(context.getSecondaryResources(Pod.class)));
  }

  /** Returns the object of that name, from one of the lists. */
  public static <T extends HasMetadata> Optional<T> named(String name, Collection<T> objects) {
    return objects.stream()
        .filter(object -> object.getMetadata().getName().equals(name))
        .findFirst();
  }

  /** Returns the pods of a component that are not on their way out. */
  public List<Pod> pods(Component component) {
    return pods.stream()
        .filter(pod -> Labels.isOf(component, pod))
        .filter(pod -> pod.getMetadata().getDeletionTimestamp() == null)
        .toList();
  }
}
