package dev.objectdb.storage.pg;

import dev.objectdb.object.Oid;
import dev.objectdb.object.Tid;

/** What a transaction does to one object. */
sealed interface Change {
  Oid oid();

  /**
   * A record that replaces the revision it names.
   *
   * @param base serial of that revision, {@link Tid#NONE} for a new object
   */
  record Store(Oid oid, Tid base, Spool.Slot slot) implements Change {}

  /** A record that replaces whatever is there. */
  record Restore(Oid oid, Spool.Slot slot) implements Change {}

  /** The object ceases to exist, whether it is there or not. */
  record Delete(Oid oid) implements Change {}
}
