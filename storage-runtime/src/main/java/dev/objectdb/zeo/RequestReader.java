package dev.objectdb.zeo;

import dev.objectdb.codec.pickle.PickleValue;
import dev.objectdb.object.Bytes;
import dev.objectdb.object.Oid;
import dev.objectdb.object.Tid;
import dev.objectdb.storage.TransactionMeta;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** From the name and the arguments of a call to the request; the only place that knows names. */
final class RequestReader {
  /** What one {@code new_oids} hands out at most; clients ask without a number. */
  static final int NEW_OIDS = 100;

  /** The same as in a FileStorage, whose log keeps each of these lengths in two bytes. */
  static final int META_BYTES_MAX = 65_535;

  /** A label stands in every line of the log about its client. */
  private static final int LABEL_LENGTH_MAX = 200;

  private final Extensions extensions;

  RequestReader(Extensions extensions) {
    this.extensions = extensions;
  }

  /**
   * Reads a call.
   *
   * @throws ArgumentException if the arguments do not fit; the client is to be answered
   * @throws ProtocolException if protocol 5 has no such method; the link is to be closed
   */
  ZeoRequest read(Message message) {
    if (!(message.args() instanceof PickleValue.Tuple tuple)) {
      throw new ProtocolException("the arguments of a call are no tuple");
    }
    Arguments args = new Arguments(message.name(), tuple.items());
    return session(message.name(), args)
        .or(() -> write(message.name(), args))
        .or(() -> read(message.name(), args))
        .or(() -> iterator(message.name(), args))
        .orElseThrow(() -> new ProtocolException("no such method in protocol 5"));
  }

  private static Optional<ZeoRequest> session(String name, Arguments args) {
    return Optional.ofNullable(
        switch (name) {
          case "register" -> {
            args.expect(1, 3); // a third is the credentials of 5.0 to 5.3, which mean nothing
            yield new ZeoRequest.Register(args.text(0), args.count() > 1 && args.bool(1));
          }
          case "set_client_label" -> {
            args.expect(1, 1);
            String label = args.text(0);
            yield new ZeoRequest.SetClientLabel(
                label.substring(0, Math.min(label.length(), LABEL_LENGTH_MAX)));
          }
          default -> null;
        });
  }

  private Optional<ZeoRequest> write(String name, Arguments args) {
    try {
      return Optional.ofNullable(
          switch (name) {
            case "tpc_begin" -> begin(args);
            case "storea" -> {
              args.expect(4, 4);
              yield new ZeoRequest.Store(
                  args.txn(3), args.oid(0), args.tidOr(1, Tid.NONE), args.bytes(2));
            }
            case "restorea" -> {
              args.expect(5, 5);
              Bytes data = args.isNone(2) ? null : args.bytes(2);
              yield new ZeoRequest.Restore(args.txn(4), args.oid(0), data);
            }
            case "checkCurrentSerialInTransaction" -> {
              args.expect(3, 3);
              yield new ZeoRequest.CheckCurrent(args.txn(2), args.oid(0), args.tid(1));
            }
            case "vote" -> new ZeoRequest.Vote(onlyTxn(args));
            case "tpc_finish" -> new ZeoRequest.Finish(onlyTxn(args));
            case "tpc_abort" -> new ZeoRequest.Abort(onlyTxn(args));
            case "undoa",
                "deleteObject",
                "storeBlobStart",
                "storeBlobChunk",
                "storeBlobEnd",
                "storeBlobShared" ->
                new ZeoRequest.MissingWrite(name);
            default -> null;
          });
    } catch (ArgumentException e) {
      boolean begins = name.equals("tpc_begin") && args.isTxn(0);
      return Optional.of(
          begins
              ? new ZeoRequest.BadBegin(args.txn(0), e.failure())
              : new ZeoRequest.BadWrite(e.failure()));
    }
  }

  private static TxnId onlyTxn(Arguments args) {
    args.expect(1, 1);
    return args.txn(0);
  }

