package dev.objectdb.operator.database.status;

import dev.objectdb.crds.v1alpha1.Condition;
import dev.objectdb.crds.v1alpha1.ObjectDatabase;
import dev.objectdb.crds.v1alpha1.ObjectDatabaseStatus;
import dev.objectdb.operator.kube.Events;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.PrimaryUpdateAndCacheUtils;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Writes a status when it differs from the one that is there, and tells what changed. */
public final class StatusWriter {
  private static final Set<ConditionType> NO_NEWS =
      EnumSet.of(
          ConditionType.Reconciling,
          ConditionType.Stalled,
          ConditionType.ServersAvailable,
          ConditionType.UpToDate);

  private final Events events;

  public StatusWriter(Events events) {
    this.events = events;
  }

  /** Writes the status of a database. */
  public void write(
      ObjectDatabase database, ObjectDatabaseStatus after, Context<ObjectDatabase> context) {
    ObjectDatabaseStatus before = database.getStatus();
    if (after.equals(before)) {
      return;
    }
    ObjectDatabase patch = new ObjectDatabase();
    patch.setMetadata(
        new ObjectMetaBuilder()
            .withNamespace(database.getMetadata().getNamespace())
            .withName(database.getMetadata().getName())
            .build());
    patch.setStatus(after);
    PrimaryUpdateAndCacheUtils.ssaPatchStatusAndCacheResource(database, patch, context);
    news(before, after)
        .forEach(
            (reason, message) -> events.tell(database, reason.isWarning(), reason.name(), message));
  }

  /** What changed, each reason once: several conditions may have the same one. */
  static Map<Reason, String> news(
      @Nullable ObjectDatabaseStatus before, ObjectDatabaseStatus after) {
    Map<Reason, String> news = new LinkedHashMap<>();
    for (ConditionType type : ConditionType.values()) {
      Optional<Condition> old = StatusBuilder.find(before, type);
      StatusBuilder.find(after, type)
          .filter(condition -> isNews(type, old, condition))
          .ifPresent(it -> news.putIfAbsent(Reason.valueOf(it.reason()), it.message()));
    }
    return news;
  }

  /** Some say what Ready says, from another side; what begins as it should be is no news. */
  private static boolean isNews(ConditionType type, Optional<Condition> old, Condition now) {
    if (NO_NEWS.contains(type)) {
      return false;
    }
    return old.map(it -> !it.reason().equals(now.reason()) || it.status() != now.status())
        .orElse(type == ConditionType.Ready || now.status() != type.usual());
  }
}
