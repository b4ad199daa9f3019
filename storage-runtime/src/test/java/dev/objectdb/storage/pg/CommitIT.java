package dev.objectdb.storage.pg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.objectdb.object.Bytes;
import dev.objectdb.object.Limits;
import dev.objectdb.object.Oid;
import dev.objectdb.object.Tid;
import dev.objectdb.storage.ConflictException;
import dev.objectdb.storage.HistoryMode;
import dev.objectdb.storage.InvalidRecordException;
import dev.objectdb.storage.ReadConflictException;
import dev.objectdb.storage.StorageTransaction;
import dev.objectdb.storage.StorageTransactionException;
import dev.objectdb.storage.TransactionMeta;
import dev.objectdb.storage.VoteResult;
import dev.objectdb.testing.PostgresExtension;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What a commit leaves in the tables, and what it is refused for, in both modes. */
class CommitIT {
  private static final Oid A = new Oid(0x2a);
  private static final Oid B = new Oid(0x2b);

  /** The same in both modes. */
  abstract static class Both {
    @RegisterExtension final PostgresExtension postgres;
    private Commits commits;

    @SuppressWarnings("NullAway.Init") // set before each test
    Both(HistoryMode mode) {
      postgres = PostgresExtension.prepared(mode);
    }

    @BeforeEach
    void open() {
      commits = new Commits(postgres.config());
    }

    @AfterEach
    void close() {
      commits.close();
    }

    Commits commits() {
      return commits;
    }

    @Test
    void aCommitWritesALogRowAndItsObjects() throws SQLException {
      StorageTransaction transaction =
          commits.begin(
              new TransactionMeta(Bytes.ofUtf8("zo\u00e9"), Bytes.ofUtf8("why"), Bytes.EMPTY));
      transaction.store(A, Tid.NONE, Commits.record(1));
      transaction.vote();
      assertThat(postgres.query("SELECT count(*) FROM transaction_log")).containsExactly("0");
      Tid tid = transaction.finish();
      assertThat(
              postgres.query("SELECT tid, username, description, extension FROM transaction_log"))
          .containsExactly(tid.value() + "|zo\u00e9|why|\\x");
      assertThat(
              postgres.query(
                  "SELECT zoid, tid, class_mod, class_name, state, state_size, refs"
                      + " FROM object_state"))
          .containsExactly(
              "42|%d|m|C|{\"a\": \"value 0000000001\"}|%d|{}"
                  .formatted(tid.value(), Commits.record(1).length()));
      assertThat(postgres.query("SELECT * FROM object_record")).isEmpty();
      assertThat(postgres.query("SELECT * FROM transaction_record")).isEmpty();
    }

    @Test
    void aRecordThatJsonDoesNotGiveBackIsKept() throws SQLException {
      Bytes odd = Bytes.ofUtf8("no pickle at all");
      StorageTransaction transaction = commits.begin();
      transaction.store(A, Tid.NONE, odd);
      transaction.vote();
      Tid tid = transaction.finish();
      assertThat(postgres.query("SELECT zoid, tid, record FROM object_record"))
          .containsExactly("42|%d|\\x%s".formatted(tid.value(), odd.toHex()));
      assertThat(postgres.query("SELECT jsonb_typeof(state) FROM object_state"))
          .containsExactly("null");
    }

    @Test
    void whatTheLogColumnsCannotHoldIsKeptAsBytes() throws SQLException {
      StorageTransaction transaction =
          commits.begin(new TransactionMeta(Bytes.ofHex("610062"), Bytes.ofHex("ff"), Bytes.EMPTY));
      transaction.store(A, Tid.NONE, Commits.record(1));
      transaction.vote();
      Tid tid = transaction.finish();
      assertThat(postgres.query("SELECT tid, username, description FROM transaction_log"))
          .containsExactly(tid.value() + "|a\uFFFDb|\uFFFD");
      assertThat(postgres.query("SELECT * FROM transaction_record"))
          .containsExactly(tid.value() + "|\\x610062|\\xff|null");
    }

