package dev.objectdb.storage.pg;

import dev.objectdb.object.Check;
import dev.objectdb.storage.StorageTransactionException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Who waits for a verdict, who has one, and until when: the sequencer's memory, without any I/O.
 *
 * <pre>
 *   arrive ──▶ waiting ──admissible──▶ voted ──▶ finished
 *                 ▲  │                   └─▶ dropped (abort, time-out, lock lost)
 *                 │  └─conflicts─▶ stale ──letGo──▶ open       both bounded as well
 *                 └──────────────────┴──────────────┘
 * </pre>
 *
 * <p>Who is stale keeps its reservations while it merges: others that want the same objects would
 * be stale after it in any case, and it would be overtaken again and again.
 *
 * <p>Waiters are admitted in the order they came, except that one who waits for a reserved object
 * lets others pass. An exclusive task lets nobody pass: what came after it waits until it has run.
 * Used by the sequencer's thread alone.
 */
final class Ballots {
  /** Who was overtaken this often, by other processes, may use up a turn to merge. */
  private static final int OVERTAKEN = 3;

  private final long timeoutNanos;
  private final Reservations reservations = new Reservations();
  private final LinkedHashSet<Waiter> waiting = new LinkedHashSet<>();
  private final Map<CommitSequencer.Ballot, Voter> voters = new HashMap<>();
  private final LinkedHashSet<Voter> voted = new LinkedHashSet<>();
  private final LinkedHashSet<Voter> stale = new LinkedHashSet<>();

  /** When each answered ballot runs out; all run equally long, so the first is the next. */
  private final LinkedHashMap<CommitSequencer.Ballot, Long> timeouts = new LinkedHashMap<>();

  Ballots(long timeoutNanos) {
    this.timeoutNanos = timeoutNanos;
  }

  /** Somebody who waits for the lock. */
  sealed interface Waiter {
    Deadline deadline();

    /** Ends the wait without a result. */
    void fail(Throwable cause);
  }

  /** A transaction from its vote to its end. */
  static final class Voter implements Waiter {
    final CommitSequencer.Ballot ballot;
    final Prepared prepared;
    final CompletableFuture<Verdict> answer;
    private final Deadline deadline;
    private final Reservations.Claim claim;
    private final int round;
    private CommitSession.@Nullable Member member;

    private Voter(
        CommitSequencer.Ballot ballot,
        CompletableFuture<Verdict> answer,
        Deadline deadline,
        Reservations.Claim claim,
        int round) {
      this.ballot = ballot;
      this.prepared = ballot.prepared();
      this.answer = answer;
      this.deadline = deadline;
      this.claim = claim;
      this.round = round;
    }

    @Override
    public Deadline deadline() {
      return deadline;
    }

    @Override
    public void fail(Throwable cause) {
      answer.completeExceptionally(cause);
    }

    CommitSession.Member member() {
      return Check.present(member, "only a voted transaction is written");
    }
  }

  /** A task that wants the lock for itself. */
  record Exclusive<T>(CommitSequencer.Task<T> task, Deadline deadline, CompletableFuture<T> answer)
      implements Waiter {
    @Override
    public void fail(Throwable cause) {
      answer.completeExceptionally(cause);
    }
  }

  void arrive(CommitSequencer.Ballot ballot, CompletableFuture<Verdict> answer, Deadline deadline) {
    timeouts.remove(ballot);
    Prepared prepared = ballot.prepared();
    Voter before = voters.get(ballot);
    Voter voter;
    if (before == null) {
      Reservations.Claim claim =
          reservations.claim(
              prepared.changed(), prepared.current().keySet(), prepared.given() != null);
      voter = new Voter(ballot, answer, deadline, claim, 1);
    } else {
      Check.invariant(stale.remove(before), "one vote at a time per transaction");
      Check.invariant(
          before.prepared.changed().equals(prepared.changed()), "what is reserved is voted");
      voter = new Voter(ballot, answer, deadline, before.claim, before.round + 1);
    }
    voters.put(ballot, voter);
    waiting.add(voter);
  }

  void arrive(Exclusive<?> exclusive) {
    waiting.add(exclusive);
  }

  boolean isWaiting() {
    return !waiting.isEmpty();
  }

  Collection<Waiter> waiting() {
    return waiting;
  }

