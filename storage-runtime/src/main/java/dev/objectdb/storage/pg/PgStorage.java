package dev.objectdb.storage.pg;

import dev.objectdb.codec.ExtensionCodec;
import dev.objectdb.codec.RecordCodec;
import dev.objectdb.merge.RecordMerge;
import dev.objectdb.object.Bytes;
import dev.objectdb.object.Oid;
import dev.objectdb.object.Tid;
import dev.objectdb.storage.ChangesSince;
import dev.objectdb.storage.CurrentRecord;
import dev.objectdb.storage.HistoryEntry;
import dev.objectdb.storage.HistoryMode;
import dev.objectdb.storage.Loaded;
import dev.objectdb.storage.PosKeyException;
import dev.objectdb.storage.Storage;
import dev.objectdb.storage.StorageListener;
import dev.objectdb.storage.StorageStats;
import dev.objectdb.storage.StorageTransaction;
import dev.objectdb.storage.Subscription;
import dev.objectdb.storage.TransactionCursor;
import dev.objectdb.storage.TransactionMeta;
import java.sql.SQLException;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * An object database in PostgreSQL. This class only puts the parts together; the package's
 * description says how they work.
 *
 * <p>It holds nothing that PostgreSQL does not have: a process may end at any point, and any number
 * of them may serve one database. While PostgreSQL is away, calls fail with {@link
 * dev.objectdb.storage.StorageUnavailableException}; once it is back, they work again.
 */
public final class PgStorage implements Storage {
  /** A walk keeps a session while its client thinks; the other half stays free for loads. */
  private static final int WALKS_SHARE = 2;

  private final PgConfig config;
  private final Pool pool;
  private final SharedCache cache;
  private final Loader loader;
  private final LogReader log;
  private final SnapshotReads reads;
  private final TransactionWalk.Decoders decoders;
  private final Semaphore walks;
  private final CommitSide commits;
  private final WindowTrimmer trimmer;

  private PgStorage(PgConfig config, Sessions sessions, Pool pool) {
    this.config = config;
    this.pool = pool;
    RecordCodec codec = new RecordCodec(config.limits(), false);
    ExtensionCodec extensions = new ExtensionCodec(config.limits());
    HistoryMode mode = config.historyMode();
    cache = new SharedCache(config.cacheBytes());
    loader = new Loader(pool, mode, codec::toRecord);
    log = new LogReader(pool, mode, codec::toRecord, extensions::toPickle);
    decoders = new TransactionWalk.Decoders(mode, codec::toRecord, extensions::toPickle);
    walks = new Semaphore(Math.max(1, config.pool().max() / WALKS_SHARE), true);
    ServerMerge merge = new ServerMerge(cache, loader, new RecordMerge(config.limits()));
    commits =
        new CommitSide(
            config, sessions, pool, cache, new PgTransaction.Records(codec::toJson, merge));
    reads = new SnapshotReads(cache, loader, commits.feed());
    trimmer = new WindowTrimmer(pool, mode, config.snapshotWindow(), commits.feed()::end);
    trimmer.start();
  }

  /**
   * Prepares the database where that is needed, and opens it.
   *
   * @throws SchemaException if the database cannot serve as configured
   * @throws dev.objectdb.storage.StorageUnavailableException if it cannot be reached
   */
  public static PgStorage open(PgConfig config) {
    Schema.apply(config);
    PgSessions sessions = new PgSessions(config);
    Pool pool = new Pool(config, sessions);
    try {
      return new PgStorage(config, sessions, pool);
    } catch (RuntimeException e) {
      pool.close();
      throw e;
    }
  }

  @Override
  public HistoryMode historyMode() {
    return config.historyMode();
  }

  @Override
  public List<Oid> newOids(int count) {
    return commits.newOids(count);
  }

  @Override
  public Optional<Loaded> loadBefore(Oid oid, Tid before) {
    return reads.before(oid, before);
  }

