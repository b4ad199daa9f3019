package dev.objectdb.zeo;

import dev.objectdb.codec.pickle.PickleValue;
import dev.objectdb.object.Tid;
import dev.objectdb.storage.ConflictException;
import dev.objectdb.storage.InvalidRecordException;
import dev.objectdb.storage.PosKeyException;
import dev.objectdb.storage.ReadConflictException;
import dev.objectdb.storage.StorageException;
import dev.objectdb.storage.StorageTransactionException;
import dev.objectdb.storage.StorageUnavailableException;

/**
 * The only place that knows how errors are called on the wire.
 *
 * <p>The client rebuilds POSKeyError, ConflictError, ReadConflictError, ReadOnlyError,
 * StorageTransactionError, KeyError and TypeError, from exactly the states made here; a state it
 * cannot read would leave its caller waiting for ever. All other names arrive as {@code
 * ServerException(name, state)}. Source: {@code exc_factories} in ZEO {@code asyncio/client.py}.
 */
final class WireErrors {
  private static final String POS = "ZODB.POSException.";
  private static final PickleValue NONE = PickleValue.None.NONE;

  private WireErrors() {}

  static Reply.Failure of(StorageException exception) {
    return switch (exception) {
      case PosKeyException e -> posKey(Reply.value(e.oid()));
      case ReadConflictException e -> conflict("ReadConflictError", e);
      case ConflictException e -> conflict("ConflictError", e);
      case InvalidRecordException e ->
          new Reply.Failure(
              POS + "StorageError", PickleValue.tuple(message(e), Reply.value(e.oid())));
      case StorageTransactionException e ->
          new Reply.Failure(POS + "StorageTransactionError", PickleValue.tuple(message(e)));
      case StorageUnavailableException e ->
          new Reply.Failure(POS + "StorageError", PickleValue.tuple(message(e)));
    };
  }

  /** The object or the revision does not exist; also for oids that cannot exist, and None. */
  static Reply.Failure posKey(PickleValue oid) {
    return new Reply.Failure(POS + "POSKeyError", PickleValue.tuple(oid));
  }

  static Reply.Failure readOnly() {
    return new Reply.Failure(POS + "ReadOnlyError", PickleValue.tuple());
  }

  /** A call that does not fit the state of its transaction. */
  static Reply.Failure transaction(String rule) {
    return withText("StorageTransactionError", rule);
  }

  /** A method of the protocol that does not work here. */
  static Reply.Failure unsupported(String method) {
    return withText("Unsupported", method + " is not supported by this server");
  }

  /** Arguments of the wrong number or type. */
  static Reply.Failure type(String rule) {
    return new Reply.Failure("builtins.TypeError", PickleValue.tuple(text(rule)));
  }

  static Reply.Failure value(String rule) {
    return new Reply.Failure("builtins.ValueError", PickleValue.tuple(text(rule)));
  }

  /** A key, for example of an iterator, that is not there. */
  static Reply.Failure key(long key) {
    return new Reply.Failure("builtins.KeyError", PickleValue.tuple(PickleValue.of(key)));
  }

  /** A fault of this server. The particulars are in its log only. */
  static Reply.Failure internal() {
    return withText("StorageError", "internal error of the server, see its log");
  }

  private static Reply.Failure withText(String name, String message) {
    return new Reply.Failure(POS + name, PickleValue.tuple(text(message)));
  }

  /** All of message, oid and serials are mandatory: without one of them the caller hangs. */
  private static Reply.Failure conflict(String name, ConflictException e) {
    return new Reply.Failure(
        POS + name,
        PickleValue.dict(
            text("message"),
            message(e),
            text("oid"),
            Reply.value(e.oid()),
            text("class_name"),
            NONE,
            text("serials"),
            serials(e.committed(), e.base())));
  }

  /** The pair (committed, base) of a conflict. */
  static PickleValue serials(Tid committed, Tid base) {
    return PickleValue.tuple(Reply.value(committed), Reply.value(base));
  }

  private static PickleValue message(StorageException e) {
    return text(String.valueOf(e.getMessage()));
  }

  private static PickleValue text(String text) {
    return PickleValue.of(text);
  }
}
