package dev.objectdb.zeo;

import dev.objectdb.codec.pickle.PickleValue;
import dev.objectdb.object.Oid;
import dev.objectdb.storage.ConflictException;
import dev.objectdb.storage.Storage;
import dev.objectdb.storage.StorageException;
import dev.objectdb.storage.StorageTransaction;
import dev.objectdb.storage.Subscription;
import dev.objectdb.storage.VoteResult;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Runs the steps of a link's transactions, one after the other in the order they came. A vote may
 * wait here for other transactions; what the link reads goes on beside it.
 *
 * <pre>
 *   tpc_begin ─▶ open ── storea, restorea, check… ──▶ vote ─┬─ clean ───▶ tpc_finish ─▶ the tid
 *                 │ ▲                                       ├─ conflicts ─▶ open: stored again
 *                 │ └───────────────────────────────────────┘
 *                 └─ any step fails ─▶ spoilt ─▶ vote answers the failure ─▶ gone
 * </pre>
 *
 * <p>{@link #perform} is for one thread, {@link #announceAbort} and {@link #close} for any.
 */
final class CommitLane {
  /**
   * Votes with conflicts that a stock client makes. After the last one it would go on to finish, as
   * if there were none, and fail for good; a conflict error instead is tried again by everybody.
   */
  private static final int ROUNDS_MAX = 9;

  private final Storage storage;
  private final Subscription subscription;
  private final LinkFeed feed;
  private final Tally tally;
  private final Failures failures;
  private final boolean readOnly;

  private final ReentrantLock lock = new ReentrantLock();
  private final Set<TxnId> unwanted = new HashSet<>(); // guarded by lock
  private @Nullable LinkTransaction current;
  private @Nullable LinkTransaction voting; // guarded by lock
  private boolean closed;

  CommitLane(LinkContext link, Subscription subscription, LinkFeed feed, boolean readOnly) {
    this.storage = link.storage();
    this.tally = link.tally();
    this.failures = new Failures(link.tally());
    this.subscription = subscription;
    this.feed = feed;
    this.readOnly = readOnly;
  }

  /**
   * Runs one step.
   *
   * @param msgid the call to answer when the step is a finish
   * @return the answer, or empty where the commit itself has answered, at its place in the feed
   */
  Optional<Reply> perform(ZeoRequest.Write request, PickleValue msgid) {
    return switch (request) {
      case ZeoRequest.TpcBegin begin -> confirm(() -> begin(begin));
      case ZeoRequest.Store store -> step("storea", store.txn(), t -> store(t, store));
      case ZeoRequest.Restore restore -> step("restorea", restore.txn(), t -> restore(t, restore));
      case ZeoRequest.CheckCurrent(TxnId txn, var oid, var serial) ->
          step("checkCurrentSerialInTransaction", txn, t -> t.checkCurrent(oid, serial));
      case ZeoRequest.Vote(TxnId txn) -> Optional.of(vote(txn));
      case ZeoRequest.Finish(TxnId txn) -> finish(txn, msgid);
      case ZeoRequest.Abort(TxnId txn) -> confirm(() -> abort(txn));
      case ZeoRequest.MissingWrite(String method) -> spoil(WireErrors.unsupported(method));
      case ZeoRequest.BadWrite(Reply.Failure why) -> spoil(why);
      case ZeoRequest.BadBegin(TxnId txn, Reply.Failure why) -> {
        open(LinkTransaction.spoilt(txn, why));
        yield Optional.of(why);
      }
    };
  }

  private static Optional<Reply> confirm(Runnable step) {
    step.run();
    return Optional.of(Reply.NONE);
  }

  private void begin(ZeoRequest.TpcBegin request) {
    LinkTransaction open = current;
    if (open != null && open.is(request.txn())) {
      return;
    }
    if (readOnly) {
      open(LinkTransaction.spoilt(request.txn(), WireErrors.readOnly()));
      return;
    }
    try {
      StorageTransaction begun =
          request.tid() == null
              ? storage.begin(subscription, request.meta())
              : storage.begin(subscription, request.meta(), request.tid());
      open(LinkTransaction.begun(request.txn(), begun));
    } catch (StorageException e) {
      open(LinkTransaction.spoilt(request.txn(), failures.of("tpc_begin", e)));
    }
  }

  private void open(LinkTransaction transaction) {
    if (current != null) {
      transaction.abort();
      throw new ProtocolException("a transaction while another one is open");
    }
    lock.lock();
    try {
      current = transaction;
      tally.active.increment();
      if (!closed) {
        return;
      }
    } finally {
      lock.unlock();
    }
    drop(transaction); // the link ended while it began
  }

  /** Runs a one-way step; what goes wrong is kept for the vote. */
  private Optional<Reply> step(String method, TxnId txn, Step step) {
    LinkTransaction open = current;
    if (open == null) {
      // Its tpc_begin was lost: the client could not encode it, and only logged that.
      open(LinkTransaction.spoilt(txn, WireErrors.transaction("transaction was not begun")));
      return Optional.of(Reply.NONE);
    }
    if (!open.is(txn)) {
      throw new ProtocolException("a step of another transaction than the open one");
    }
    StorageTransaction transaction = open.storage();
    if (open.failure() == null && transaction != null) {
      try {
        step.run(transaction);
      } catch (StorageException e) {
        open.spoil(failures.of(method, e));
      } catch (RuntimeException e) {
        open.spoil(WireErrors.internal());
        throw e;
      }
    }
    return Optional.of(Reply.NONE);
  }

  private interface Step {
    void run(StorageTransaction transaction);
  }

  private void store(StorageTransaction transaction, ZeoRequest.Store request) {
    transaction.store(request.oid(), request.base(), request.data());
    wrote(request.oid());
  }

  private void restore(StorageTransaction transaction, ZeoRequest.Restore request) {
    transaction.restore(request.oid(), request.data());
    wrote(request.oid());
    if (current != null) {
      current.restored(request.oid());
    }
  }

  private void wrote(Oid oid) {
    tally.stores.increment();
    if (current != null) {
      current.wrote(oid);
    }
  }

  private Optional<Reply> spoil(Reply.Failure why) {
    if (current != null) {
      current.spoil(why);
    }
    return Optional.of(why);
  }

  private Reply vote(TxnId txn) {
    LinkTransaction open = current;
    if (open == null || !open.is(txn)) {
      return WireErrors.transaction("transaction is not open");
    }
    Reply.Failure failure = open.failure();
    StorageTransaction transaction = open.storage();
    if (failure != null || transaction == null) {
      drop(open);
      return failure == null ? WireErrors.internal() : failure;
    }
    tally.voting.increment();
    try {
      if (isUnwanted(open, txn)) {
        drop(open);
        return WireErrors.transaction("transaction is aborted");
      }
      return answer(open, transaction.vote());
    } catch (StorageException e) {
      if (e instanceof ConflictException) {
        tally.conflicts.increment();
      }
      boolean wanted = isWanted(txn);
      drop(open);
      return wanted ? failures.of("vote", e) : WireErrors.of(e);
    } catch (RuntimeException e) {
      drop(open);
      throw e;
    } finally {
      voteEnded();
      tally.voting.decrement();
    }
  }

  /** Tells whether an abort waits behind the vote that begins; one that comes later ends it. */
  private boolean isUnwanted(LinkTransaction transaction, TxnId txn) {
    lock.lock();
    try {
      voting = transaction;
      return unwanted.contains(txn);
    } finally {
      lock.unlock();
    }
  }

  /** Tells whether the client waits for the transaction, and did not end it itself. */
  private boolean isWanted(TxnId txn) {
    lock.lock();
    try {
      return !closed && !unwanted.contains(txn);
    } finally {
      lock.unlock();
    }
  }

  private void voteEnded() {
    lock.lock();
    try {
      voting = null;
    } finally {
      lock.unlock();
    }
  }

  /**
   * The client wants the transaction no more. The abort itself comes when it is its turn, and a
   * vote that comes before it need not wait for anything any longer.
   */
  void announceAbort(TxnId txn) {
    LinkTransaction waiting;
    lock.lock();
    try {
      unwanted.add(txn);
      waiting = voting;
    } finally {
      lock.unlock();
    }
    if (waiting != null && waiting.is(txn)) {
      waiting.abort();
    }
  }

  private Reply answer(LinkTransaction open, VoteResult result) {
    return switch (result) {
      case VoteResult.Voted(Set<Oid> changedByServer) -> {
        open.voted(true);
        tally.conflicts.add(changedByServer.size());
        tally.conflictsResolved.add(open.conflicts() + changedByServer.size());
        Set<Oid> toForget = new HashSet<>(open.restored());
        toForget.addAll(changedByServer);
        yield Reply.of(Reply.value(toForget));
      }
      case VoteResult.Conflicts(List<VoteResult.Conflict> conflicts) -> {
        open.voted(false);
        tally.conflicts.add(conflicts.size());
        if (open.addRound(conflicts.size()) == ROUNDS_MAX) {
          drop(open);
          VoteResult.Conflict first = conflicts.getFirst();
          yield WireErrors.of(new ConflictException(first.oid(), first.committed(), first.base()));
        }
        List<PickleValue> maps = new ArrayList<>(conflicts.size());
        conflicts.forEach(conflict -> maps.add(map(conflict)));
        yield Reply.of(PickleValue.list(maps));
      }
    };
  }

  /** What the client needs to run the class's own resolver. */
  private static PickleValue map(VoteResult.Conflict conflict) {
    return PickleValue.dict(
        PickleValue.of("oid"),
        Reply.value(conflict.oid()),
        PickleValue.of("serials"),
        WireErrors.serials(conflict.committed(), conflict.base()),
        PickleValue.of("data"),
        PickleValue.of(conflict.data()));
  }

  private Optional<Reply> finish(TxnId txn, PickleValue msgid) {
    LinkTransaction open = current;
    StorageTransaction transaction = open == null ? null : open.storage();
    if (open == null || transaction == null || !open.is(txn) || !open.isVoted()) {
      return Optional.of(WireErrors.transaction("transaction is not voted"));
    }
    feed.awaitCommit(transaction, msgid, open.written());
    try {
      transaction.finish();
    } catch (StorageException e) {
      drop(open);
      return feed.withdrawCommit() ? Optional.of(failures.of("tpc_finish", e)) : Optional.empty();
    } catch (RuntimeException e) {
      drop(open);
      if (feed.withdrawCommit()) {
        throw e;
      }
      return Optional.empty();
    }
    tally.commits.increment();
    end(open);
    if (feed.withdrawCommit() && !isClosed()) {
      throw new IllegalStateException("a commit was not told to its own listener");
    }
    return Optional.empty();
  }

  private boolean isClosed() {
    lock.lock();
    try {
      return closed;
    } finally {
      lock.unlock();
    }
  }

  /** The client says so after every failure, also of a transaction that is long gone. */
  private void abort(TxnId txn) {
    lock.lock();
    try {
      unwanted.remove(txn);
    } finally {
      lock.unlock();
    }
    LinkTransaction open = current;
    if (open != null && open.is(txn)) {
      drop(open);
    }
  }

  /** Ends a transaction that does not commit. */
  private void drop(LinkTransaction transaction) {
    transaction.abort();
    tally.aborts.increment();
    end(transaction);
  }

  @SuppressWarnings("ReferenceEquality") // the very transaction, not an equal one
  private void end(LinkTransaction transaction) {
    lock.lock();
    try {
      if (current == transaction) {
        current = null;
        tally.active.decrement();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Tells whether a transaction is open. */
  boolean isBusy() {
    lock.lock();
    try {
      return current != null;
    } finally {
      lock.unlock();
    }
  }

  /** Ends what the link left open, on the thread that performs, after its last step. */
  void settle() {
    LinkTransaction open = current;
    if (open != null) {
      drop(open);
    }
  }

  /** The link ended, and so does its transaction; a vote that waits is woken by it. */
  void close() {
    LinkTransaction open;
    lock.lock();
    try {
      closed = true;
      open = current;
    } finally {
      lock.unlock();
    }
    if (open != null) {
      open.abort();
    }
  }
}
