package dev.objectdb.zeo;

import dev.objectdb.object.Bytes;
import dev.objectdb.object.Oid;
import dev.objectdb.object.Tid;
import dev.objectdb.storage.TransactionMeta;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a client can ask for, as data. One record for each method of protocol 5 that works; the
 * three families say who serves it. Source: the methods of {@code ZEOStorage} in ZEO {@code
 * StorageServer.py}.
 */
sealed interface ZeoRequest {

  /** Served on the reader's own thread: nothing behind it is looked at before it is done. */
  sealed interface Session extends ZeoRequest {}

  /** Independent of everything else on the link, so each gets its own thread. */
  sealed interface Read extends ZeoRequest {}

  /** One step of a transaction: these keep their order on the link. */
  sealed interface Write extends ZeoRequest {}

  /** {@code register(storage, read_only)}: the first call of every link. */
  record Register(String storage, boolean readOnly) implements Session {}

  /** {@code set_client_label(text)}: how the log calls this client. */
  record SetClientLabel(String label) implements Session {}

  /** {@code get_info()}. */
  record GetInfo() implements Read {}

  /** {@code lastTransaction()}. */
  record LastTransaction() implements Read {}

  /** {@code getInvalidations(tid)}: what must a cache of that tid drop? */
  record GetInvalidations(Tid since) implements Read {}

  /** {@code ping()}: tell me everything that is committed by now, anywhere. */
  record Ping() implements Read {}

  /** {@code server_status()}. */
  record ServerStatus() implements Read {}

  /** {@code loadBefore(oid, before)}; before is {@link Tid#MAX} for the current revision. */
  record LoadBefore(Oid oid, Tid before) implements Read {}

  /** {@code loadSerial(oid, serial)}. */
  record LoadSerial(Oid oid, Tid serial) implements Read {}

  /** {@code getTid(oid)}. */
  record GetTid(Oid oid) implements Read {}

  /** {@code history(oid, size)}. */
  record History(Oid oid, int size) implements Read {}

  /** {@code record_iternext(next)}. */
  record RecordIterNext(Oid from) implements Read {}

  /** {@code undoLog(…)} and {@code undoInfo(…)}: always answered by "nothing can be undone". */
  record UndoLog() implements Read {}

  /** {@code new_oids([n])}. */
  record NewOids(int count) implements Read {}

  /** {@code iterator_start(start, stop)}, both included. */
  record IteratorStart(Tid first, Tid last) implements Read {}

  /** {@code iterator_next(id)}. */
  record IteratorNext(long id) implements Read {}

  /** {@code iterator_record_start(id, tid)}. */
  record IteratorRecordStart(long id, Tid tid) implements Read {}

  /** {@code iterator_record_next(id)}. */
  record IteratorRecordNext(long id) implements Read {}

  /** {@code iterator_gc(ids)}: these are not used any more. */
  record IteratorGc(List<Long> ids) implements Read {
    public IteratorGc {
      ids = List.copyOf(ids);
    }
  }

  /** A method of the protocol that this server does not have (yet). */
  record MissingRead(String method) implements Read {}

  /**
   * {@code tpc_begin(txn, user, description, extension, tid, status)}.
   *
   * @param tid the tid to keep, from copyTransactionsFrom, or null
   */
  record TpcBegin(TxnId txn, TransactionMeta meta, @Nullable Tid tid) implements Write {}

  /** {@code storea(oid, base, data, txn)}. */
  record Store(TxnId txn, Oid oid, Tid base, Bytes data) implements Write {}

  /**
   * {@code restorea(oid, tid, data, prev_txn, txn)}. The tid is that of the transaction, and
   * prev_txn but a hint that the record repeats an earlier one.
   *
   * @param data null: the object does not exist from here on
   */
  record Restore(TxnId txn, Oid oid, @Nullable Bytes data) implements Write {}

  /** {@code checkCurrentSerialInTransaction(oid, serial, txn)}. */
  record CheckCurrent(TxnId txn, Oid oid, Tid serial) implements Write {}

  /** {@code vote(txn)}. */
  record Vote(TxnId txn) implements Write {}

  /** {@code tpc_finish(txn)}. */
  record Finish(TxnId txn) implements Write {}

  /** {@code tpc_abort(txn)}. */
  record Abort(TxnId txn) implements Write {}

  /** A step of a transaction that this server does not have (yet): it spoils the transaction. */
  record MissingWrite(String method) implements Write {}

  /**
   * A step of a transaction whose arguments make no sense, so it spoils the transaction.
   *
   * @param why what the vote will answer
   */
  record BadWrite(Reply.Failure why) implements Write {}

  /** A {@code tpc_begin} whose arguments make no sense: the transaction is spoilt from there on. */
  record BadBegin(TxnId txn, Reply.Failure why) implements Write {}
}
