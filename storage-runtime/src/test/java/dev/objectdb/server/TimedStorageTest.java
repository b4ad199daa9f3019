package dev.objectdb.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.objectdb.object.Bytes;
import dev.objectdb.object.Oid;
import dev.objectdb.object.Tid;
import dev.objectdb.storage.HistoryMode;
import dev.objectdb.storage.MemoryStorage;
import dev.objectdb.storage.StorageListener;
import dev.objectdb.storage.StorageTransaction;
import dev.objectdb.storage.Subscription;
import dev.objectdb.storage.TransactionMeta;
import dev.objectdb.storage.VoteResult;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TimedStorageTest {
  private static final Oid OID = new Oid(1);
  private static final Bytes DATA = Bytes.wrap("data".getBytes(StandardCharsets.US_ASCII));

  private final Metrics metrics = new Metrics();
  private final MemoryStorage memory = MemoryStorage.of(HistoryMode.FREE);
  private final TimedStorage storage = new TimedStorage(memory, metrics);
  private final Recorder recorder = new Recorder();
  private final Subscription owner = storage.subscribe(recorder);

  @AfterEach
  void close() {
    owner.close();
    storage.close();
    metrics.close();
  }

  @Test
  void aListenerIsToldOfTheTransactionThatItBegan() {
    try (StorageTransaction transaction = storage.begin(owner, TransactionMeta.EMPTY)) {
      transaction.store(OID, Tid.NONE, DATA);
      assertThat(transaction.vote()).isEqualTo(new VoteResult.Voted(Set.of()));
      transaction.finish();
      assertThat(recorder.committed).containsExactly(transaction);
    }
  }

  /** As a link does that ends while its commit is under way. */
  @Test
  void anAbortThatComesTooLateLosesNoNewsOfTheCommit() {
    try (StorageTransaction transaction = storage.begin(owner, TransactionMeta.EMPTY)) {
      transaction.store(OID, Tid.NONE, DATA);
      transaction.vote();
      memory.beforeFinish(transaction::abort);
      transaction.finish();
      assertThat(recorder.committed).containsExactly(transaction);
    }
  }

  @Test
  void commitsAndLoadsAreTimedAndAbortsAreNot() {
    try (StorageTransaction transaction = storage.begin(owner, TransactionMeta.EMPTY)) {
      transaction.store(OID, Tid.NONE, DATA);
      transaction.vote();
      transaction.finish();
    }
    try (StorageTransaction transaction = storage.begin(owner, TransactionMeta.EMPTY)) {
      transaction.vote();
      transaction.abort();
    }
    assertThat(storage.loadBefore(OID, Tid.MAX)).isPresent();
    assertThat(storage.loadMany(List.of(OID))).hasSize(1);
    assertThat(storage.loadSerial(OID, storage.getTid(OID))).isEqualTo(DATA);
    assertThat(metrics.commits.count()).isEqualTo(1);
    assertThat(metrics.loadBefore.count()).isEqualTo(1);
    assertThat(metrics.loadMany.count()).isEqualTo(1);
    assertThat(metrics.loadSerial.count()).isEqualTo(1);
  }

  /** Keeps what it is told. */
  private static final class Recorder implements StorageListener {
    final List<StorageTransaction> committed = new ArrayList<>();

    @Override
    public void changed(Tid upTo, Set<Oid> oids) {}

    @Override
    public void committed(StorageTransaction transaction, Tid tid) {
      committed.add(transaction);
    }

    @Override
    public void timedOut(StorageTransaction transaction) {}

    @Override
    public void lost() {}
  }
}