  private ZeoRequest begin(Arguments args) {
    args.expect(4, 6);
    TransactionMeta meta =
        new TransactionMeta(
            limited("user", args.bytes(1)),
            limited("description", args.bytes(2)),
            limited("extension", extensions.toPickle(args.value(3))));
    Tid tid = args.count() > 4 && !args.isNone(4) ? args.tid(4) : null;
    return new ZeoRequest.TpcBegin(args.txn(0), meta, tid);
  }

  /** These stay in memory until the transaction ends, unlike its records. */
  private static Bytes limited(String what, Bytes bytes) {
    if (bytes.length() > META_BYTES_MAX) {
      throw new ArgumentException(
          WireErrors.value("%s of the transaction: over %d bytes".formatted(what, META_BYTES_MAX)));
    }
    return bytes;
  }

  private static Optional<ZeoRequest> read(String name, Arguments args) {
    return Optional.ofNullable(
        switch (name) {
          case "loadBefore" -> {
            args.expect(2, 2);
            yield new ZeoRequest.LoadBefore(args.oid(0), args.tid(1));
          }
          case "loadSerial" -> {
            args.expect(2, 2);
            yield new ZeoRequest.LoadSerial(args.oid(0), args.tid(1));
          }
          case "getTid" -> {
            args.expect(1, 1);
            yield new ZeoRequest.GetTid(args.oid(0));
          }
          case "history" -> {
            args.expect(1, 2);
            yield new ZeoRequest.History(args.oid(0), args.count() > 1 ? args.count(1) : 1);
          }
          case "record_iternext" -> {
            args.expect(0, 1);
            boolean fromFirst = args.count() == 0 || args.isNone(0);
            yield new ZeoRequest.RecordIterNext(fromFirst ? Oid.ROOT : args.oid(0));
          }
          case "new_oids" -> {
            args.expect(0, 1);
            int count = args.count() > 0 ? args.count(0) : NEW_OIDS;
            yield new ZeoRequest.NewOids(Math.clamp(count, 1, NEW_OIDS));
          }
          case "getInvalidations" -> {
            args.expect(1, 1);
            yield new ZeoRequest.GetInvalidations(args.tid(0));
          }
          case "get_info" -> new ZeoRequest.GetInfo();
          case "lastTransaction" -> new ZeoRequest.LastTransaction();
          case "ping" -> new ZeoRequest.Ping();
          case "server_status" -> new ZeoRequest.ServerStatus();
          case "undoLog", "undoInfo" -> new ZeoRequest.UndoLog();
          case "pack", "sendBlob" -> new ZeoRequest.MissingRead(name);
          default -> null;
        });
  }

  private static Optional<ZeoRequest> iterator(String name, Arguments args) {
    return Optional.ofNullable(
        switch (name) {
          case "iterator_start" -> {
            args.expect(2, 2);
            yield new ZeoRequest.IteratorStart(args.tidOr(0, Tid.NONE), args.tidOr(1, Tid.MAX));
          }
          case "iterator_next" -> {
            args.expect(1, 1);
            yield new ZeoRequest.IteratorNext(args.integer(0));
          }
          case "iterator_record_start" -> {
            args.expect(2, 2);
            yield new ZeoRequest.IteratorRecordStart(args.integer(0), args.tid(1));
          }
          case "iterator_record_next" -> {
            args.expect(1, 1);
            yield new ZeoRequest.IteratorRecordNext(args.integer(0));
          }
          case "iterator_gc" -> {
            args.expect(1, 1);
            yield new ZeoRequest.IteratorGc(ids(args));
          }
          default -> null;
        });
  }

  private static List<Long> ids(Arguments args) {
    List<PickleValue> values =
        switch (args.value(0)) {
          case PickleValue.ListValue list -> list.items();
          case PickleValue.Tuple tuple -> tuple.items();
          default -> throw args.bad("a list expected");
        };
    List<Long> ids = new ArrayList<>(values.size());
    for (PickleValue value : values) {
      if (!(value instanceof PickleValue.Int(long id))) {
        throw args.bad("integers expected");
      }
      ids.add(id);
    }
    return ids;
  }
}
