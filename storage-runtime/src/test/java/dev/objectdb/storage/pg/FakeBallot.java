package dev.objectdb.storage.pg;

import dev.objectdb.codec.ExtensionCodec;
import dev.objectdb.codec.JsonRecord;
import dev.objectdb.object.Allowance;
import dev.objectdb.object.Bytes;
import dev.objectdb.object.Limits;
import dev.objectdb.object.Oid;
import dev.objectdb.object.Tid;
import dev.objectdb.storage.TransactionMeta;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** A transaction that only deletes, so that it needs no records; it notes what it is told. */
final class FakeBallot implements CommitSequencer.Ballot {
  private static final Spool EMPTY = new Spool(new Allowance(0), Path.of("/"));

  final List<String> told = new CopyOnWriteArrayList<>();
  volatile Runnable onCommitted = () -> {};
  volatile Runnable onPrepared = () -> {};
  private final InvalidationFeed.FeedSubscription owner;
  private volatile Prepared prepared;

  FakeBallot(InvalidationFeed.FeedSubscription owner, Prepared prepared) {
    this.owner = owner;
    this.prepared = prepared;
  }

  /** Replaces revisions: each oid with the base it starts from. */
  static Prepared storing(Map<Oid, Tid> bases) {
    return prepared(bases, Map.of(), null);
  }

  static Prepared prepared(Map<Oid, Tid> bases, Map<Oid, Tid> current, @Nullable Tid given) {
    List<Change> changes = new ArrayList<>();
    StagedRow row =
        new StagedRow(new JsonRecord("", "", Bytes.EMPTY, List.of(), true), Bytes.EMPTY);
    Spool.Slot nowhere = new Spool.Kept(row, 1);
    bases.forEach((oid, base) -> changes.add(new Change.Store(oid, base, nowhere)));
    return new Prepared(
        changes,
        current,
        LogEntry.of(TransactionMeta.EMPTY, new ExtensionCodec(Limits.DEFAULT)),
        given,
        EMPTY);
  }

  void prepare(Prepared changed) {
    prepared = changed;
  }

  @Override
  public Prepared prepared() {
    onPrepared.run();
    return prepared;
  }

  @Override
  public InvalidationFeed.FeedSubscription owner() {
    return owner;
  }

  @Override
  public void timedOut() {
    told.add("timed out");
  }

  @Override
  public void committed(Tid tid) {
    told.add("committed " + tid.value());
    onCommitted.run();
  }
}
