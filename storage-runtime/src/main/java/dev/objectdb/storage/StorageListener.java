package dev.objectdb.storage;

import dev.objectdb.object.Oid;
import dev.objectdb.object.Tid;
import java.util.Set;

/**
 * One consumer of the feed of commits, for example one client link.
 *
 * <p>Calls come one at a time, in tid order, while the feed is locked: an implementation appends to
 * a queue of its own and returns at once. It must not call the storage back. Whoever was told of a
 * tid and asks is answered at that tid at least.
 */
public interface StorageListener {
  /**
   * Others committed. One call may stand for several transactions.
   *
   * @param upTo everything up to here is now told
   * @param oids every object stored, restored or deleted since the previous call; also some that
   *     are before the next one
   */
  void changed(Tid upTo, Set<Oid> oids);

  /** This listener's own transaction committed; the call has its place in the order of the feed. */
  void committed(StorageTransaction transaction, Tid tid);

  /** This listener's transaction stayed voted for too long and was aborted. */
  void timedOut(StorageTransaction transaction);

  /**
   * What was told no longer holds (the database lost commits), or news have been missing for too
   * long: drop the client, cache and all. Nothing is told after this, not even a commit of the
   * listener's own that is under way: {@code finish} alone answers that.
   */
  void lost();
}
