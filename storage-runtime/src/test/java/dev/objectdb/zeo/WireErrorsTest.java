package dev.objectdb.zeo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.objectdb.codec.pickle.PickleValue;
import dev.objectdb.object.Oid;
import dev.objectdb.object.Tid;
import dev.objectdb.storage.ConflictException;
import dev.objectdb.storage.InvalidRecordException;
import dev.objectdb.storage.PosKeyException;
import dev.objectdb.storage.ReadConflictException;
import dev.objectdb.storage.StorageException;
import dev.objectdb.storage.StorageTransactionException;
import dev.objectdb.storage.StorageUnavailableException;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The names and states that clients rebuild exceptions from; anything else hangs a caller. */
class WireErrorsTest {
  private static final Oid OID = new Oid(7);
  private static final Tid ONE = new Tid(1);
  private static final Tid TWO = new Tid(2);

  static Stream<Arguments> errors() {
    return Stream.of(
        Arguments.of(new PosKeyException(OID), "POSKeyError", "tuple"),
        Arguments.of(new ConflictException(OID, TWO, ONE), "ConflictError", "conflict"),
        Arguments.of(new ReadConflictException(OID, TWO, ONE), "ReadConflictError", "conflict"),
        Arguments.of(new StorageTransactionException("x"), "StorageTransactionError", "tuple"),
        Arguments.of(new InvalidRecordException(OID, "x", null), "StorageError", "tuple"),
        Arguments.of(new StorageUnavailableException("x", null), "StorageError", "tuple"));
  }

  @ParameterizedTest
  @MethodSource("errors")
  void everyExceptionHasItsNameAndState(StorageException exception, String name, String form) {
    Reply.Failure failure = WireErrors.of(exception);
    assertThat(failure.className()).isEqualTo("ZODB.POSException." + name);
    if (form.equals("tuple")) {
      assertThat(failure.state()).isInstanceOf(PickleValue.Tuple.class);
    } else {
      PickleValue.Dict state = (PickleValue.Dict) failure.state();
      assertThat(List.of(state.key(0), state.key(1), state.key(2), state.key(3)))
          .map(Object::toString)
          .containsExactly("message", "oid", "class_name", "serials");
      PickleValue.Tuple serials = (PickleValue.Tuple) state.value(3);
      assertThat(serials.items())
          .as("committed, base")
          .containsExactly(Reply.value(TWO), Reply.value(ONE));
    }
  }
}
