package dev.objectdb.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.objectdb.codec.RecordCodec;
import dev.objectdb.object.Bytes;
import dev.objectdb.object.Limits;
import dev.objectdb.object.Oid;
import dev.objectdb.object.Tid;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What every {@link Storage} promises, whatever keeps the objects. A subclass opens the storage;
 * two of them, opened one after the other, share one database.
 *
 * <p>Source: ZODB's {@code BasicStorage}, {@code RevisionStorage}, {@code ConflictResolution}, and
 * the rules of the ZEO contract that a storage can keep.
 */
public abstract class StorageContract {
  private static final RecordCodec CODEC = new RecordCodec(Limits.DEFAULT, false);
  private static final Oid A = new Oid(1);
  private static final Oid B = new Oid(2);

  private final Listener listener = new Listener();
  private Storage storage;
  private Subscription subscription;

  @SuppressWarnings("NullAway.Init") // opened before each test
  protected StorageContract() {}

  /** Opens the database of this test once more. */
  protected abstract Storage open();

  @BeforeEach
  void openStorage() {
    storage = open();
    subscription = storage.subscribe(listener);
  }

  @AfterEach
  void closeStorage() {
    storage.close();
  }

  /** Notes each object with the tid at which it was told. */
  static final class Listener implements StorageListener {
    final List<Tid> tids = new CopyOnWriteArrayList<>();
    final List<Oid> changed = new CopyOnWriteArrayList<>();
    final List<StorageTransaction> committed = new CopyOnWriteArrayList<>();

    @Override
    public void changed(Tid upTo, Set<Oid> oids) {
      tids.add(upTo);
      changed.addAll(oids);
    }

    @Override
    public void committed(StorageTransaction transaction, Tid tid) {
      tids.add(tid);
      committed.add(transaction);
    }

    @Override
    public void timedOut(StorageTransaction transaction) {}

    @Override
    public void lost() {}
  }

  /** A record of class {@code m.C} with one attribute, as the codec spells it. */
  protected static Bytes record(int value) {
    return CODEC.toRecord("m", "C", Bytes.ofUtf8("{\"a\": %d}".formatted(value)));
  }

  private Tid commit(Oid oid, Tid base, int value) {
    return commit(storage, subscription, Map.of(oid, base), value);
  }

  private static Tid commit(Storage on, Subscription by, Map<Oid, Tid> bases, int value) {
    StorageTransaction transaction = on.begin(by, TransactionMeta.EMPTY);
    bases.forEach((oid, base) -> transaction.store(oid, base, record(value)));
    assertThat(transaction.vote()).isInstanceOf(VoteResult.Voted.class);
    return transaction.finish();
  }

  private Tid delete(Oid oid) {
    StorageTransaction transaction = storage.begin(subscription, TransactionMeta.EMPTY);
    transaction.restore(oid, null);
    transaction.vote();
    return transaction.finish();
  }

  @Test
  void anEmptyDatabaseHasNoTransactionAndNoObject() {
    assertThat(storage.position()).isEqualTo(Tid.NONE);
    assertThat(storage.recordFrom(Oid.ROOT)).isEmpty();
    assertThatExceptionOfType(PosKeyException.class)
        .isThrownBy(() -> storage.loadBefore(A, Tid.MAX))
        .satisfies(e -> assertThat(e.oid()).isEqualTo(A));
    assertThat(storage.changesSince(Tid.NONE))
        .isEqualTo(new ChangesSince.Known(Tid.NONE, Set.of()));
  }

  @Test
  void aCommittedRecordIsLoadedAsItWasStored() {
    Tid tid = commit(A, Tid.NONE, 1);
    assertThat(storage.loadBefore(A, Tid.MAX))
        .contains(new Loaded(record(1), tid, Tid.MAX, storage.position()));
    assertThat(storage.loadSerial(A, tid)).isEqualTo(record(1));
    assertThat(storage.getTid(A)).isEqualTo(tid);
    assertThat(storage.position()).isEqualTo(tid);
  }

  @Test
  void nothingIsVisibleBeforeTheFinishNorAfterAnAbort() {
    StorageTransaction transaction = storage.begin(subscription, TransactionMeta.EMPTY);
    transaction.store(A, Tid.NONE, record(1));
    transaction.vote();
    assertThatExceptionOfType(PosKeyException.class)
        .isThrownBy(() -> storage.loadBefore(A, Tid.MAX));
    transaction.abort();
    assertThatExceptionOfType(PosKeyException.class)
        .isThrownBy(() -> storage.loadBefore(A, Tid.MAX));
    assertThat(listener.tids).isEmpty();
  }

