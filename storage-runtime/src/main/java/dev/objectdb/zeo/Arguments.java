package dev.objectdb.zeo;

import dev.objectdb.codec.pickle.PickleValue;
import dev.objectdb.object.Bytes;
import dev.objectdb.object.Oid;
import dev.objectdb.object.Tid;
import java.util.List;

/**
 * The arguments of one call, taken by position and checked for type. What is wrong becomes an
 * {@link ArgumentException} with the error that the client is to see.
 */
final class Arguments {
  private final String method;
  private final List<PickleValue> values;

  Arguments(String method, List<PickleValue> values) {
    this.method = method;
    this.values = values;
  }

  int count() {
    return values.size();
  }

  /**
   * Demands a number of arguments.
   *
   * @throws ArgumentException if there are fewer or more
   */
  void expect(int least, int most) {
    if (values.size() < least || values.size() > most) {
      throw bad("wrong number of arguments");
    }
  }

  PickleValue value(int index) {
    return values.get(index);
  }

  boolean isNone(int index) {
    return values.get(index) == PickleValue.None.NONE;
  }

  /** Bytes; text counts as its UTF-8, as Python 2 clients send it. */
  Bytes bytes(int index) {
    return switch (values.get(index)) {
      case PickleValue.Binary binary -> binary.toBytes();
      case PickleValue.ByteString bytes -> bytes.toBytes();
      case PickleValue.Text text -> text.toBytes();
      default -> throw bad("bytes expected");
    };
  }

  String text(int index) {
    return switch (values.get(index)) {
      case PickleValue.Text text -> text.toString();
      case PickleValue.Binary binary -> binary.toBytes().toUtf8();
      case PickleValue.ByteString bytes -> bytes.toBytes().toUtf8();
      default -> throw bad("text expected");
    };
  }

  boolean bool(int index) {
    return switch (values.get(index)) {
      case PickleValue.Bool bool -> bool.value();
      case PickleValue.Int(long value) -> value != 0;
      default -> throw bad("a boolean expected");
    };
  }

  long integer(int index) {
    if (values.get(index) instanceof PickleValue.Int(long value)) {
      return value;
    }
    throw bad("an integer expected");
  }

  /** An integer, clamped to 32 bits: counts beyond them mean "all". */
  int count(int index) {
    return Math.clamp(integer(index), Integer.MIN_VALUE, Integer.MAX_VALUE);
  }

  TxnId txn(int index) {
    return switch (values.get(index)) {
      case PickleValue.Int id -> new TxnId(id);
      case PickleValue.BigInt id -> new TxnId(id);
      default -> throw bad("a transaction's id expected");
    };
  }

  /** Tells whether there is such an argument and it can name a transaction. */
  boolean isTxn(int index) {
    return index < values.size()
        && (values.get(index) instanceof PickleValue.Int
            || values.get(index) instanceof PickleValue.BigInt);
  }

  /** An oid. Above 63 bits none exists, and None is none, so the client is told that. */
  Oid oid(int index) {
    if (isNone(index)) {
      throw new ArgumentException(WireErrors.posKey(PickleValue.None.NONE));
    }
    Bytes wire = eightBytes(index);
    if (wire.get(0) < 0) {
      throw new ArgumentException(WireErrors.posKey(PickleValue.of(wire)));
    }
    return Oid.of(wire);
  }

  /** A tid; clients also use ones above 63 bits, as "after everything". */
  Tid tid(int index) {
    Bytes wire = eightBytes(index);
    return wire.get(0) < 0 ? Tid.MAX : Tid.of(wire);
  }

  /** A tid, or this one where the client sent None. */
  Tid tidOr(int index, Tid other) {
    return isNone(index) ? other : tid(index);
  }

  private Bytes eightBytes(int index) {
    Bytes wire = bytes(index);
    if (wire.length() != Long.BYTES) {
      throw bad("8 bytes expected");
    }
    return wire;
  }

  ArgumentException bad(String rule) {
    return new ArgumentException(WireErrors.type(method + ": " + rule));
  }
}
