package dev.objectdb.storage.pg;

import dev.objectdb.object.Bytes;
import dev.objectdb.object.Oid;
import dev.objectdb.object.Tid;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Map.Entry;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;

/**
 * A database and its feed as simple as can be: every revision ever, in one map per object; a commit
 * is visible at once, and told when somebody lets the feed advance. A revision may be lost, as the
 * window of a history-free database loses them. Safe for threads by one lock.
 */
final class ModelDatabase implements RevisionSource, FeedPosition {
  /** What stands for the end of an object. */
  static final Bytes END = Bytes.ofUtf8("end");

  private final FeedCache cache;
  private final Map<Oid, NavigableMap<Tid, Bytes>> revisions = new HashMap<>();
  private final NavigableMap<Tid, Set<Oid>> log = new TreeMap<>();
  private final Map<Oid, Set<Tid>> lost = new HashMap<>();
  private final Object feedLock = new Object();
  private volatile Tid position = Tid.NONE;

  ModelDatabase(FeedCache cache) {
    this.cache = cache;
  }

  /** Commits a revision of each object, or its end. */
  synchronized Tid commit(Set<Oid> oids, boolean end) {
    Tid tid = new Tid(newest().value() + 10);
    for (Oid oid : oids) {
      Bytes data = end ? END : Bytes.ofUtf8(oid + "@" + tid);
      revisions.computeIfAbsent(oid, key -> new TreeMap<>()).put(tid, data);
    }
    log.put(tid, Set.copyOf(oids));
    return tid;
  }

  private Tid newest() {
    return log.isEmpty() ? Tid.NONE : log.lastKey();
  }

  /** Forgets all replaced revisions of an object. */
  synchronized void lose(Oid oid) {
    NavigableMap<Tid, Bytes> all = revisions.get(oid);
    if (all != null) {
      lost.computeIfAbsent(oid, key -> new HashSet<>()).addAll(all.headMap(all.lastKey()).keySet());
    }
  }

  @Override
  public Tid position() {
    return position;
  }

  /** Tells everything in one frame, as a poll does. */
  @Override
  public Tid sync() {
    synchronized (feedLock) {
      Set<Oid> oids = new HashSet<>();
      Tid upTo;
      synchronized (this) {
        upTo = newest();
        log.tailMap(position, false).values().forEach(oids::addAll);
      }
      if (upTo.isAfter(position)) {
        cache.changed(upTo, oids);
        position = upTo;
      }
      return position;
    }
  }

  /** Tells one transaction by its own tid, as an own commit is told. */
  void tellNext() {
    synchronized (feedLock) {
      Entry<Tid, Set<Oid>> next;
      synchronized (this) {
        next = log.higherEntry(position);
      }
      if (next != null) {
        cache.committed(next.getKey(), next.getValue());
        position = next.getKey();
      }
    }
  }

  @Override
  public synchronized Map<Oid, Revision> read(Collection<Oid> oids, Tid before) {
    Map<Oid, Revision> answers = new HashMap<>();
    oids.forEach(oid -> answers.put(oid, read(oid, before)));
    return answers;
  }

  private Revision read(Oid oid, Tid before) {
    Revision truth = truth(oid, before);
    boolean isLost =
        truth instanceof Revision.Found found
            && lost.getOrDefault(oid, Set.of()).contains(found.tid());
    return isLost ? new Revision.Hidden(((Revision.Found) truth).next()) : truth;
  }

  /** What was so below a tid, as far as all that is committed now knows. */
  synchronized Revision truth(Oid oid, Tid before) {
    NavigableMap<Tid, Bytes> all = revisions.getOrDefault(oid, new TreeMap<>());
    Entry<Tid, Bytes> found = all.lowerEntry(before);
    Tid next = all.ceilingKey(before);
    if (found == null) {
      return next == null ? new Revision.Gone() : new Revision.Hidden(next);
    }
    if (found.getValue().equals(END)) {
      return new Revision.Gone();
    }
    return new Revision.Found(found.getValue(), found.getKey(), next == null ? Tid.MAX : next);
  }
}