  @Test
  void aSnapshotStaysWhatItWas() {
    Tid first = commit(A, Tid.NONE, 1);
    Tid second = commit(A, first, 2);
    Tid third = commit(A, second, 3);
    assertThat(storage.loadBefore(A, first.next()).orElseThrow())
        .satisfies(
            loaded -> {
              assertThat(loaded.data()).isEqualTo(record(1));
              assertThat(loaded.next()).isEqualTo(second);
            });
    assertThat(storage.loadBefore(A, third).orElseThrow().data()).isEqualTo(record(2));
    assertThat(storage.loadBefore(A, third.next()).orElseThrow().data()).isEqualTo(record(3));
    assertThat(storage.loadBefore(A, first)).isEqualTo(Optional.empty());
  }

  @Test
  void aStaleSerialConflictsAndLeavesTheCommittedRevision() {
    Tid first = commit(A, Tid.NONE, 1);
    Tid second = commit(A, first, 2);
    StorageTransaction late = storage.begin(subscription, TransactionMeta.EMPTY);
    late.store(A, first, record(3));
    assertThat(late.vote())
        .isEqualTo(
            new VoteResult.Conflicts(
                List.of(new VoteResult.Conflict(A, second, first, record(3)))));
    assertThatExceptionOfType(StorageTransactionException.class).isThrownBy(late::finish);
    late.abort();
    assertThat(storage.loadSerial(A, storage.getTid(A))).isEqualTo(record(2));
  }

  @Test
  void aMergedRecordIsVotedOnTheCommittedSerial() {
    Tid first = commit(A, Tid.NONE, 1);
    Tid second = commit(A, first, 2);
    StorageTransaction late = storage.begin(subscription, TransactionMeta.EMPTY);
    late.store(A, first, record(3));
    late.vote();
    assertThat(storage.loadSerial(A, first)).isEqualTo(record(1));
    late.store(A, second, record(4));
    assertThat(late.vote()).isEqualTo(new VoteResult.Voted(Set.of()));
    assertThat(storage.getTid(A)).isEqualTo(second);
    Tid third = late.finish();
    assertThat(storage.loadSerial(A, third)).isEqualTo(record(4));
  }

  @Test
  void whatWasOnlyReadMustBeCurrentAtTheVote() {
    Tid first = commit(A, Tid.NONE, 1);
    commit(A, first, 2);
    StorageTransaction late = storage.begin(subscription, TransactionMeta.EMPTY);
    late.checkCurrent(A, first);
    late.store(B, Tid.NONE, record(1));
    assertThatExceptionOfType(ReadConflictException.class)
        .isThrownBy(late::vote)
        .satisfies(e -> assertThat(e.oid()).isEqualTo(A));
  }

  @Test
  void aFailedVoteEndsTheTransaction() {
    Tid first = commit(A, Tid.NONE, 1);
    StorageTransaction late = storage.begin(subscription, TransactionMeta.EMPTY);
    late.store(A, Tid.NONE, record(2));
    assertThatExceptionOfType(ConflictException.class).isThrownBy(late::vote);
    assertThatExceptionOfType(StorageTransactionException.class).isThrownBy(late::vote);
    assertThatExceptionOfType(StorageTransactionException.class)
        .isThrownBy(() -> late.store(A, first, record(2)));
  }

  @Test
  void aTransactionCannotBeFinishedTwice() {
    StorageTransaction transaction = storage.begin(subscription, TransactionMeta.EMPTY);
    transaction.vote();
    transaction.finish();
    assertThatExceptionOfType(StorageTransactionException.class).isThrownBy(transaction::finish);
    transaction.abort();
  }

  @Test
  void aHistoryOfNoRevisionsIsEmptyIfThereIsSuchAnObject() {
    commit(A, Tid.NONE, 1);
    assertThat(storage.history(A, 0)).isEmpty();
    assertThat(storage.history(A, 1)).hasSize(1);
    assertThatExceptionOfType(PosKeyException.class).isThrownBy(() -> storage.history(B, 0));
  }

  @Test
  void aDeletedObjectIsGoneFromThenOnAndStillThereBefore() {
    Tid first = commit(A, Tid.NONE, 1);
    Tid gone = delete(A);
    assertThatExceptionOfType(PosKeyException.class)
        .isThrownBy(() -> storage.loadBefore(A, Tid.MAX));
    assertThat(storage.loadBefore(A, gone).orElseThrow())
        .satisfies(
            loaded -> {
              assertThat(loaded.tid()).isEqualTo(first);
              assertThat(loaded.next()).isEqualTo(gone);
            });
    assertThat(storage.changesSince(first)).isEqualTo(new ChangesSince.Known(gone, Set.of(A)));
  }

  @Test
  void aListenerIsToldOfOthersAndOfItsOwnCommitsInOneOrder() {
    try (Storage second = open()) {
      Subscription other = second.subscribe(new Listener());
      Tid theirs = commit(second, other, Map.of(A, Tid.NONE), 1);
      Tid ours = commit(B, Tid.NONE, 1);
      Tid again = commit(second, other, Map.of(A, theirs), 2);
      assertThat(storage.sync()).isEqualTo(again);
      assertThat(listener.tids).isSorted().doesNotHaveDuplicates().contains(ours);
      assertThat(listener.changed).containsOnly(A);
      assertThat(listener.committed).hasSize(1);
    }
  }

