package dev.objectdb.operator.database.status;

import dev.objectdb.crds.v1alpha1.Condition;
import dev.objectdb.crds.v1alpha1.ObjectDatabase;
import dev.objectdb.crds.v1alpha1.ObjectDatabaseStatus;
import dev.objectdb.operator.kube.Events;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.PrimaryUpdateAndCacheUtils;
import java.util.Optional;

/** Writes a status when it differs from the one that is there, and tells what changed. */
public final class StatusWriter {
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
    for (ConditionType type : new ConditionType[] {ConditionType.Ready, ConditionType.Warning}) {
      tell(database, StatusBuilder.find(before, type), StatusBuilder.find(after, type));
    }
  }

  private void tell(
      ObjectDatabase database, Optional<Condition> before, Optional<Condition> after) {
    Optional<String> old = before.map(Condition::reason);
    after
        .filter(condition -> !old.equals(Optional.of(condition.reason())))
        .ifPresent(
            condition -> {
              Reason reason = Reason.valueOf(condition.reason());
              events.tell(database, reason.isWarning(), reason.name(), condition.message());
            });
  }
}
