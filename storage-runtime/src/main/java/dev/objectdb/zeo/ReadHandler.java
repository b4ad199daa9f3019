package dev.objectdb.zeo;

import dev.objectdb.codec.pickle.PickleValue;
import dev.objectdb.object.Bytes;
import dev.objectdb.object.Oid;
import dev.objectdb.object.Tid;
import dev.objectdb.storage.ChangesSince;
import dev.objectdb.storage.CurrentRecord;
import dev.objectdb.storage.HistoryEntry;
import dev.objectdb.storage.Loaded;
import dev.objectdb.storage.ReadConflictException;
import dev.objectdb.storage.Storage;
import dev.objectdb.storage.StorageStats;
import dev.objectdb.storage.TransactionMeta;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Answers what a link reads. Safe for use by any number of threads. */
final class ReadHandler {
  /**
   * An object is read again when it changes between being read and being answered. One that does so
   * this often in a row changes faster than it can be read; its reader gets a conflict, and
   * retries.
   */
  private static final int RELOADS_MAX = 100;

  /** Low 32 bits of a tid count units of 60 s / 2^32. */
  private static final double SECONDS_PER_UNIT = 60.0 / (1L << 32);

  /** Seconds from 1901 to 1970. TimeStamp counts from 1901, and rounds there. */
  private static final double EPOCH_SECONDS = 2_177_452_800.0;

  private static final PickleValue NONE = PickleValue.None.NONE;

  /** What clients may do with this storage; pairs of module and name, which must be tuples. */
  private static final List<String> INTERFACES =
      List.of(
          "IStorage", "IStorageIteration", "IStorageRestoreable", "IStorageCurrentRecordIteration");

  private final Storage storage;
  private final LinkContext link;
  private final LinkFeed feed;
  private final Outbound outbound;
  private final Cursors cursors;
  private final boolean readOnly;

  ReadHandler(
      LinkContext link, LinkFeed feed, Outbound outbound, Cursors cursors, boolean readOnly) {
    this.storage = link.storage();
    this.link = link;
    this.feed = feed;
    this.outbound = outbound;
    this.cursors = cursors;
    this.readOnly = readOnly;
  }

  /**
   * Answers one call.
   *
   * @return the answer, or empty where it is queued already, at its place among the changes
   */
  Optional<Reply> perform(ZeoRequest.Read request, PickleValue msgid) {
    return switch (request) {
      case ZeoRequest.LoadBefore(Oid oid, Tid before) -> load(oid, before, msgid);
      case ZeoRequest.LoadSerial(Oid oid, Tid serial) ->
          answer(Reply.of(storage.loadSerial(oid, serial)));
      case ZeoRequest.GetTid(Oid oid) -> answer(Reply.of(storage.getTid(oid)));
      case ZeoRequest.History(Oid oid, int size) -> answer(history(oid, size));
      case ZeoRequest.RecordIterNext(Oid from) -> answer(record(from));
      case ZeoRequest.UndoLog() -> answer(Reply.of(PickleValue.tuple()));
      case ZeoRequest.NewOids(int count) ->
          answer(readOnly ? WireErrors.readOnly() : Reply.of(Reply.value(storage.newOids(count))));
      case ZeoRequest.Ping() -> {
        storage.sync();
        yield answer(Reply.NONE);
      }
      case ZeoRequest.LastTransaction() -> answer(Reply.of(storage.sync()));
      case ZeoRequest.GetInvalidations(Tid since) -> answer(changes(since));
      case ZeoRequest.GetInfo() -> answer(info());
      case ZeoRequest.ServerStatus() ->
          answer(Reply.of(new StatusReport(link.info().counters()).toPickle()));
      case ZeoRequest.IteratorStart(Tid first, Tid last) -> {
        cursors.makeRoom();
        yield answer(cursors.start(storage.transactions(first, last)));
      }
      case ZeoRequest.IteratorNext(long id) -> answer(cursors.next(id));
      case ZeoRequest.IteratorRecordStart(long id, Tid tid) ->
          answer(cursors.startRecords(id, tid));
      case ZeoRequest.IteratorRecordNext(long id) -> answer(cursors.nextRecord(id));
      case ZeoRequest.IteratorGc(List<Long> ids) -> {
        cursors.forget(ids);
        yield answer(Reply.NONE);
      }
      case ZeoRequest.MissingRead(String method) -> answer(WireErrors.unsupported(method));
    };
  }

  private static Optional<Reply> answer(Reply reply) {
    return Optional.of(reply);
  }

  /** Tells whether the answer may be as large as a record, and is made only once. */
  static boolean bearsRecord(ZeoRequest.Read request) {
    return request instanceof ZeoRequest.LoadSerial
        || request instanceof ZeoRequest.History
        || request instanceof ZeoRequest.RecordIterNext
        || request instanceof ZeoRequest.IteratorRecordNext;
  }

  /** What came of reading an object. */
  private sealed interface Attempt {
    record Gone() implements Attempt {}

    record Queued() implements Attempt {}

    /** It was changed since. */
    record Changed(Tid tid) implements Attempt {}

    /** There is no room for a reply of this size. */
    record Crowded(int bytes) implements Attempt {}
  }

