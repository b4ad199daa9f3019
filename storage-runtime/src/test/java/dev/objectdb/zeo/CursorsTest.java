package dev.objectdb.zeo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.objectdb.codec.pickle.PickleValue;
import dev.objectdb.object.Bytes;
import dev.objectdb.object.Limits;
import dev.objectdb.object.Oid;
import dev.objectdb.object.Tid;
import dev.objectdb.storage.StorageUnavailableException;
import dev.objectdb.storage.TransactionCursor;
import dev.objectdb.storage.TransactionMeta;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Iterators end when they are at their end, and say so in every other case. */
class CursorsTest {
  private static final long IDLE = LinkLimits.DEFAULT.cursorIdleMax().toNanos();
  private static final Tid TID = new Tid(7);
  private static final int MANY = 100;

  private final List<Endless> opened = new ArrayList<>();
  private long now;
  private final Cursors cursors =
      new Cursors(new Extensions(Limits.DEFAULT), LinkLimits.DEFAULT, () -> now);

  /** One transaction after the other, each with any number of records. */
  private static final class Endless implements TransactionCursor {
    boolean closed;
    boolean broken;

    /** As the engine's: after a failure it is closed, and a closed one has nothing more. */
    private <T> Optional<T> step(T answer) {
      if (broken && !closed) {
        closed = true;
        throw new StorageUnavailableException("the session is gone", null);
      }
      return closed ? Optional.empty() : Optional.of(answer);
    }

    @Override
    public Optional<Transaction> next() {
      return step(new Transaction(TID, TransactionMeta.EMPTY));
    }

    @Override
    public RecordCursor records(Tid tid) {
      return new RecordCursor() {
        @Override
        public Optional<Entry> next() {
          return step(new Entry(Oid.ROOT, tid, Bytes.ofUtf8("data"), null));
        }

        @Override
        public void close() {}
      };
    }

    @Override
    public void close() {
      closed = true;
    }
  }

  private long start() {
    Endless walk = new Endless();
    opened.add(walk);
    return id(cursors.start(walk));
  }

  private long startRecords(long walk) {
    assertThat(cursors.next(walk)).isInstanceOf(Reply.Result.class);
    return id(cursors.startRecords(walk, TID));
  }

  private static long id(Reply reply) {
    return ((PickleValue.Int) ((Reply.Result) reply).value()).value();
  }

  private static void assertKeyError(long id, Reply reply) {
    assertThat(reply).isInstanceOf(Reply.Failure.class);
    Reply.Failure failure = (Reply.Failure) reply;
    assertThat(failure.className()).isEqualTo("builtins.KeyError");
    assertThat(((PickleValue.Tuple) failure.state()).get(0)).isEqualTo(PickleValue.of(id));
  }

  @Test
  void aWalkWhoseRecordsAreReadDoesNotRest() {
    long walk = start();
    long records = startRecords(walk);
    for (int i = 0; i < MANY; i++) {
      now += IDLE;
      cursors.closeIdle();
      assertThat(cursors.nextRecord(records)).isInstanceOf(Reply.Result.class);
    }
    assertThat(cursors.next(walk)).isInstanceOf(Reply.Result.class);
  }

  @Test
  void aWalkWhoseRecordsAreReadIsNotTheOneThatMakesRoom() {
    long walk = start();
    long records = startRecords(walk);
    for (int i = 0; i < MANY; i++) {
      start();
      assertThat(cursors.nextRecord(records)).isInstanceOf(Reply.Result.class);
    }
    assertThat(opened.stream().filter(it -> !it.closed))
        .hasSize(LinkLimits.DEFAULT.cursorsMax())
        .contains(opened.getFirst());
  }

  @Test
  void whatRestedForTooLongIsAnErrorThatNamesIt() {
    long walk = start();
    long records = startRecords(walk);
    now += IDLE + 1;
    long other = start();
    cursors.closeIdle();
    assertThat(opened.getFirst().closed).isTrue();
    assertKeyError(records, cursors.nextRecord(records));
    assertKeyError(walk, cursors.next(walk));
    assertKeyError(walk, cursors.startRecords(walk, TID));
    assertThat(cursors.next(other)).isInstanceOf(Reply.Result.class);
  }

  @Test
  void whatMadeRoomIsAnErrorThatNamesIt() {
    long walk = start();
    long records = startRecords(walk);
    for (int i = 0; i < LinkLimits.DEFAULT.cursorsMax(); i++) {
      start();
    }
    assertThat(opened.getFirst().closed).isTrue();
    assertKeyError(records, cursors.nextRecord(records));
    assertKeyError(walk, cursors.next(walk));
  }

  /** The engine's cursor is closed by a failure, and would answer that nothing follows. */
  @Test
  void aWalkThatFailedIsAnErrorWheneverItIsAskedAgain() {
    long walk = start();
    opened.getFirst().broken = true;
    assertThatExceptionOfType(StorageUnavailableException.class)
        .isThrownBy(() -> cursors.next(walk));
    assertKeyError(walk, cursors.next(walk));
  }

  @Test
  void recordsThatFailedEndTheirWalkToo() {
    long walk = start();
    long records = startRecords(walk);
    opened.getFirst().broken = true;
    assertThatExceptionOfType(StorageUnavailableException.class)
        .isThrownBy(() -> cursors.nextRecord(records));
    assertKeyError(records, cursors.nextRecord(records));
    assertKeyError(walk, cursors.next(walk));
  }
}
