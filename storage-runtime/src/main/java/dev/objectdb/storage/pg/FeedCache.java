package dev.objectdb.storage.pg;

import dev.objectdb.object.Oid;
import dev.objectdb.object.Tid;
import java.util.Set;

/**
 * What the feed tells the shared cache, before it tells any listener.
 *
 * <p>Called with the feed locked, so one call at a time and with rising tids; an implementation
 * does not call the feed back.
 */
interface FeedCache {
  /**
   * Others committed: these objects have a newer revision somewhere at or below {@code upTo}, which
   * need not be its tid.
   */
  void changed(Tid upTo, Set<Oid> oids);

  /** This process committed: the revision before of each of these objects ends exactly here. */
  void committed(Tid tid, Set<Oid> oids);

  /** What was known no longer holds: the database lost commits. */
  void clear();
}
