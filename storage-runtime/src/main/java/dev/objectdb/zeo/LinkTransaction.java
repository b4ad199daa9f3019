package dev.objectdb.zeo;

import dev.objectdb.object.Oid;
import dev.objectdb.storage.StorageTransaction;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The transaction of a link: the storage's, and what ZEO adds to it. A one-way call that fails has
 * nobody to tell, so the first failure is kept and answers the vote.
 */
final class LinkTransaction {
  /** Oids remembered to judge loads that race with the commit; above it, all are suspected. */
  private static final int WRITTEN_MAX = 100_000;

  private final TxnId txn;
  private final @Nullable StorageTransaction storage;
  private final Set<Oid> written = new HashSet<>();
  private final Set<Oid> restored = new HashSet<>();
  private Reply.@Nullable Failure failure;
  private boolean voted;
  private int conflicts;
  private int rounds;

  private LinkTransaction(
      TxnId txn, @Nullable StorageTransaction storage, Reply.@Nullable Failure failure) {
    this.txn = txn;
    this.storage = storage;
    this.failure = failure;
  }

  static LinkTransaction begun(TxnId txn, StorageTransaction storage) {
    return new LinkTransaction(txn, storage, null);
  }

  /** A transaction that cannot succeed any more, from its first step. */
  static LinkTransaction spoilt(TxnId txn, Reply.Failure failure) {
    return new LinkTransaction(txn, null, failure);
  }

  boolean is(TxnId other) {
    return txn.equals(other);
  }

  /** The storage's transaction, or null if there never was one. */
  @Nullable StorageTransaction storage() {
    return storage;
  }

  /** The failure that the vote answers, or null. */
  Reply.@Nullable Failure failure() {
    return failure;
  }

  /** Keeps the first failure, and gives back what the storage holds for the transaction. */
  void spoil(Reply.Failure why) {
    voted = false;
    if (failure == null) {
      failure = why;
      abort();
    }
  }

  void wrote(Oid oid) {
    if (written.size() <= WRITTEN_MAX) {
      written.add(oid);
    }
  }

  /** The storage has taken it, and takes only so many. */
  void restored(Oid oid) {
    restored.add(oid);
  }

  /** What the client has sent without noting for its cache that it did. */
  Set<Oid> restored() {
    return restored;
  }

  /** The oids written, or null if they are too many to remember. */
  @Nullable Set<Oid> written() {
    return written.size() > WRITTEN_MAX ? null : Set.copyOf(written);
  }

  void voted(boolean clean) {
    voted = clean;
  }

  boolean isVoted() {
    return voted;
  }

  /**
   * Counts a vote that answered this many conflicts, and returns how many such votes there were.
   */
  int addRound(int count) {
    conflicts += count;
    rounds++;
    return rounds;
  }

  /** Conflicts that earlier votes answered; once voted, the client has resolved them all. */
  int conflicts() {
    return conflicts;
  }

  /** Ends it without a trace; any thread, any time. */
  void abort() {
    if (storage != null) {
      storage.abort();
    }
  }
}
