package dev.objectdb.storage.pg;

import dev.objectdb.object.Oid;
import dev.objectdb.object.Tid;
import dev.objectdb.storage.StorageListener;
import dev.objectdb.storage.StorageTransaction;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;

/** Notes what it is told, in order, and fails where the feed breaks its promise of order. */
final class RecordingListener implements StorageListener {
  /** One line of the feed. */
  sealed interface News {
    record Changed(Tid upTo, Set<Oid> oids) implements News {}

    record Committed(StorageTransaction transaction, Tid tid) implements News {}

    record TimedOut(StorageTransaction transaction) implements News {}

    record Lost() implements News {}
  }

  final List<News> news = new CopyOnWriteArrayList<>();
  private volatile Tid told = Tid.NONE;

  /** Returns every object others changed. */
  Set<Oid> changedOids() {
    Set<Oid> oids = new HashSet<>();
    for (News line : news) {
      if (line instanceof News.Changed(_, Set<Oid> some)) {
        oids.addAll(some);
      }
    }
    return oids;
  }

  Tid told() {
    return told;
  }

  private void advance(Tid tid) {
    if (!tid.isAfter(told)) {
      throw new AssertionError("told %s after %s".formatted(tid, told));
    }
    told = tid;
  }

  @Override
  public void changed(Tid upTo, Set<Oid> oids) {
    advance(upTo);
    news.add(new News.Changed(upTo, oids));
  }

  @Override
  public void committed(StorageTransaction transaction, Tid tid) {
    advance(tid);
    news.add(new News.Committed(transaction, tid));
  }

  @Override
  public void timedOut(StorageTransaction transaction) {
    news.add(new News.TimedOut(transaction));
  }

  @Override
  public void lost() {
    news.add(new News.Lost());
  }
}
