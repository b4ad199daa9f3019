package dev.objectdb.storage.pg;

import dev.objectdb.merge.RecordMerge;
import dev.objectdb.object.Bytes;
import dev.objectdb.object.Oid;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Merges what others changed first, where that takes no code of the application.
 *
 * <pre>
 *   (oid, base, committed, mine) ──▶ base, committed: SharedCache, the rest by one query
 *                                ──▶ RecordMerge ──▶ the record that is to replace the committed
 * </pre>
 *
 * <p>Used while nothing is locked: somebody may be first again, and then there is another round.
 */
final class ServerMerge {
  private final SharedCache cache;
  private final Loader loader;
  private final RecordMerge merge;

  ServerMerge(SharedCache cache, Loader loader, RecordMerge merge) {
    this.cache = cache;
    this.loader = loader;
    this.merge = merge;
  }

  /**
   * One conflict.
   *
   * @param mine the record that was to replace the base
   */
  record Attempt(Verdict.Stale stale, Bytes mine) {
    private CommitSession.Revision base() {
      return new CommitSession.Revision(stale.oid(), stale.base());
    }

    private CommitSession.Revision committed() {
      return new CommitSession.Revision(stale.oid(), stale.committed());
    }
  }

  /**
   * Merges what can be merged.
   *
   * @param bytesMax how much is loaded for that, together; what is over it is not merged
   * @return the records that are to replace the committed ones
   */
  Map<Oid, Bytes> merge(List<Attempt> attempts, long bytesMax) {
    Map<CommitSession.Revision, Bytes> others = load(attempts, bytesMax);
    Map<Oid, Bytes> merged = new HashMap<>();
    for (Attempt attempt : attempts) {
      Bytes base = others.get(attempt.base());
      Bytes committed = others.get(attempt.committed());
      if (base != null && committed != null) {
        merge
            .merge(base, committed, attempt.mine())
            .ifPresent(record -> merged.put(attempt.stale().oid(), record));
      }
    }
    return merged;
  }

  private Map<CommitSession.Revision, Bytes> load(List<Attempt> attempts, long bytesMax) {
    Map<CommitSession.Revision, Bytes> found = new HashMap<>();
    List<CommitSession.Revision> missing = new ArrayList<>();
    long left = bytesMax;
    for (Attempt attempt : attempts) {
      for (CommitSession.Revision one : List.of(attempt.base(), attempt.committed())) {
        Bytes cached = cache.findSerial(one.oid(), one.tid()).orElse(null);
        if (cached == null) {
          missing.add(one);
        } else {
          found.put(one, cached);
          left -= cached.length();
        }
      }
    }
    if (!missing.isEmpty() && left > 0) {
      found.putAll(loader.serials(missing, left));
    }
    return found;
  }
}