  @Test
  void aLoadIsNeverNewerThanWhatWasTold() {
    try (Storage second = open()) {
      Subscription other = second.subscribe(new Listener());
      Tid tid = Tid.NONE;
      for (int i = 0; i < 20; i++) {
        tid = commit(second, other, Map.of(A, tid), i);
        Tid position = storage.position();
        try {
          Loaded loaded = storage.loadBefore(A, Tid.MAX).orElseThrow();
          assertThat(loaded.tid()).isLessThanOrEqualTo(storage.position());
          assertThat(loaded.asOf()).isGreaterThanOrEqualTo(position);
        } catch (PosKeyException e) {
          assertThat(position).as("nothing was told yet").isEqualTo(Tid.NONE);
        }
      }
      storage.sync();
      assertThat(storage.getTid(A)).isEqualTo(tid);
    }
  }

  @Test
  void oidsAreHandedOutOnceByAllProcesses() {
    Set<Oid> seen = new HashSet<>();
    try (Storage second = open()) {
      for (int i = 0; i < 5; i++) {
        for (Storage each : List.of(storage, second)) {
          List<Oid> oids = each.newOids(100);
          assertThat(oids).hasSize(100).isSorted().doesNotContain(Oid.ROOT);
          assertThat(seen.addAll(oids)).isTrue();
        }
      }
    }
    assertThat(seen).hasSize(1_000);
  }

  @Test
  void anOidThatWasRestoredIsNotHandedOutAgain() {
    Oid high = new Oid(storage.newOids(1).getFirst().value() + 10_000);
    StorageTransaction copy = storage.begin(subscription, TransactionMeta.EMPTY);
    copy.restore(high, record(1));
    copy.vote();
    copy.finish();
    try (Storage second = open()) {
      assertThat(second.newOids(1).getFirst()).isGreaterThan(high);
    }
  }

  @Test
  void aCopyKeepsItsTidsAndDeletions() {
    Tid first = new Tid(1L << 48);
    Tid second = new Tid((1L << 48) + 12_345);
    for (Tid tid : List.of(first, second)) {
      StorageTransaction copy = storage.begin(subscription, TransactionMeta.EMPTY, tid);
      copy.restore(A, tid.equals(first) ? record(1) : null);
      copy.restore(B, record(2));
      copy.vote();
      assertThat(copy.finish()).isEqualTo(tid);
    }
    List<Tid> walked = new ArrayList<>();
    try (TransactionCursor walk = storage.transactions(Tid.NONE, Tid.MAX)) {
      walk.next().ifPresent(transaction -> walked.add(transaction.tid()));
      walk.next().ifPresent(transaction -> walked.add(transaction.tid()));
    }
    assertThat(walked).containsExactly(first, second);
    assertThat(storage.getTid(B)).isEqualTo(second);
    assertThatExceptionOfType(PosKeyException.class).isThrownBy(() -> storage.getTid(A));
  }

  @Test
  void whatATransactionSaysComesBackByteForByte() {
    TransactionMeta odd =
        new TransactionMeta(Bytes.ofHex("ff00fe"), Bytes.ofHex("00"), Bytes.EMPTY);
    TransactionMeta plain =
        new TransactionMeta(Bytes.ofUtf8("j\u00f6rg"), Bytes.ofUtf8("a\nb"), Bytes.EMPTY);
    for (TransactionMeta meta : List.of(odd, plain)) {
      StorageTransaction transaction = storage.begin(subscription, meta);
      transaction.vote();
      transaction.finish();
    }
    try (TransactionCursor walk = storage.transactions(Tid.NONE, Tid.MAX)) {
      assertThat(walk.next().orElseThrow().meta()).isEqualTo(odd);
      assertThat(walk.next().orElseThrow().meta()).isEqualTo(plain);
    }
  }

  @Test
  void bytesThatAreNoRecordComeBackUnchanged() {
    Bytes odd = Bytes.ofUtf8("not a pickle");
    StorageTransaction transaction = storage.begin(subscription, TransactionMeta.EMPTY);
    transaction.store(A, Tid.NONE, odd);
    transaction.vote();
    Tid tid = transaction.finish();
    assertThat(storage.loadSerial(A, tid)).isEqualTo(odd);
  }

  @Test
  void aClosedSubscriptionIsToldNothing() {
    subscription.close();
    subscription.close();
    Subscription other = storage.subscribe(new Listener());
    commit(storage, other, Map.of(A, Tid.NONE), 1);
    assertThat(listener.tids).isEmpty();
  }
}
