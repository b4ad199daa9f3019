package dev.objectdb.storage.pg;

import dev.objectdb.codec.ExtensionCodec;
import dev.objectdb.object.Allowance;
import dev.objectdb.object.Oid;
import dev.objectdb.object.Tid;
import dev.objectdb.storage.StorageTransaction;
import dev.objectdb.storage.Subscription;
import dev.objectdb.storage.TransactionMeta;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Everything that writes and everything that tells of it, put together: two sessions of its own
 * (committer, doorbell), and the pool for short queries.
 */
final class CommitSide implements AutoCloseable {
  /** Longer than it takes to write the largest transactions, of this process or of another. */
  private static final Duration VOTE_TIMEOUT = Duration.ofMinutes(5);

  /** Records of open transactions in memory, of all transactions; more goes to disk. */
  private static final long SPOOL_MEMORY_BYTES = 64L << 20;

  private final PgConfig config;
  private final ExtensionCodec extensions;
  private final Allowance spoolMemory = new Allowance(SPOOL_MEMORY_BYTES);
  private final OidAllocator oids;
  private final InvalidationFeed feed;
  private final CommitSequencer sequencer;
  private final Doorbell doorbell;
  private final PgTransaction.Parts parts;
  private volatile Timeline timeline;

  /**
   * Starts at what is committed now.
   *
   * @param cache is empty
   * @throws dev.objectdb.storage.StorageUnavailableException if the database does not answer
   */
  CommitSide(
      PgConfig config,
      Sessions sessions,
      Pool pool,
      FeedCache cache,
      PgTransaction.Records records) {
    this.config = config;
    PgFeedSource source = new PgFeedSource(pool, DeltaQuery.of(config.historyMode()));
    this.extensions = new ExtensionCodec(config.limits());
    this.oids = new OidAllocator(pool);
    this.feed = new InvalidationFeed(source, cache, source.end(), this::suspect);
    this.sequencer =
        new TenureSequencer(
            () -> openCommitSession(sessions), feed, config.transactionTimeout(), System::nanoTime);
    this.parts =
        new PgTransaction.Parts(
            sequencer,
            oids,
            records,
            config.limits(),
            new Allowance(config.limits().openObjectsMax()),
            VOTE_TIMEOUT);
    this.doorbell = new Doorbell(sessions, feed, new AfterTakeover(source, pool), System::nanoTime);
    this.timeline = reconciled();
    doorbell.start();
  }

  private CommitSession openCommitSession(Sessions sessions) throws SQLException {
    return new PgCommitSession(
        sessions.open("committer"), config.historyMode(), config.transactionTimeout());
  }

  private Timeline reconciled() {
    try {
      return reconcile();
    } catch (RuntimeException e) {
      sequencer.close();
      throw e;
    }
  }

  private Timeline reconcile() {
    Tid told = feed.position();
    return sequencer.exclusive(
        connection -> Timeline.reconcile(connection, told), Deadline.after(VOTE_TIMEOUT));
  }

  private void suspect() {
    doorbell.suspect();
  }

  InvalidationFeed feed() {
    return feed;
  }

  List<Oid> newOids(int count) {
    return oids.next(count);
  }

  /**
   * Begins a transaction.
   *
   * @param owner a subscription of {@link #feed}
   * @param given the tid it brings along, or null
   */
  StorageTransaction begin(Subscription owner, TransactionMeta meta, @Nullable Tid given) {
    if (!(owner instanceof InvalidationFeed.FeedSubscription place)) {
      throw new IllegalArgumentException("a transaction begins with a subscription of its storage");
    }
    Spool spool = new Spool(spoolMemory, Path.of(System.getProperty("java.io.tmpdir")));
    return new PgTransaction(parts, place, LogEntry.of(meta, extensions), given, spool);
  }

  CommitSequencer sequencer() {
    return sequencer;
  }

  @Override
  public void close() {
    doorbell.close();
    sequencer.close();
    feed.cutOff();
  }

  /** The database has another history than before: nothing that was known of it holds. */
  private final class AfterTakeover implements Doorbell.Recovery {
    private final FeedSource source;
    private final Pool pool;

    AfterTakeover(FeedSource source, Pool pool) {
      this.source = source;
      this.pool = pool;
    }

    @Override
    public boolean isSameHistory(Connection connection) throws SQLException {
      return Timeline.of(connection).equals(timeline);
    }

    @Override
    public void recover() {
      timeline = reconcile();
      oids.forget();
      pool.renew(); // a server that was replaced may still be there, and answer who is connected
      feed.restart(source.end());
    }
  }
}
