package dev.objectdb.storage.pg;

import dev.objectdb.codec.pickle.CodecException;
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
 * <p>Everything that takes time, the codec above all, happens in {@link #store} on the caller's
 * thread, before any lock. {@link #lock} guards the state and the spool; it is never held while the
 * sequencer is waited for, so an abort from another thread is never late.
 */
final class PgTransaction implements StorageTransaction, CommitSequencer.Ballot {
  /** More than this of conflicting records is not handed out to be merged: it fits no memory. */
  static final long MERGE_BYTES_MAX = 32L << 20;

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
  private State state = State.OPEN;
  private volatile @Nullable Prepared prepared;

  /**
   * What all transactions of a storage share.
   *
   * @param voteTimeout how long a vote waits for the commit lock and for others' reservations
   */
  record Parts(
      CommitSequencer sequencer,
      OidAllocator oids,
      RecordDecoder codec,
      Limits limits,
      Duration voteTimeout) {}

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
      return new StagedRow(parts.codec().toJson(data), data);
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
      if (spool.total() + data.length() > parts.limits().transactionBytesMax()) {
        throw new InvalidRecordException(oid, "the transaction is over the limit", null);
      }
      requireRoom(oid);
      changes.put(oid, staging.stage());
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

  /** What a transaction names stays in memory, also where it brings no bytes. */
  private void requireRoom(Oid oid) {
    if (changes.size() + current.size() >= parts.limits().transactionObjectsMax()) {
      throw new InvalidRecordException(oid, "the transaction names too many objects", null);
    }
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
      prepared = new Prepared(List.copyOf(changes.values()), current, entry, given, spool);
    } finally {
      lock.unlock();
    }
    try {
      prepared().changes().stream()
          .map(Change::oid)
          .max(Oid::compareTo)
          .ifPresent(parts.oids()::seen);
      Verdict verdict = parts.sequencer().vote(this, Deadline.after(parts.voteTimeout()));
      return answer(verdict);
    } catch (RuntimeException e) {
      end();
      parts.sequencer().abort(this); // it may be voted already, if an abort came in between
      throw e;
    }
  }

  private VoteResult answer(Verdict verdict) {
    lock.lock();
    try {
      if (state != State.VOTING) {
        throw new StorageTransactionException("the transaction was aborted during its vote");
      }
      return switch (verdict) {
        case Verdict.Voted _ -> {
          state = State.VOTED;
          yield new VoteResult.Voted(Set.of());
        }
        case Verdict.Conflicts(List<Verdict.Stale> stale) -> {
          List<VoteResult.Conflict> conflicts = withRecords(stale);
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
        Change change = Check.present(changes.get(one.oid()), "only what was stored is stale");
        if (change instanceof Change.Store store) {
          bytes += store.slot().size();
          if (bytes > MERGE_BYTES_MAX) {
            throw new ConflictException(one.oid(), one.committed(), one.base());
          }
          conflicts.add(
              new VoteResult.Conflict(
                  one.oid(), one.committed(), one.base(), spool.get(store.slot()).record()));
        }
      }
    } catch (IOException e) {
      throw new StorageUnavailableException("the records could not be read from disk", e);
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
    changes.clear();
    current.clear();
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