    @Test
    void aClassWithoutAReadableStateIsRefusedWhenItIsStored() {
      Bytes cut = Bytes.ofHex("800363" + Bytes.ofUtf8("m\nC\n").toHex() + "2e" + "80037d5801");
      StorageTransaction transaction = commits.begin();
      assertThatExceptionOfType(InvalidRecordException.class)
          .isThrownBy(() -> transaction.store(A, Tid.NONE, cut))
          .satisfies(e -> assertThat(e.oid()).isEqualTo(A))
          .withMessageContaining("at byte");
    }

    @Test
    void recordsAndTransactionsOverTheLimitAreRefused() {
      PgConfig config = postgres.config();
      Limits tight = new Limits(1_000, 1_000, 2_000, 3, 100, 100, 100, 16);
      try (Commits small = new Commits(Commits.with(config, config.transactionTimeout(), tight))) {
        StorageTransaction transaction = small.begin();
        assertThatExceptionOfType(InvalidRecordException.class)
            .isThrownBy(() -> transaction.store(A, Tid.NONE, Bytes.wrap(new byte[1_001])));
        for (int i = 0; i < 2; i++) {
          transaction.restore(new Oid(i), Bytes.wrap(new byte[900]));
        }
        assertThatExceptionOfType(InvalidRecordException.class)
            .isThrownBy(() -> transaction.restore(B, Bytes.wrap(new byte[900])));
      }
    }

    @Test
    void transactionsThatNameTooManyObjectsAreRefusedHoweverLittleTheySayOfThem() {
      PgConfig config = postgres.config();
      Limits tight = new Limits(1_000, 1_000, 2_000, 1_024, 100, 100, 100, 16);
      int most = PgTransaction.OBJECTS_FREE + tight.openObjectsMax();
      try (Commits one = new Commits(Commits.with(config, config.transactionTimeout(), tight))) {
        StorageTransaction large = one.begin();
        for (int i = 0; i < most / 2; i++) {
          large.checkCurrent(new Oid(i), Tid.NONE);
          large.restore(new Oid(most + i), null);
        }
        assertThatExceptionOfType(InvalidRecordException.class)
            .isThrownBy(() -> large.checkCurrent(new Oid(most), Tid.NONE))
            .withMessageContaining("more objects than its memory takes (1,024)");
        assertThatExceptionOfType(InvalidRecordException.class)
            .isThrownBy(() -> large.restore(new Oid(0), null));

        StorageTransaction beside = one.begin();
        for (int i = 0; i < PgTransaction.OBJECTS_FREE; i++) {
          beside.checkCurrent(new Oid(i), Tid.NONE);
        }
        assertThatExceptionOfType(InvalidRecordException.class)
            .isThrownBy(() -> beside.checkCurrent(new Oid(most), Tid.NONE));

        large.abort();
        beside.checkCurrent(new Oid(most), Tid.NONE);
        beside.abort();
      }
    }

    /**
     * PostgreSQL keeps the plan of a statement until it learns that the table has grown. One of an
     * empty table goes through all objects for each one of a transaction.
     */
    @Test
    void aLargeTransactionIsNotWrittenByThePlansOfSmallOnes() throws SQLException {
      postgres.execute(
          """
          CREATE TABLE seen (setting text);
          CREATE FUNCTION see() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN INSERT INTO seen VALUES (current_setting('plan_cache_mode')); RETURN NULL; END $$;
          CREATE TRIGGER see AFTER INSERT ON object_state EXECUTE FUNCTION see();
          """);
      commits.commit(A, Tid.NONE, 1);
      StorageTransaction large = commits.begin();
      for (int i = 0; i < 2_000; i++) {
        large.store(new Oid(100 + i), Tid.NONE, Commits.record(i));
      }
      large.vote();
      large.finish();
      commits.commit(B, Tid.NONE, 1);
      assertThat(postgres.query("SELECT * FROM seen"))
          .containsExactly("auto", "force_custom_plan", "auto");
    }

