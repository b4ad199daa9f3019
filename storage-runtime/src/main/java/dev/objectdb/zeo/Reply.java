package dev.objectdb.zeo;

import dev.objectdb.codec.pickle.PickleValue;
import dev.objectdb.object.Bytes;
import dev.objectdb.object.Oid;
import dev.objectdb.object.Tid;
import java.util.Collection;

/** What a call is answered with. */
sealed interface Reply {
  /** The answer of calls that only confirm. */
  Reply NONE = new Result(PickleValue.None.NONE);

  /** A result, as the client's caller gets it. */
  record Result(PickleValue value) implements Reply {}

  /**
   * An error. The client rebuilds a few classes by name; any other becomes its {@code
   * ServerException(className, state)}.
   *
   * @param className dotted name of a Python class
   * @param state the exception's attributes as a dict, or its arguments as a tuple
   */
  record Failure(String className, PickleValue state) implements Reply {}

  static Reply of(PickleValue value) {
    return new Result(value);
  }

  static Reply of(Bytes bytes) {
    return new Result(PickleValue.of(bytes));
  }

  static Reply of(Tid tid) {
    return new Result(value(tid));
  }

  static PickleValue value(Tid tid) {
    return PickleValue.of(tid.toBytes());
  }

  static PickleValue value(Oid oid) {
    return PickleValue.of(oid.toBytes());
  }

  static PickleValue value(Collection<Oid> oids) {
    return PickleValue.list(oids.stream().map(Reply::value).toList());
  }
}
