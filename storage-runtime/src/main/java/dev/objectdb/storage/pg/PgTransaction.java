package dev.objectdb.storage.pg;

import dev.objectdb.codec.pickle.CodecException;
import dev.objectdb.merge.RecordMerge;
import dev.objectdb.object.Allowance;
import dev.objectdb.object.Bytes;
import dev.objectdb.object.Check;
import dev.objectdb.object.Limits;
import dev.objectdb.object.Oid;
import dev.objectdb.object.Tid;
import dev.objectdb.storage.ConflictException;
import dev.objectdb.storage.InvalidRecordException;
import dev.objectdb.storage.StorageException;
import dev.objectdb.storage.StorageTransaction;
import dev.objectdb.storage.StorageTransactionException;
import dev.objectdb.storage.StorageUnavailableException;
import dev.objectdb.storage.VoteResult;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One transaction: stages records, then goes to the sequencer.
 *
 * <pre>
 *   OPEN ──vote──▶ VOTING ──▶ VOTED ──finish──▶ FINISHING ──▶ ENDED
 *     ▲               ├─ conflicts: OPEN            (abort does nothing from here on)
 *     └───────────────┘  failure, abort, time-out from any other state: ENDED
 * </pre>
 *
 * <p>A vote that meets conflicts is a few: what {@link ServerMerge} can merge is stored on top of
 * the committed revision and voted again. Between two votes the objects stay reserved, but nothing
 * is locked; before the client is asked to merge, they are let go.
 *
 * <p>Everything that takes time, the codec above all, happens in {@link #store} on the caller's
 * thread, before any lock. {@link #lock} guards the state and the spool; it is never held while the
 * sequencer is waited for, so an abort from another thread is never late.
 */
final class PgTransaction implements StorageTransaction, CommitSequencer.Ballot {
  /**
   * More than this of conflicting records is neither merged nor handed out to be merged: it fits no
   * memory.
   */
  static final long MERGE_BYTES_MAX = 32L << 20;

  /** Objects that a transaction may name whatever the others hold: most name fewer. */
  static final int OBJECTS_FREE = 256;

  /** What it takes of the allowance at a time. */
  private static final int OBJECTS_STEP = 1_024;

  /** As often as clients do it; then it is their turn. */
  static final int MERGE_ROUNDS_MAX = 9;

  private static final Logger log = LoggerFactory.getLogger(PgTransaction.class);

  private enum State {
    OPEN,
    VOTING,
    VOTED,
    FINISHING,
    ENDED
  }

  private final Parts parts;
  private final InvalidationFeed.FeedSubscription owner;
  private final LogEntry entry;
  private final @Nullable Tid given;
  private final Spool spool;

  private final ReentrantLock lock = new ReentrantLock();
  private final Map<Oid, Change> changes = new HashMap<>();
  private final Map<Oid, Tid> current = new HashMap<>();
  private final Set<Oid> merged = new HashSet<>();
  private long allowed = OBJECTS_FREE;
  private State state = State.OPEN;
  private volatile @Nullable Prepared prepared;

  /**
   * What all transactions of a storage share.
   *
   * @param openObjects what all transactions may name together, above a few each
   * @param voteTimeout how long a vote waits for the commit lock and for others' reservations
   */
  record Parts(
      CommitSequencer sequencer,
      OidAllocator oids,
      Records records,
      Limits limits,
      Allowance openObjects,
      Duration voteTimeout) {}

  /** What is done with records, on the caller's thread. */
  record Records(RecordDecoder codec, ServerMerge merge) {}

  /**
   * Begins.
   *
   * @param owner its listener is told of this transaction's end
   * @param given the tid it brings along, or null
   */
  PgTransaction(
      Parts parts,
      InvalidationFeed.FeedSubscription owner,
      LogEntry entry,
      @Nullable Tid given,
      Spool spool) {
    this.parts = parts;
    this.owner = owner;
    this.entry = entry;
    this.given = given;
    this.spool = spool;
  }

  @Override
  public void store(Oid oid, Tid base, Bytes data) {
    StagedRow row = transcode(oid, data);
    stage(oid, () -> new Change.Store(oid, base, spool.put(row)), data);
  }

  @Override
  public void restore(Oid oid, @Nullable Bytes data) {
    if (data == null) {
      stage(oid, () -> new Change.Delete(oid), Bytes.EMPTY);
    } else {
      StagedRow row = transcode(oid, data);
      stage(oid, () -> new Change.Restore(oid, spool.put(row)), data);
    }
  }

  private StagedRow transcode(Oid oid, Bytes data) {
    if (data.length() > parts.limits().recordBytesMax()) {
      throw new InvalidRecordException(oid, "the record is over the limit", null);
    }
    try {
      return new StagedRow(parts.records().codec().toJson(data), data);
    } catch (CodecException e) {
      throw new InvalidRecordException(oid, "the record cannot be read: " + e.getMessage(), e);
    }
  }

  /** Puts a change where the transaction keeps it. */
  @FunctionalInterface
  private interface Staging {
    Change stage() throws IOException;
  }

  private void stage(Oid oid, Staging staging, Bytes data) {
    lock.lock();
    try {
      requireOpen();
      if (!hasRoomFor(data)) {
        throw new InvalidRecordException(oid, "the transaction is over the limit", null);
      }
      requireRoom(oid);
      changes.put(oid, staging.stage());
      merged.remove(oid);
    } catch (IOException e) {
      throw new StorageUnavailableException("the record could not be kept on disk", e);
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void checkCurrent(Oid oid, Tid serial) {
    lock.lock();
    try {
      requireOpen();
      requireRoom(oid);
      current.put(oid, serial);
    } finally {
      lock.unlock();
    }
  }

  private boolean hasRoomFor(Bytes record) {
    return spool.total() + record.length() <= parts.limits().transactionBytesMax();
  }

  /** What a transaction names stays in memory, also where it brings no bytes. */
  private void requireRoom(Oid oid) {
    if (changes.size() + current.size() < allowed) {
      return;
    }
    if (!parts.openObjects().tryTake(OBJECTS_STEP)) {
      throw new InvalidRecordException(
          oid,
          "the open transactions of this server name more objects than its memory takes (%,d):"
                  .formatted(parts.limits().openObjectsMax())
              + " commit in smaller steps, or give the server more memory",
          null);
    }
    allowed += OBJECTS_STEP;
  }

  private void requireOpen() {
    if (state != State.OPEN) {
      throw new StorageTransactionException("the transaction takes no more changes");
    }
  }

  @Override
  public VoteResult vote() {
    lock.lock();
    try {
      requireOpen();
      state = State.VOTING;
    } finally {
      lock.unlock();
    }
    try {
      prepare();
      prepared().changes().stream()
          .map(Change::oid)
          .max(Oid::compareTo)
          .ifPresent(parts.oids()::seen);
      return answer(voteAndMerge());
    } catch (RuntimeException e) {
      end();
      parts.sequencer().abort(this); // it may be voted already, if an abort came in between
      throw e;
    }
  }

  private Verdict voteAndMerge() {
    Deadline deadline = Deadline.after(parts.voteTimeout());
    Verdict verdict = parts.sequencer().vote(this, deadline);
    for (int round = 0; round < MERGE_ROUNDS_MAX; round++) {
      if (!(verdict instanceof Verdict.Conflicts(List<Verdict.Stale> stale))) {
        break;
      }
      List<Verdict.Stale> left = merge(stale);
      if (!left.isEmpty()) {
        return new Verdict.Conflicts(left);
      }
      prepare();
      verdict = parts.sequencer().vote(this, deadline);
    }
    return verdict;
  }

  private void prepare() {
    lock.lock();
    try {
      requireVoting();
      prepared = new Prepared(List.copyOf(changes.values()), current, entry, given, spool);
    } finally {
      lock.unlock();
    }
  }

  private void requireVoting() {
    if (state != State.VOTING) {
      throw new StorageTransactionException("the transaction was aborted during its vote");
    }
  }

  /** Stages what can be merged in place of what was stored; returns what cannot. */
  private List<Verdict.Stale> merge(List<Verdict.Stale> stale) {
    Map<Oid, StagedRow> rows = new HashMap<>();
    parts
        .records()
        .merge()
        .merge(attempts(stale), MERGE_BYTES_MAX)
        .forEach(
            (oid, record) -> {
              if (record.length() <= parts.limits().recordBytesMax()) {
                rows.put(oid, transcode(oid, record));
              }
            });
    List<Verdict.Stale> left = new ArrayList<>();
    lock.lock();
    try {
      requireVoting();
      for (Verdict.Stale one : stale) {
        StagedRow row = rows.get(one.oid());
        if (row == null || !hasRoomFor(row.record())) {
          left.add(one);
        } else {
          changes.put(one.oid(), new Change.Store(one.oid(), one.committed(), spool.put(row)));
          merged.add(one.oid());
        }
      }
    } catch (IOException e) {
      throw new StorageUnavailableException("the record could not be kept on disk", e);
    } finally {
      lock.unlock();
    }
    return left;
  }

  private List<ServerMerge.Attempt> attempts(List<Verdict.Stale> stale) {
    List<ServerMerge.Attempt> attempts = new ArrayList<>();
    long bytes = 0;
    lock.lock();
    try {
      requireVoting();
      for (Verdict.Stale one : stale) {
        Spool.Slot slot = stored(one).slot();
        bytes += slot.size();
        if (bytes > MERGE_BYTES_MAX) {
          break;
        }
        StagedRow row = spool.get(slot);
        if (RecordMerge.handles(row.json().classModule(), row.json().className())) {
          attempts.add(new ServerMerge.Attempt(one, row.record()));
        }
      }
      return attempts;
    } catch (IOException e) {
      throw unreadable(e);
    } finally {
      lock.unlock();
    }
  }

  private Change.Store stored(Verdict.Stale stale) {
    Change change = Check.present(changes.get(stale.oid()), "only what was stored is stale");
    if (change instanceof Change.Store store) {
      return store;
    }
    throw new IllegalStateException("invariant broken: only stores are compared");
  }

  private static StorageUnavailableException unreadable(IOException e) {
    return new StorageUnavailableException("the records could not be read from disk", e);
  }

  private VoteResult answer(Verdict verdict) {
    lock.lock();
    try {
      requireVoting();
      return switch (verdict) {
        case Verdict.Voted _ -> {
          state = State.VOTED;
          yield new VoteResult.Voted(merged);
        }
        case Verdict.Conflicts(List<Verdict.Stale> stale) -> {
          List<VoteResult.Conflict> conflicts = withRecords(stale);
          parts.sequencer().letGo(this);
          state = State.OPEN;
          yield new VoteResult.Conflicts(conflicts);
        }
        case Verdict.Failed(StorageException cause) -> throw cause;
      };
    } finally {
      lock.unlock();
    }
  }

  private List<VoteResult.Conflict> withRecords(List<Verdict.Stale> stale) {
    List<VoteResult.Conflict> conflicts = new ArrayList<>();
    long bytes = 0;
    try {
      for (Verdict.Stale one : stale) {
        Spool.Slot slot = stored(one).slot();
        bytes += slot.size();
        if (bytes > MERGE_BYTES_MAX) {
          throw new ConflictException(one.oid(), one.committed(), one.base());
        }
        conflicts.add(
            new VoteResult.Conflict(
                one.oid(), one.committed(), one.base(), spool.get(slot).record()));
      }
    } catch (IOException e) {
      throw unreadable(e);
    }
    return conflicts;
  }

  @Override
  public Tid finish() {
    lock.lock();
    try {
      if (state != State.VOTED) {
        throw new StorageTransactionException("only a voted transaction can be finished");
      }
      state = State.FINISHING;
    } finally {
      lock.unlock();
    }
    try {
      return parts.sequencer().finish(this);
    } finally {
      end();
    }
  }

  @Override
  public void abort() {
    lock.lock();
    try {
      if (state == State.FINISHING || state == State.ENDED) {
        return;
      }
      endLocked();
    } finally {
      lock.unlock();
    }
    if (prepared != null) {
      parts.sequencer().abort(this);
    }
  }

  private void end() {
    lock.lock();
    try {
      endLocked();
    } finally {
      lock.unlock();
    }
  }

  private void endLocked() {
    state = State.ENDED;
    parts.openObjects().giveBack(allowed - OBJECTS_FREE);
    allowed = OBJECTS_FREE;
    changes.clear();
    current.clear();
    merged.clear();
    try {
      spool.close();
    } catch (IOException e) {
      log.atWarn().setCause(e).log("a spool file could not be removed");
    }
  }

  @Override
  public Prepared prepared() {
    return Check.present(prepared, "a ballot goes to the vote prepared");
  }

  @Override
  public InvalidationFeed.FeedSubscription owner() {
    return owner;
  }

  @Override
  public void timedOut() {
    end();
    owner.listener().timedOut(this);
  }

  @Override
  public void committed(Tid tid) {
    owner.listener().committed(this, tid);
  }
}
