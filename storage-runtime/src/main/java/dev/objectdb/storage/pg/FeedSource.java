package dev.objectdb.storage.pg;

import dev.objectdb.object.Tid;
import java.util.Optional;

/**
 * Reads the feed of commits from the tables, which are its truth.
 *
 * <p>Every method may throw {@link dev.objectdb.storage.StorageUnavailableException}.
 */
interface FeedSource {
  /** Returns where the log ends, and nothing else. */
  Delta end();

  /**
   * Returns everything committed above the position, in one snapshot and one round trip; not
   * complete if deletions above it have been trimmed.
   */
  Delta above(Tid position);

  /**
   * Returns everything committed above the tid, as {@link #above} does, or empty where that is no
   * place in this history: the tid is not in the log.
   *
   * @param oidsMax above this many objects the answer is not complete
   */
  Optional<Delta> since(Tid tid, int oidsMax);
}
