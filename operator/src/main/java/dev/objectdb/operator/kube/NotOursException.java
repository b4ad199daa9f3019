package dev.objectdb.operator.kube;

import io.fabric8.kubernetes.api.model.HasMetadata;

/** An object that we want to make is there already and belongs to somebody else. */
public final class NotOursException extends RuntimeException {
  private final String kind;
  private final String name;

  NotOursException(HasMetadata found) {
    super("an object belongs to somebody else");
    kind = found.getKind();
    name = found.getMetadata().getName();
  }

  /** Says which object it is and what to do about it. */
  public String remedy() {
    return "%s %s exists and does not belong to this database: delete it, or choose another name"
            .formatted(kind, name)
        + " for the database";
  }
}
