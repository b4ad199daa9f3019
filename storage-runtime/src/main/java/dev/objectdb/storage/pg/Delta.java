package dev.objectdb.storage.pg;

import dev.objectdb.object.Oid;
import dev.objectdb.object.Tid;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Everything committed above some tid, read in one snapshot.
 *
 * <p>Complete as a union only: an object that changed twice shows up once, at its newer tid, so the
 * tids here are no list of transactions.
 *
 * @param since the tid it starts above
 * @param last the greatest tid of the log in the same snapshot, {@link Tid#NONE} if it is empty
 * @param tids the lowest tids of the log above {@code since}, rising; not all of them if they are
 *     many
 * @param timeline PostgreSQL's number of the history that the snapshot belongs to
 * @param touched each object changed or deleted since then, at its last tid, at least once
 * @param complete false if there was more than anybody could use, or if deletions that far back are
 *     no longer on record: then {@code touched} is empty
 */
record Delta(
    Tid since, Tid last, List<Tid> tids, int timeline, List<Touched> touched, boolean complete) {
  Delta {
    tids = List.copyOf(tids);
    touched = List.copyOf(touched);
  }

  /** An object that changed, at the greatest tid known for it. */
  record Touched(Oid oid, Tid tid) {}

  /** Tells whether the log ends below a tid that was committed: the database lost commits. */
  boolean isBehind() {
    return last.isBefore(since);
  }

  /** Returns the first commit above this tid, or the last one if that is not known. */
  Tid firstAbove(Tid position) {
    return tids.stream().filter(tid -> tid.isAfter(position)).findFirst().orElse(last);
  }

  /** Returns the objects that changed above this tid. */
  Set<Oid> above(Tid position) {
    Set<Oid> oids = HashSet.newHashSet(touched.size());
    for (Touched entry : touched) {
      if (entry.tid().isAfter(position)) {
        oids.add(entry.oid());
      }
    }
    return oids;
  }
}