    @Test
    void tidsRiseOverProcessesAndStandAboveTheDatabasesClock() throws SQLException {
      try (Commits other = new Commits(postgres.config())) {
        Tid before = Tid.NONE;
        for (int i = 0; i < 20; i++) {
          Tid tid = (i % 2 == 0 ? commits : other).commit(new Oid(100 + i), Tid.NONE, i);
          assertThat(tid).isGreaterThan(before);
          before = tid;
        }
        assertThat(
                postgres.query(
                    "SELECT max(tid) > objectdb_tid(clock_timestamp() - interval '1 minute')"
                        + " FROM transaction_log"))
            .containsExactly("t");
      }
    }

    @Test
    void aTidIsAboveTheGreatestEvenIfThatIsInTheFuture() throws SQLException {
      postgres.execute(
          "SET objectdb.import = on; INSERT INTO transaction_log (tid)"
              + " VALUES (objectdb_tid(clock_timestamp() + interval '1 hour'))");
      Tid greatest =
          new Tid(Long.parseLong(postgres.query("SELECT max(tid) FROM transaction_log").get(0)));
      Tid first = commits.commit(A, Tid.NONE, 1);
      assertThat(first).isEqualTo(greatest.next());
      assertThat(commits.commit(B, Tid.NONE, 1)).isEqualTo(first.next());
    }

    @Test
    void aNewObjectThatExistsAlreadyIsAConflict() {
      Tid tid = commits.commit(A, Tid.NONE, 1);
      StorageTransaction late = commits.begin();
      late.store(A, Tid.NONE, Commits.record(2));
      assertThatExceptionOfType(ConflictException.class)
          .isThrownBy(late::vote)
          .satisfies(
              e -> {
                assertThat(e.oid()).isEqualTo(A);
                assertThat(e.committed()).isEqualTo(tid);
                assertThat(e.base()).isEqualTo(Tid.NONE);
              });
    }

    @Test
    void anObjectThatIsGoneIsNotCreatedAgainByAnUpdate() throws SQLException {
      Tid tid = commits.commit(A, Tid.NONE, 1);
      StorageTransaction deletion = commits.begin();
      deletion.restore(A, null);
      deletion.vote();
      deletion.finish();
      StorageTransaction late = commits.begin();
      late.store(A, tid, Commits.record(2));
      assertThatExceptionOfType(ConflictException.class)
          .isThrownBy(late::vote)
          .satisfies(e -> assertThat(e.committed()).isEqualTo(Tid.NONE));
      assertThat(postgres.query("SELECT * FROM object_state")).isEmpty();
    }

    @Test
    void aStaleBaseIsAnsweredWithBothSerialsAndTheRecordAndMayVoteAgain() {
      Tid first = commits.commit(A, Tid.NONE, 1);
      Tid second = commits.commit(A, first, 2);
      StorageTransaction late = commits.begin();
      late.store(A, first, Commits.record(3));
      assertThat(late.vote())
          .isEqualTo(
              new VoteResult.Conflicts(
                  List.of(new VoteResult.Conflict(A, second, first, Commits.record(3)))));
      assertThatExceptionOfType(StorageTransactionException.class).isThrownBy(late::finish);
    }

    @Test
    void conflictsThatFitNoMemoryAreNotHandedOutToBeMerged() throws SQLException {
      Map<Oid, Tid> first =
          Map.of(A, commits.commit(A, Tid.NONE, 1), B, commits.commit(B, Tid.NONE, 1));
      commits.commit(first, 2);
      Bytes huge = Commits.record("x".repeat(17 << 20));
      StorageTransaction late = commits.begin();
      first.forEach((oid, base) -> late.store(oid, base, huge));
      assertThatExceptionOfType(ConflictException.class).isThrownBy(late::vote);
      commits.commit(new Oid(3), Tid.NONE, 1);
    }

