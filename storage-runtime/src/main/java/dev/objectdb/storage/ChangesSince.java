package dev.objectdb.storage;

import dev.objectdb.object.Oid;
import dev.objectdb.object.Tid;
import java.util.Set;

/** What a cache that knows everything up to some tid has to drop to become current. */
public sealed interface ChangesSince {
  /**
   * Dropping these makes the cache right at {@code upTo}.
   *
   * @param upTo at least the tid asked about, and at least what any listener was told
   */
  record Known(Tid upTo, Set<Oid> oids) implements ChangesSince {
    public Known {
      oids = Set.copyOf(oids);
    }
  }

  /** The tid is not in this database's log, or too much has changed: drop everything. */
  record Unknown() implements ChangesSince {}
}
