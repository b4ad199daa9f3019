package dev.objectdb.storage.pg;

import static org.assertj.core.api.Assertions.assertThat;

import dev.objectdb.object.Bytes;
import dev.objectdb.object.Oid;
import dev.objectdb.object.Tid;
import dev.objectdb.storage.StorageTransaction;
import dev.objectdb.storage.Subscription;
import dev.objectdb.storage.TransactionMeta;
import dev.objectdb.storage.VoteResult;
import java.util.Map;

/** The commit side of one process on a test's database, with a listener that notes everything. */
final class Commits implements AutoCloseable {
  final RecordingListener listener = new RecordingListener();
  final SharedCache cache = new SharedCache(1 << 20);
  final CommitSide side;
  final Subscription subscription;
  private final Pool pool;

  Commits(PgConfig config) {
    PgSessions sessions = new PgSessions(config);
    pool = new Pool(config, sessions);
    side = new CommitSide(config, sessions, pool, cache);
    subscription = side.feed().subscribe(listener);
  }

  /** A record: the class {@code m.C} with one attribute, which its JSON gives back exactly. */
  static Bytes record(int value) {
    String text = "value %010d".formatted(value);
    return Bytes.ofHex(
        "800363"
            + Bytes.ofUtf8("m\nC\n").toHex()
            + "2e" // class pickle: GLOBAL m C
            + "80037d"
            + "58"
            + "01000000"
            + Bytes.ofUtf8("a").toHex() // {'a':
            + "58"
            + "10000000"
            + Bytes.ofUtf8(text).toHex()
            + "732e"); // text}
  }

  StorageTransaction begin() {
    return begin(TransactionMeta.EMPTY);
  }

  StorageTransaction begin(TransactionMeta meta) {
    return side.begin(subscription, meta, null);
  }

  /** Stores each object on its base, and votes. */
  StorageTransaction voted(Map<Oid, Tid> bases, int value) {
    StorageTransaction transaction = begin();
    bases.forEach((oid, base) -> transaction.store(oid, base, record(value)));
    assertThat(transaction.vote()).isInstanceOf(VoteResult.Voted.class);
    return transaction;
  }

  Tid commit(Map<Oid, Tid> bases, int value) {
    return voted(bases, value).finish();
  }

  Tid commit(Oid oid, Tid base, int value) {
    return commit(Map.of(oid, base), value);
  }

  @Override
  public void close() {
    side.close();
    pool.close();
  }
}
