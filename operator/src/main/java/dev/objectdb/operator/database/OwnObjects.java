package dev.objectdb.operator.database;

import dev.objectdb.crds.v1alpha1.ObjectDatabase;
import dev.objectdb.operator.database.observe.Observed;
import dev.objectdb.operator.kube.Labels;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.javaoperatorsdk.operator.api.config.informer.InformerEventSourceConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import io.javaoperatorsdk.operator.processing.event.source.informer.InformerEventSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What wakes a pass besides the resource itself: changes of objects that carry our label. Nothing
 * else is watched, so memory grows with our objects and not with the cluster.
 */
final class OwnObjects {
  private OwnObjects() {}

  static List<EventSource<?, ObjectDatabase>> sources(EventSourceContext<ObjectDatabase> context) {
    List<EventSource<?, ObjectDatabase>> sources = new ArrayList<>();
    for (Class<? extends HasMetadata> kind : Observed.KINDS) {
      sources.add(source(kind, context));
    }
    return sources;
  }

  private static <T extends HasMetadata> EventSource<T, ObjectDatabase> source(
      Class<T> type, EventSourceContext<ObjectDatabase> context) {
    return new InformerEventSource<>(
        InformerEventSourceConfiguration.from(type, ObjectDatabase.class)
            .withLabelSelector(Labels.OURS)
            .withSecondaryToPrimaryMapper(OwnObjects::database)
            .withNamespacesInheritedFromController()
            .withFollowControllerNamespacesChanges(true)
            .build(),
        context);
  }

  /** Pods have no owner reference to a database, so the label tells for all. */
  private static Set<ResourceID> database(HasMetadata object) {
    return Labels.database(object).stream()
        .map(name -> new ResourceID(name, object.getMetadata().getNamespace()))
        .collect(Collectors.toSet());
  }
}