  /** R5 and R6: what is answered as current is current at its place in the queue. */
  private Optional<Reply> load(Oid oid, Tid before, PickleValue msgid) {
    link.tally().loads.increment();
    Tid tid = Tid.NONE;
    int room = 0;
    for (int attempt = 0; attempt < RELOADS_MAX; attempt++) {
      switch (tryLoad(oid, before, msgid, room)) {
        case Attempt.Gone _ -> {
          return answer(Reply.NONE);
        }
        case Attempt.Queued _ -> {
          return Optional.empty();
        }
        case Attempt.Changed(Tid changed) -> {
          tid = changed;
          room = 0;
          if (tid.isAfter(feed.position())) {
            storage.sync(); // told first, then answered
          }
        }
        case Attempt.Crowded(int bytes) -> {
          // Waits with no record in memory: a client may be slow for long, and there are many.
          if (!outbound.takeRoom(bytes)) {
            return Optional.empty(); // the link has ended
          }
          room = bytes;
        }
      }
    }
    outbound.giveRoomBack(room);
    throw new ReadConflictException(oid, tid, tid);
  }

  /**
   * Reads an object and queues the reply.
   *
   * @param room what was taken for it before; given back unless the reply is queued
   */
  private Attempt tryLoad(Oid oid, Tid before, PickleValue msgid, int room) {
    int taken = room;
    try {
      Optional<Loaded> found = storage.loadBefore(oid, before);
      if (found.isEmpty()) {
        return new Attempt.Gone();
      }
      Loaded loaded = found.get();
      Bytes reply = link.codec().reply(msgid, Reply.of(revision(loaded)));
      int more = reply.length() - taken;
      if (more > 0 && !outbound.tryTakeRoom(more)) {
        return new Attempt.Crowded(reply.length());
      }
      outbound.giveRoomBack(Math.max(0, -more));
      taken = reply.length();
      if (feed.offer(oid, before, loaded, reply)) {
        taken = 0; // the queue gives it back
        return new Attempt.Queued();
      }
      return new Attempt.Changed(loaded.tid());
    } finally {
      outbound.giveRoomBack(taken);
    }
  }

  private static PickleValue revision(Loaded loaded) {
    return PickleValue.tuple(
        PickleValue.of(loaded.data()),
        Reply.value(loaded.tid()),
        loaded.isCurrent() ? NONE : Reply.value(loaded.next()));
  }

  private Reply history(Oid oid, int size) {
    List<PickleValue> entries = new ArrayList<>();
    for (HistoryEntry entry : storage.history(oid, Math.max(size, 0))) {
      TransactionMeta meta = entry.meta();
      List<PickleValue> items = new ArrayList<>(link.extensions().plainItems(meta.extension()));
      put(items, "time", new PickleValue.Real(time(entry.tid())));
      put(items, "user_name", PickleValue.of(meta.user()));
      put(items, "description", PickleValue.of(meta.description()));
      put(items, "tid", Reply.value(entry.tid()));
      put(items, "size", PickleValue.of(entry.size()));
      entries.add(PickleValue.dict(items.toArray(PickleValue[]::new)));
    }
    return Reply.of(PickleValue.list(entries));
  }

  private static void put(List<PickleValue> items, String key, PickleValue value) {
    items.add(PickleValue.of(key));
    items.add(value);
  }

  /** Seconds since 1970, with the very rounding of {@code TimeStamp.timeTime()}. */
  static double time(Tid tid) {
    long minuteStart = new Tid(tid.value() & ~0xffff_ffffL).toInstant().getEpochSecond();
    double seconds = (tid.value() & 0xffff_ffffL) * SECONDS_PER_UNIT;
    return (minuteStart + EPOCH_SECONDS + seconds) - EPOCH_SECONDS;
  }

  private Reply record(Oid from) {
    Optional<CurrentRecord> found = storage.recordFrom(from);
    if (found.isEmpty()) {
      return WireErrors.posKey(Reply.value(from));
    }
    CurrentRecord record = found.get();
    return Reply.of(
        PickleValue.tuple(
            Reply.value(record.oid()),
            Reply.value(record.tid()),
            PickleValue.of(record.data()),
            record.next() == null ? NONE : Reply.value(record.next())));
  }

  /**
   * R8: what a cache of that tid must drop. The feed is brought up to the answer, so that what is
   * pushed after it is above it.
   */
  private Reply changes(Tid since) {
    return switch (storage.changesSince(since)) {
      case ChangesSince.Unknown() -> Reply.NONE;
      case ChangesSince.Known(Tid upTo, Set<Oid> _) when upTo.isBefore(since) -> Reply.NONE;
      case ChangesSince.Known(Tid upTo, Set<Oid> oids) -> {
        if (feed.position().isBefore(upTo)) {
          storage.sync();
        }
        yield Reply.of(PickleValue.tuple(Reply.value(upTo), Reply.value(oids)));
      }
    };
  }

  private Reply info() {
    StorageStats stats = link.info().measure();
    List<PickleValue> items = new ArrayList<>();
    put(items, "length", PickleValue.of(stats.objects()));
    put(items, "size", PickleValue.of(stats.bytes()));
    put(items, "name", PickleValue.of("objectdb"));
    put(items, "supportsUndo", PickleValue.of(false));
    put(items, "supports_record_iternext", PickleValue.of(true));
    PickleValue[] interfaces =
        INTERFACES.stream()
            .map(name -> PickleValue.tuple(PickleValue.of("ZODB.interfaces"), PickleValue.of(name)))
            .toArray(PickleValue[]::new);
    put(items, "interfaces", PickleValue.tuple(interfaces));
    return Reply.of(PickleValue.dict(items.toArray(PickleValue[]::new)));
  }
}