    @Test
    void aResolvedConflictCommits() throws SQLException {
      Tid first = commits.commit(A, Tid.NONE, 1);
      Tid second = commits.commit(A, first, 2);
      StorageTransaction late = commits.begin();
      late.store(A, first, Commits.record(3));
      assertThat(late.vote()).isInstanceOf(VoteResult.Conflicts.class);
      late.store(A, second, Commits.record(5));
      assertThat(late.vote()).isEqualTo(new VoteResult.Voted(Set.of()));
      Tid third = late.finish();
      assertThat(postgres.query("SELECT tid, state ->> 'a' FROM object_state"))
          .containsExactly(third.value() + "|value 0000000005");
    }

    @Test
    void aBaseThatCannotBeLoadedAnyMoreIsAConflictAtOnce() throws SQLException {
      Tid first = commits.commit(A, Tid.NONE, 1);
      commits.commit(A, first, 2);
      postgres.execute(
          postgres.config().historyMode() == HistoryMode.FREE
              ? "DELETE FROM object_window"
              : "DELETE FROM object_history");
      StorageTransaction late = commits.begin();
      late.store(A, first, Commits.record(3));
      assertThatExceptionOfType(ConflictException.class).isThrownBy(late::vote);
    }

    @Test
    void aDemandForTheCurrentSerialIsChecked() {
      Tid first = commits.commit(A, Tid.NONE, 1);
      StorageTransaction good = commits.begin();
      good.checkCurrent(A, first);
      good.store(B, Tid.NONE, Commits.record(1));
      assertThat(good.vote()).isInstanceOf(VoteResult.Voted.class);
      good.finish();
      Tid second = commits.commit(A, first, 2);
      StorageTransaction bad = commits.begin();
      bad.checkCurrent(A, first);
      assertThatExceptionOfType(ReadConflictException.class)
          .isThrownBy(bad::vote)
          .satisfies(e -> assertThat(e.committed()).isEqualTo(second));
    }

    @Test
    void theLastRecordOfAnObjectWins() throws SQLException {
      StorageTransaction transaction = commits.begin();
      transaction.store(A, Tid.NONE, Commits.record(1));
      transaction.store(A, Tid.NONE, Commits.record(2));
      transaction.vote();
      transaction.finish();
      assertThat(postgres.query("SELECT state ->> 'a' FROM object_state"))
          .containsExactly("value 0000000002");
    }

    @Test
    void aGivenTidIsKeptAndMustRise() throws SQLException {
      Tid given = new Tid(0x0400_0000_0000_0000L >> 8);
      StorageTransaction copy =
          commits.side.begin(commits.subscription, TransactionMeta.EMPTY, given);
      copy.restore(A, Commits.record(1));
      copy.vote();
      assertThat(copy.finish()).isEqualTo(given);
      StorageTransaction again =
          commits.side.begin(commits.subscription, TransactionMeta.EMPTY, given);
      again.restore(A, Commits.record(2));
      assertThatExceptionOfType(StorageTransactionException.class).isThrownBy(again::vote);
      assertThat(postgres.query("SELECT tid FROM object_state"))
          .containsExactly(String.valueOf(given.value()));
    }

    @Test
    void aGivenTidFarInTheFutureIsRefusedAtTheVote() {
      Tid future = new Tid(Tid.at(java.time.Instant.now()).value() + (1L << 38));
      StorageTransaction copy =
          commits.side.begin(commits.subscription, TransactionMeta.EMPTY, future);
      copy.restore(A, Commits.record(1));
      assertThatExceptionOfType(StorageTransactionException.class).isThrownBy(copy::vote);
    }

    @Test
    void aRestoreReplacesWhateverIsThereWithoutAConflict() throws SQLException {
      commits.commit(A, Tid.NONE, 1);
      StorageTransaction copy = commits.begin();
      copy.restore(A, Commits.record(7));
      assertThat(copy.vote()).isInstanceOf(VoteResult.Voted.class);
      copy.finish();
      assertThat(postgres.query("SELECT state ->> 'a' FROM object_state"))
          .containsExactly("value 0000000007");
    }

