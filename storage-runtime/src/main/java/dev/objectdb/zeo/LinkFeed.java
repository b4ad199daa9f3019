package dev.objectdb.zeo;

import dev.objectdb.codec.pickle.PickleValue;
import dev.objectdb.object.Bytes;
import dev.objectdb.object.Oid;
import dev.objectdb.object.Tid;
import dev.objectdb.storage.Loaded;
import dev.objectdb.storage.StorageListener;
import dev.objectdb.storage.StorageTransaction;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What one client was told, and in which order: its position, and what changed lately.
 *
 * <p>INVARIANT: the position only rises, and everything at or below it is in the queue of the link,
 * ahead of all that relies on it. So "this revision is current" is queued under the same lock as
 * the changes, and only when none of them concerns the object; the client keeps such an answer as
 * current for good.
 */
final class LinkFeed implements StorageListener {
  private static final Logger LOG = LoggerFactory.getLogger(LinkFeed.class);

  /** Changes remembered to judge loads that were under way; older loads are read again. */
  private static final int CHANGES_MAX = 256;

  /** Ends the link; called with the feed locked, so it only closes the socket. */
  interface Cutter {
    /**
     * Ends the link.
     *
     * @param reason why, for the one line in the log
     */
    void cut(String reason);
  }

  private final Outbound outbound;
  private final MessageCodec codec;
  private final PushFrames frames;
  private final Cutter cutter;

  private final ReentrantLock lock = new ReentrantLock();
  private final Deque<Change> changes = new ArrayDeque<>();
  private final List<Change> beforeJoin = new ArrayList<>();
  private Tid position = Tid.NONE;
  private Tid forgotten = Tid.NONE;
  private boolean joined;
  private boolean broken;
  private @Nullable Commit commit;

  /** What happened at a tid; oids null: more than is worth remembering, so take it as all. */
  private record Change(Tid tid, @Nullable Set<Oid> oids) {
    boolean concerns(Oid oid) {
      return oids == null || oids.contains(oid);
    }
  }

  /** The link's own transaction, while its finish is under way. */
  private record Commit(
      StorageTransaction transaction, PickleValue msgid, @Nullable Set<Oid> written) {}

  LinkFeed(Outbound outbound, MessageCodec codec, PushFrames frames, Cutter cutter) {
    this.outbound = outbound;
    this.codec = codec;
    this.frames = frames;
    this.cutter = cutter;
  }

  /**
   * Answers register with the tid at which the link joined, and begins to push. What the storage
   * told meanwhile follows the answer.
   */
  void join(PickleValue msgid, Tid baseline) {
    lock.lock();
    try {
      position = baseline;
      forgotten = baseline;
      joined = true;
      pushOrCut(codec.reply(msgid, Reply.of(baseline)));
      for (Change change : beforeJoin) {
        if (change.tid().isAfter(baseline)) {
          tell(change);
        }
      }
      beforeJoin.clear();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void changed(Tid upTo, Set<Oid> oids) {
    lock.lock();
    try {
      Change change = new Change(upTo, oids);
      if (!joined) {
        beforeJoin.add(change);
      } else {
        tell(change);
      }
    } finally {
      lock.unlock();
    }
  }

  private void tell(Change change) {
    Set<Oid> oids = change.oids();
    if (rise(change) && oids != null) {
      pushOrCut(frames.invalidation(change.tid(), oids));
    }
  }

  @Override
  public void committed(StorageTransaction transaction, Tid tid) {
    lock.lock();
    try {
      Commit own = commit;
      if (own == null || own.transaction() != transaction) {
        fail("the feed tells of a commit that nobody asked for");
        return;
      }
      commit = null;
      if (rise(new Change(tid, own.written()))) {
        pushOrCut(codec.reply(own.msgid(), Reply.of(tid)));
      }
    } finally {
      lock.unlock();
    }
  }

  /** Moves the position to the change, and remembers it. */
  private boolean rise(Change change) {
    if (broken) {
      return false;
    }
    if (!change.tid().isAfter(position)) {
      fail("the feed does not rise");
      return false;
    }
    position = change.tid();
    changes.addLast(change);
    if (changes.size() > CHANGES_MAX) {
      forgotten = changes.removeFirst().tid();
    }
    return true;
  }

  /** A fault of ours; with the link the client drops what it may have got wrong. */
  private void fail(String message) {
    LOG.atError().addKeyValue("position", position).log(message);
    cut("broken order of commits");
  }

  @Override
  public void timedOut(StorageTransaction transaction) {
    cutter.cut("transaction timed out");
  }

  @Override
  public void lost() {
    lock.lock();
    try {
      commit = null; // the link ends: nobody waits for its answer any more
    } finally {
      lock.unlock();
    }
    cutter.cut("news of commits are missing");
  }

  /**
   * Announces that the transaction is about to be finished: its commit answers this call.
   *
   * @param written the oids it writes, null if they are too many to remember
   */
  void awaitCommit(StorageTransaction transaction, PickleValue msgid, @Nullable Set<Oid> written) {
    lock.lock();
    try {
      commit = new Commit(transaction, msgid, written);
    } finally {
      lock.unlock();
    }
  }

  /**
   * Withdraws what {@link #awaitCommit} announced, after a finish that failed.
   *
   * @return false if the commit was told before, so that its call is answered
   */
  boolean withdrawCommit() {
    lock.lock();
    try {
      boolean waiting = commit != null;
      commit = null;
      return waiting;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Queues the reply to a load, unless what it says may be over: the object was changed after it
   * was read, or the revision is one the client was not told of yet.
   *
   * @param before the bound of the load
   * @param reply the encoded reply, for which room was taken
   * @return false if nothing was queued and the object has to be read again
   */
  boolean offer(Oid oid, Tid before, Loaded loaded, Bytes reply) {
    lock.lock();
    try {
      if (loaded.tid().isAfter(position) || isOver(oid, before, loaded)) {
        return false;
      }
      outbound.reply(reply);
      return true;
    } finally {
      lock.unlock();
    }
  }

  private boolean isOver(Oid oid, Tid before, Loaded loaded) {
    if (loaded.isCurrent()) {
      return isChangedSince(loaded.asOf(), oid);
    }
    // The client was told of the next revision, and its bound lets it in: this is not the newest.
    return !loaded.next().isAfter(position) && loaded.next().isBefore(before);
  }

  private boolean isChangedSince(Tid asOf, Oid oid) {
    if (asOf.isBefore(forgotten)) {
      return true;
    }
    for (var newestFirst = changes.descendingIterator(); newestFirst.hasNext(); ) {
      Change change = newestFirst.next();
      if (!change.tid().isAfter(asOf)) {
        return false;
      }
      if (change.concerns(oid)) {
        return true;
      }
    }
    return false;
  }

  /** Pushes what is no invalidation, such as new sizes. */
  void push(Bytes frame) {
    lock.lock();
    try {
      if (joined) {
        pushOrCut(frame);
      }
    } finally {
      lock.unlock();
    }
  }

  private void pushOrCut(Bytes frame) {
    if (!broken && !outbound.push(frame)) {
      cut("the client does not take what it is sent");
    }
  }

  private void cut(String reason) {
    broken = true; // after a gap nothing may be told any more
    cutter.cut(reason);
  }

  /** The highest tid that the client was told. */
  Tid position() {
    lock.lock();
    try {
      return position;
    } finally {
      lock.unlock();
    }
  }
}
