package dev.objectdb.storage;

import dev.objectdb.object.Oid;
import dev.objectdb.object.Tid;

/**
 * Somebody else changed the object first, and nothing can be merged. ZODB: {@code ConflictError}.
 */
public sealed class ConflictException extends StorageException permits ReadConflictException {
  private final Oid oid;
  private final Tid committed;
  private final Tid base;

  /**
   * @param committed serial of the revision that is there, {@link Tid#NONE} if there is none
   * @param base serial the writer started from
   */
  public ConflictException(Oid oid, Tid committed, Tid base) {
    this("database conflict error", oid, committed, base);
  }

  ConflictException(String message, Oid oid, Tid committed, Tid base) {
    super(message, null);
    this.oid = oid;
    this.committed = committed;
    this.base = base;
  }

  public Oid oid() {
    return oid;
  }

  public Tid committed() {
    return committed;
  }

  public Tid base() {
    return base;
  }
}
