package dev.objectdb.server;

import dev.objectdb.object.Bytes;
import dev.objectdb.object.Oid;
import dev.objectdb.object.Tid;
import dev.objectdb.storage.StorageTransaction;
import dev.objectdb.storage.VoteResult;
import io.micrometer.core.instrument.Timer;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Times one commit, from the beginning of the last vote to the end of finish. */
final class TimedTransaction implements StorageTransaction {
  private final StorageTransaction inner;
  private final Timer commits;
  private final Runnable ended;
  private long voteNanos;
  private volatile boolean finishing;

  /**
   * @param ended run when the transaction has come to any end
   */
  TimedTransaction(StorageTransaction inner, Timer commits, Runnable ended) {
    this.inner = inner;
    this.commits = commits;
    this.ended = ended;
  }

  @Override
  public void store(Oid oid, Tid base, Bytes data) {
    inner.store(oid, base, data);
  }

  @Override
  public void restore(Oid oid, @Nullable Bytes data) {
    inner.restore(oid, data);
  }

  @Override
  public void checkCurrent(Oid oid, Tid serial) {
    inner.checkCurrent(oid, serial);
  }

  @Override
  public VoteResult vote() {
    voteNanos = System.nanoTime();
    return inner.vote();
  }

  @Override
  public Tid finish() {
    finishing = true;
    try {
      Tid tid = inner.finish();
      commits.record(System.nanoTime() - voteNanos, TimeUnit.NANOSECONDS);
      return tid;
    } finally {
      ended.run();
    }
  }

  @Override
  public void abort() {
    try {
      inner.abort();
    } finally {
      if (!finishing) { // else this does nothing, and the listener is told of the commit yet
        ended.run();
      }
    }
  }
}
