package dev.objectdb.storage.pg;

import dev.objectdb.object.Oid;
import dev.objectdb.object.Tid;
import dev.objectdb.storage.StorageException;
import java.util.List;

/** What a vote came to. */
sealed interface Verdict {
  /** All holds, and stays so until the transaction is finished, aborted, or too slow. */
  record Voted() implements Verdict {}

  /**
   * Others were first, but both revisions of each object can be loaded, so somebody may merge them.
   * The objects stay reserved meanwhile, though the database is not locked for it.
   */
  record Conflicts(List<Stale> stale) implements Verdict {
    public Conflicts {
      stale = List.copyOf(stale);
    }
  }

  /** The transaction is over; nothing was changed. */
  record Failed(StorageException cause) implements Verdict {}

  /**
   * One object that somebody else changed first.
   *
   * @param committed serial of the revision that is there
   * @param base serial the transaction started from
   */
  record Stale(Oid oid, Tid committed, Tid base) {}
}