  @Override
  public Map<Oid, Loaded> loadMany(Collection<Oid> oids) {
    return reads.current(oids);
  }

  @Override
  public Bytes loadSerial(Oid oid, Tid serial) {
    return cache
        .findSerial(oid, serial)
        .or(() -> loader.serial(oid, serial))
        .orElseThrow(() -> new PosKeyException(oid));
  }

  @Override
  public Tid getTid(Oid oid) {
    return reads.before(oid, Tid.MAX).orElseThrow(() -> new PosKeyException(oid)).tid();
  }

  @Override
  public List<HistoryEntry> history(Oid oid, int size) {
    int atLeastOne = Math.max(size, 1); // which tells whether there is such an object
    List<HistoryEntry> entries = log.history(oid, position(), atLeastOne);
    if (entries.isEmpty()) {
      entries = log.history(oid, sync(), atLeastOne); // it may be ahead of the feed
    }
    if (entries.isEmpty()) {
      throw new PosKeyException(oid);
    }
    return size < 1 ? List.of() : entries;
  }

  @Override
  public TransactionCursor transactions(Tid first, Tid last) {
    TransactionWalk walk = openWalk();
    try {
      // What the snapshot holds and nobody was told yet is told before it is shown.
      commits.feed().syncTo(walk.newest());
      return walk.over(first, last);
    } catch (RuntimeException e) {
      walk.close();
      throw e;
    }
  }

  private TransactionWalk openWalk() {
    String doing = "too many walks over the transactions at once";
    try {
      if (!walks.tryAcquire(config.pool().acquireTimeout().toMillis(), TimeUnit.MILLISECONDS)) {
        throw SqlErrors.unavailable(doing, null);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw SqlErrors.unavailable(doing, e);
    }
    try {
      return new TransactionWalk(pool.borrow(), decoders, walks::release);
    } catch (SQLException e) {
      walks.release();
      throw SqlErrors.ofRead("opening a walk over the transactions", e);
    }
  }

  @Override
  public Optional<CurrentRecord> recordFrom(Oid from) {
    Optional<CurrentRecord> found = log.recordFrom(from);
    found.ifPresent(record -> commits.feed().syncTo(record.tid()));
    return found;
  }

  @Override
  public ChangesSince changesSince(Tid since) {
    return commits.feed().changesSince(since);
  }

  @Override
  public StorageStats stats() {
    return log.stats();
  }

  @Override
  public Tid position() {
    return commits.feed().position();
  }

  @Override
  public Tid sync() {
    return commits.feed().sync();
  }

  @Override
  public Subscription subscribe(StorageListener listener) {
    return commits.feed().subscribe(listener);
  }

  @Override
  public StorageTransaction begin(Subscription owner, TransactionMeta meta) {
    return commits.begin(owner, meta, null);
  }

  @Override
  public StorageTransaction begin(Subscription owner, TransactionMeta meta, Tid tid) {
    return commits.begin(owner, meta, tid);
  }

  /**
   * What a storage is using, for dashboards.
   *
   * @param sessionsActive of the pool, in use
   * @param sessionsIdle of the pool, open and free
   * @param waiting calls that wait for a session
   * @param cacheBytes held by the shared cache
   * @param cacheHits loads answered without SQL since the start
   * @param cacheMisses loads that were not
   */
  public record Usage(
      int sessionsActive,
      int sessionsIdle,
      int waiting,
      long cacheBytes,
      long cacheHits,
      long cacheMisses) {}

  /** Asks nobody: these are this process's own numbers. */
  public Usage usage() {
    return new Usage(
        pool.active(), pool.idle(), pool.waiting(), cache.bytes(), cache.hits(), cache.misses());
  }

  /** Tells whether only another process can serve: a thread has died that this one needs. */
  public boolean hasFailed() {
    return commits.feed().hasEnded();
  }

  InvalidationFeed feed() {
    return commits.feed();
  }

  @Override
  public void close() {
    trimmer.close();
    commits.close();
    pool.close();
  }
}
