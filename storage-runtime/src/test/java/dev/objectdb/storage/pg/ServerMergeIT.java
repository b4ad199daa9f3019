package dev.objectdb.storage.pg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.objectdb.object.Bytes;
import dev.objectdb.object.Oid;
import dev.objectdb.object.Tid;
import dev.objectdb.storage.ConflictException;
import dev.objectdb.storage.HistoryMode;
import dev.objectdb.storage.Loaded;
import dev.objectdb.storage.Storage;
import dev.objectdb.storage.StorageTransaction;
import dev.objectdb.storage.StorageTransactionException;
import dev.objectdb.storage.Subscription;
import dev.objectdb.storage.TransactionMeta;
import dev.objectdb.storage.VoteResult;
import dev.objectdb.testing.PostgresExtension;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Conflicts that the client never hears of, in both modes. */
class ServerMergeIT {
  private static final Oid COUNTER = new Oid(1);
  private static final Oid NAMES = new Oid(2);
  private static final Oid PLAIN = new Oid(3);

  abstract static class Both {
    @RegisterExtension final PostgresExtension postgres;

    Both(HistoryMode mode) {
      postgres = PostgresExtension.prepared(mode);
    }

    private static Tid store(Commits commits, Oid oid, Tid base, Bytes record) {
      StorageTransaction transaction = commits.begin();
      transaction.store(oid, base, record);
      assertThat(transaction.vote()).isInstanceOf(VoteResult.Voted.class);
      return transaction.finish();
    }

    private String state(Oid oid) {
      try {
        return postgres
            .query("SELECT state FROM object_state WHERE zoid = " + oid.value())
            .getFirst();
      } catch (SQLException e) {
        throw new AssertionError(e);
      }
    }

    @Test
    void whatBothAddedIsCommittedAndTheClientIsToldThatItsRecordWasChanged() {
      try (Commits commits = new Commits(postgres.config())) {
        Tid counter = store(commits, COUNTER, Tid.NONE, Trees.length(10));
        Tid names = store(commits, NAMES, Tid.NONE, Trees.set(Set.of("a")));
        store(commits, COUNTER, counter, Trees.length(12));
        store(commits, NAMES, names, Trees.set(Set.of("a", "b")));
        StorageTransaction late = commits.begin();
        late.store(COUNTER, counter, Trees.length(15));
        late.store(NAMES, names, Trees.set(Set.of("a", "c")));
        late.store(PLAIN, Tid.NONE, Commits.record(1));
        assertThat(late.vote()).isEqualTo(new VoteResult.Voted(Set.of(COUNTER, NAMES)));
        late.finish();
        assertThat(state(COUNTER)).isEqualTo("17");
        assertThat(state(NAMES)).isEqualTo("{\"@ks\": [\"a\", \"b\", \"c\"]}");
      }
    }

    @Test
    void whatCannotBeMergedGoesToTheClientAndTheRestStaysMerged() {
      try (Commits commits = new Commits(postgres.config())) {
        Tid counter = store(commits, COUNTER, Tid.NONE, Trees.length(10));
        Tid plain = store(commits, PLAIN, Tid.NONE, Commits.record(1));
        store(commits, COUNTER, counter, Trees.length(12));
        Tid later = store(commits, PLAIN, plain, Commits.record(2));
        StorageTransaction late = commits.begin();
        late.store(COUNTER, counter, Trees.length(15));
        late.store(PLAIN, plain, Commits.record(3));
        assertThat(late.vote())
            .isEqualTo(
                new VoteResult.Conflicts(
                    List.of(new VoteResult.Conflict(PLAIN, later, plain, Commits.record(3)))));
        late.store(PLAIN, later, Commits.record(4));
        assertThat(late.vote()).isEqualTo(new VoteResult.Voted(Set.of(COUNTER)));
        late.finish();
        assertThat(state(COUNTER)).isEqualTo("17");
      }
    }

    @Test
    void whatTheClientStoresOverAMergeIsItsOwnAgain() {
      try (Commits commits = new Commits(postgres.config())) {
        Tid counter = store(commits, COUNTER, Tid.NONE, Trees.length(10));
        Tid plain = store(commits, PLAIN, Tid.NONE, Commits.record(1));
        Tid second = store(commits, COUNTER, counter, Trees.length(12));
        Tid later = store(commits, PLAIN, plain, Commits.record(2));
        StorageTransaction late = commits.begin();
        late.store(COUNTER, counter, Trees.length(15));
        late.store(PLAIN, plain, Commits.record(3));
        assertThat(late.vote()).isInstanceOf(VoteResult.Conflicts.class);
        late.store(PLAIN, later, Commits.record(4));
        late.store(COUNTER, second, Trees.length(100));
        assertThat(late.vote()).isEqualTo(new VoteResult.Voted(Set.of()));
        late.finish();
        assertThat(state(COUNTER)).isEqualTo("100");
      }
    }

    @Test
    void whoLosesNineRoundsIsToldOfTheConflict() {
      try (Commits commits = new Commits(postgres.config());
          Commits others = new Commits(postgres.config())) {
        Tid first = store(commits, COUNTER, Tid.NONE, Trees.length(0));
        List<Tid> tids = new ArrayList<>(List.of(first));
        tids.add(store(others, COUNTER, first, Trees.length(1)));
        StorageTransaction late = commits.begin();
        late.store(COUNTER, first, Trees.length(100));
        commits.onTranscoding = // while it merges, somebody else is first again
            () -> tids.add(store(others, COUNTER, tids.getLast(), Trees.length(tids.size())));
        assertThat(late.vote())
            .isEqualTo(
                new VoteResult.Conflicts(
                    List.of(
                        new VoteResult.Conflict(
                            COUNTER, tids.get(10), tids.get(9), Trees.length(109)))));
        commits.onTranscoding = () -> {};
        assertThat(late.vote()).isEqualTo(new VoteResult.Voted(Set.of(COUNTER)));
        late.finish();
        assertThat(state(COUNTER)).isEqualTo("110");
      }
    }