    @Test
    void anEmptyTransactionGetsATidAndALogRow() throws SQLException {
      StorageTransaction empty = commits.begin();
      empty.vote();
      Tid tid = empty.finish();
      assertThat(postgres.query("SELECT tid FROM transaction_log"))
          .containsExactly(String.valueOf(tid.value()));
    }

    @Test
    void anAbortLeavesNothingAndIsIdempotent() throws SQLException {
      StorageTransaction transaction = commits.voted(Map.of(A, Tid.NONE), 1);
      transaction.abort();
      transaction.abort();
      assertThatExceptionOfType(StorageTransactionException.class).isThrownBy(transaction::finish);
      commits.commit(A, Tid.NONE, 2);
      assertThat(postgres.query("SELECT count(*) FROM transaction_log")).containsExactly("1");
    }

    @Test
    void columnsOfOtherProgramsAreLeftAlone() throws SQLException {
      Tid first = commits.commit(A, Tid.NONE, 1);
      postgres.execute(
          "ALTER TABLE object_state ADD COLUMN path text;"
              + "UPDATE object_state SET path = '/front'");
      commits.commit(A, first, 2);
      assertThat(postgres.query("SELECT path, state ->> 'a' FROM object_state"))
          .containsExactly("/front|value 0000000002");
    }
  }

  @Nested
  class Free extends Both {
    Free() {
      super(HistoryMode.FREE);
    }

    @Test
    void aReplacedRevisionStaysInTheWindowUntilTheNextTid() throws SQLException {
      Tid first = commits().commit(A, Tid.NONE, 1);
      Tid second = commits().commit(A, first, 2);
      assertThat(postgres.query("SELECT zoid, tid, next_tid, state ->> 'a' FROM object_window"))
          .containsExactly("42|%d|%d|value 0000000001".formatted(first.value(), second.value()));
    }

    @Test
    void aDeletionIsOnRecordAndItsRevisionInTheWindow() throws SQLException {
      Tid first = commits().commit(A, Tid.NONE, 1);
      StorageTransaction deletion = commits().begin();
      deletion.restore(A, null);
      deletion.vote();
      Tid second = deletion.finish();
      assertThat(postgres.query("SELECT tid, zoid FROM object_deletion"))
          .containsExactly(second.value() + "|42");
      assertThat(postgres.query("SELECT tid, next_tid FROM object_window"))
          .containsExactly(first.value() + "|" + second.value());
      assertThat(postgres.query("SELECT * FROM object_state")).isEmpty();
    }
  }

  @Nested
  class Preserving extends Both {
    Preserving() {
      super(HistoryMode.PRESERVING);
    }

    @Test
    void aReplacedRevisionGoesToTheHistory() throws SQLException {
      Tid first = commits().commit(A, Tid.NONE, 1);
      commits().commit(A, first, 2);
      assertThat(postgres.query("SELECT zoid, tid, state ->> 'a' FROM object_history"))
          .containsExactly("42|%d|value 0000000001".formatted(first.value()));
      assertThat(postgres.query("SELECT * FROM object_window")).isEmpty();
    }

    @Test
    void aRevisionThatOldDatabasesHoldTwiceIsNoObstacle() throws SQLException {
      Tid first = commits().commit(A, Tid.NONE, 1);
      postgres.execute("INSERT INTO object_history SELECT * FROM object_state");
      commits().commit(A, first, 2);
      assertThat(postgres.query("SELECT count(*) FROM object_history")).containsExactly("1");
    }

    @Test
    void aDeletionLeavesATombstone() throws SQLException {
      Tid first = commits().commit(A, Tid.NONE, 1);
      StorageTransaction deletion = commits().begin();
      deletion.restore(A, null);
      deletion.vote();
      Tid second = deletion.finish();
      assertThat(
              postgres.query(
                  "SELECT tid, class_mod, state IS NULL, state_size, refs FROM object_history"
                      + " ORDER BY tid"))
          .containsExactly(
              first.value() + "|m|f|" + Commits.record(1).length() + "|{}",
              second.value() + "||t|0|{}");
      assertThat(postgres.query("SELECT * FROM object_deletion")).isEmpty();
    }
  }
}