  /** Returns those who may be checked now. */
  List<Voter> admissible() {
    List<Voter> found = new ArrayList<>();
    for (Waiter waiter : waiting) {
      switch (waiter) {
        case Exclusive<?> _ -> {
          return found;
        }
        case Voter voter -> {
          if (voter.claim.isGranted()) {
            found.add(voter);
          }
        }
      }
    }
    return found;
  }

  /** Takes the exclusive task whose turn it is, if there is one. */
  @Nullable Exclusive<?> takeExclusive() {
    if (!voted.isEmpty() || waiting.isEmpty()) {
      return null;
    }
    if (waiting.getFirst() instanceof Exclusive<?> exclusive) {
      waiting.removeFirst();
      return exclusive;
    }
    return null;
  }

  /** Records a clean vote. */
  void accept(Voter voter, CommitSession.Member member, long now) {
    Check.invariant(waiting.remove(voter), "only who waits is answered");
    voter.member = member;
    voted.add(voter);
    timeouts.put(voter.ballot, now + timeoutNanos);
  }

  /** Records an answer with conflicts: what it reserved stays so, and the time runs. */
  void conflicting(Voter voter, long now) {
    Check.invariant(waiting.remove(voter), "only who waits is answered");
    stale.add(voter);
    timeouts.put(voter.ballot, now + timeoutNanos);
  }

  /** Gives up what a stale ballot reserved; the time runs on. Does nothing to any other. */
  void letGo(CommitSequencer.Ballot ballot) {
    Voter voter = voters.get(ballot);
    if (voter != null && stale.remove(voter)) {
      voters.remove(ballot);
      reservations.release(voter.claim);
    }
  }

  /** Whether somebody merges who came too late too often. */
  boolean isAnyOvertaken() {
    return stale.stream().anyMatch(voter -> voter.round >= OVERTAKEN);
  }

  /** Takes a voted transaction that is to be finished; its time stops. Null if it is not voted. */
  @Nullable Voter finishing(CommitSequencer.Ballot ballot) {
    Voter voter = voters.get(ballot);
    if (voter == null || !voted.contains(voter)) {
      return null;
    }
    timeouts.remove(ballot);
    return voter;
  }

  /** Forgets a ballot at its owner's wish; a vote that still waits ends. */
  void abort(CommitSequencer.Ballot ballot) {
    Voter voter = voters.get(ballot);
    drop(ballot);
    if (voter != null) {
      voter.fail(new StorageTransactionException("the transaction was aborted during its vote"));
    }
  }

  /** Forgets a task that nobody waits for any more. */
  void drop(Exclusive<?> exclusive) {
    waiting.remove(exclusive);
  }

  /** Forgets a ballot, wherever it stands; does nothing if it is not known. */
  void drop(CommitSequencer.Ballot ballot) {
    timeouts.remove(ballot);
    Voter voter = voters.remove(ballot);
    if (voter != null) {
      waiting.remove(voter);
      voted.remove(voter);
      stale.remove(voter);
      reservations.release(voter.claim);
    }
  }

  /** Drops every voted transaction: the lock they were voted under is gone. */
  void dropVoted() {
    List.copyOf(voted).forEach(voter -> drop(voter.ballot));
  }

  boolean isAnyVoted() {
    return !voted.isEmpty();
  }

  /** Takes those whose time is over. */
  List<CommitSequencer.Ballot> takeTimedOut(long now) {
    List<CommitSequencer.Ballot> over = new ArrayList<>();
    Iterator<Map.Entry<CommitSequencer.Ballot, Long>> entries = timeouts.entrySet().iterator();
    while (entries.hasNext()) {
      Map.Entry<CommitSequencer.Ballot, Long> entry = entries.next();
      if (entry.getValue() - now > 0) {
        break;
      }
      over.add(entry.getKey());
    }
    over.forEach(this::drop);
    return over;
  }

  /** Returns when the next answered ballot runs out. */
  OptionalLong nextTimeout() {
    return timeouts.isEmpty()
        ? OptionalLong.empty()
        : OptionalLong.of(timeouts.firstEntry().getValue());
  }

  /** Takes every transaction that waits, to be told that it was in vain. */
  List<Voter> takeVoters() {
    List<Voter> all = new ArrayList<>();
    for (Waiter waiter : waiting) {
      if (waiter instanceof Voter voter) {
        all.add(voter);
      }
    }
    all.forEach(voter -> drop(voter.ballot));
    return all;
  }

  /** Takes everybody who waits. */
  List<Waiter> takeWaiting() {
    List<Waiter> all = List.copyOf(waiting);
    takeVoters();
    waiting.clear();
    return all;
  }
}