    @Test
    void aTransactionThatIsAbortedWhileItMergesIsNotVotedAgain() throws SQLException {
      try (Commits commits = new Commits(postgres.config())) {
        Tid first = store(commits, COUNTER, Tid.NONE, Trees.length(0));
        Tid second = store(commits, COUNTER, first, Trees.length(1));
        StorageTransaction late = commits.begin();
        late.store(COUNTER, first, Trees.length(100));
        commits.onTranscoding = late::abort;
        assertThatExceptionOfType(StorageTransactionException.class).isThrownBy(late::vote);
        commits.onTranscoding = () -> {};
        store(commits, COUNTER, second, Trees.length(2)); // nothing is left reserved
        assertThat(state(COUNTER)).isEqualTo("2");
      }
    }

    @Test
    void aRestoreOrANewObjectIsNeverMerged() {
      try (Commits commits = new Commits(postgres.config())) {
        Tid first = store(commits, COUNTER, Tid.NONE, Trees.length(10));
        StorageTransaction second = commits.begin();
        second.store(COUNTER, Tid.NONE, Trees.length(12));
        assertThatExceptionOfType(ConflictException.class).isThrownBy(second::vote);
        store(commits, COUNTER, first, Trees.length(11));
        StorageTransaction copy = commits.begin();
        copy.restore(COUNTER, Trees.length(1));
        assertThat(copy.vote()).isEqualTo(new VoteResult.Voted(Set.of()));
        copy.finish();
        assertThat(state(COUNTER)).isEqualTo("1");
      }
    }

    @Test
    void conflictsThatFitNoMemoryAreNotMerged() {
      try (Commits commits = new Commits(postgres.config())) {
        String large = "x".repeat((int) PgTransaction.MERGE_BYTES_MAX / 2);
        Tid first = store(commits, NAMES, Tid.NONE, Trees.set(Set.of("a")));
        store(commits, NAMES, first, Trees.set(Set.of("a", "b")));
        StorageTransaction late = commits.begin();
        late.store(NAMES, first, Trees.set(Set.of("a", large)));
        assertThatExceptionOfType(ConflictException.class).isThrownBy(late::vote);
      }
    }

    @Test
    void manyWritersOfOneCounterAndOneSetLoseNothing() throws Exception {
      try (PgStorage one = PgStorage.open(postgres.config());
          PgStorage other = PgStorage.open(postgres.config())) {
        Writer first = new Writer(one, "first");
        first.begin();
        AtomicInteger conflicts = new AtomicInteger();
        Set<String> expected = new TreeSet<>(Set.of("first"));
        List<Future<?>> writers = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
          for (int i = 0; i < 8; i++) {
            Writer writer = new Writer(i % 2 == 0 ? one : other, "writer " + i);
            writers.add(threads.submit(() -> conflicts.addAndGet(writer.write(25))));
            for (int j = 0; j < 25; j++) {
              expected.add("writer " + i + " " + j);
            }
          }
        }
        for (Future<?> writer : writers) {
          writer.get();
        }
        assertThat(Trees.length(first.current(COUNTER).data())).isEqualTo(8 * 25);
        assertThat(Trees.names(first.current(NAMES).data())).isEqualTo(expected);
        assertThat(conflicts).as("conflicts that a client had to merge").hasValue(0);
      }
    }
  }

  /** A client that counts, and adds a name, and cannot merge. */
  private static final class Writer {
    private final Storage storage;
    private final String name;

    Writer(Storage storage, String name) {
      this.storage = storage;
      this.name = name;
    }

    void begin() {
      try (Subscription subscription = storage.subscribe(new RecordingListener());
          StorageTransaction transaction = storage.begin(subscription, TransactionMeta.EMPTY)) {
        transaction.store(COUNTER, Tid.NONE, Trees.length(0));
        transaction.store(NAMES, Tid.NONE, Trees.set(Set.of(name)));
        transaction.vote();
        transaction.finish();
      }
    }

    Loaded current(Oid oid) {
      storage.sync();
      return storage.loadBefore(oid, Tid.MAX).orElseThrow();
    }

    /** Returns how often it had to begin anew. */
    int write(int count) {
      int conflicts = 0;
      try (Subscription subscription = storage.subscribe(new RecordingListener())) {
        for (int i = 0; i < count; i++) {
          while (!wrote(subscription, name + " " + i)) {
            conflicts++;
          }
        }
      }
      return conflicts;
    }

    private boolean wrote(Subscription subscription, String added) {
      try (StorageTransaction transaction = storage.begin(subscription, TransactionMeta.EMPTY)) {
        Loaded counter = current(COUNTER);
        transaction.store(COUNTER, counter.tid(), Trees.length(Trees.length(counter.data()) + 1));
        Loaded names = current(NAMES);
        Set<String> more = Trees.names(names.data());
        more.add(added);
        transaction.store(NAMES, names.tid(), Trees.set(more));
        if (transaction.vote() instanceof VoteResult.Conflicts) {
          return false;
        }
        transaction.finish();
        return true;
      }
    }
  }

  @Nested
  class Free extends Both {
    Free() {
      super(HistoryMode.FREE);
    }
  }

  @Nested
  class Preserving extends Both {
    Preserving() {
      super(HistoryMode.PRESERVING);
    }
  }
}
