package dev.objectdb.storage;

import dev.objectdb.object.Oid;
import dev.objectdb.object.Tid;

/** An object that the transaction only read has changed. ZODB: {@code ReadConflictError}. */
public final class ReadConflictException extends ConflictException {
  public ReadConflictException(Oid oid, Tid committed, Tid base) {
    super("database read conflict error", oid, committed, base);
  }
}
