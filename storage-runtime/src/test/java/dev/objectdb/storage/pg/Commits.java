package dev.objectdb.storage.pg;

import static org.assertj.core.api.Assertions.assertThat;

import dev.objectdb.codec.JsonRecord;
import dev.objectdb.codec.RecordCodec;
import dev.objectdb.merge.RecordMerge;
import dev.objectdb.object.Bytes;
import dev.objectdb.object.Limits;
import dev.objectdb.object.Oid;
import dev.objectdb.object.Tid;
import dev.objectdb.storage.StorageTransaction;
import dev.objectdb.storage.Subscription;
import dev.objectdb.storage.TransactionMeta;
import dev.objectdb.storage.VoteResult;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

/** The commit side of one process on a test's database, with a listener that notes everything. */
final class Commits implements AutoCloseable {
  private static final RecordCodec CODEC = new RecordCodec(Limits.DEFAULT, false);

  final RecordingListener listener = new RecordingListener();
  final SharedCache cache = new SharedCache(1 << 20);
  final CommitSide side;
  final Subscription subscription;

  /** The thread of each call of the codec, in order. */
  final List<Thread> transcodedBy = new CopyOnWriteArrayList<>();

  /** Runs before each call of the codec. */
  volatile Runnable onTranscoding = () -> {};

  private final Pool pool;

  Commits(PgConfig config) {
    PgSessions sessions = new PgSessions(config);
    pool = new Pool(config, sessions);
    Loader loader = new Loader(pool, config.historyMode(), CODEC::toRecord);
    ServerMerge merge = new ServerMerge(cache, loader, new RecordMerge(config.limits()));
    side =
        new CommitSide(
            config, sessions, pool, cache, new PgTransaction.Records(this::transcode, merge));
    subscription = side.feed().subscribe(listener);
  }

  /** A record of class {@code m.C} with one attribute, as the codec spells it. */
  static Bytes record(int value) {
    return record("value %010d".formatted(value));
  }

  static Bytes record(String value) {
    return CODEC.toRecord("m", "C", Bytes.ofUtf8("{\"a\": \"%s\"}".formatted(value)));
  }

  /** Returns the same configuration with another transaction timeout and other limits. */
  static PgConfig with(PgConfig config, Duration transactionTimeout, Limits limits) {
    return new PgConfig(
        config.login(),
        config.schema(),
        config.historyMode(),
        config.pool(),
        config.cacheBytes(),
        config.snapshotWindow(),
        transactionTimeout,
        config.statementTimeout(),
        config.lockTimeout(),
        config.keepsForeignColumns(),
        limits);
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

  private JsonRecord transcode(Bytes record) {
    transcodedBy.add(Thread.currentThread());
    onTranscoding.run();
    return CODEC.toJson(record);
  }

  @Override
  public void close() {
    side.close();
    pool.close();
  }
}
