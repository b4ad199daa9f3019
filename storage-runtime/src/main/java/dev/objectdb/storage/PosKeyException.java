package dev.objectdb.storage;

import dev.objectdb.object.Oid;

/** The object, or the revision asked for, does not exist. ZODB: {@code POSKeyError}. */
public final class PosKeyException extends StorageException {
  private final Oid oid;

  public PosKeyException(Oid oid) {
    super("no such object or revision", null);
    this.oid = oid;
  }

  public Oid oid() {
    return oid;
  }
}
