package dev.objectdb.codec;

import static org.assertj.core.api.Assertions.assertThat;

import dev.objectdb.codec.pickle.CodecException;
import dev.objectdb.object.Bytes;
import dev.objectdb.object.Limits;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The promise of the codec: exact means that what JSONB keeps makes an equal record. */
class ExactnessTest {
  private static final RecordCodec CODEC = new RecordCodec(Limits.DEFAULT, false);
  private static final RecordCodec STRICT = new RecordCodec(Limits.DEFAULT, true);
  private static final int RECORDS = 3_000;

  static List<Vector> records() {
    return Vector.ofKind("record");
  }

  @ParameterizedTest
  @MethodSource("records")
  void anExactVectorComesBackEqual(Vector vector) throws InterruptedException {
    Bytes record = vector.hex("pickle_hex").orElseThrow();
    DeepStack.run(
        () -> {
          check(record, CODEC, false);
          check(record, STRICT, true);
        });
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 20260815, 42_424_242})
  void anExactRandomRecordComesBackEqual(long seed) {
    PickleGenerator generator = new PickleGenerator(seed);
    int exact = 0;
    for (int i = 0; i < RECORDS; i++) {
      Bytes record = generator.record();
      try {
        exact += check(record, CODEC, false) ? 1 : 0;
        check(record, STRICT, true);
      } catch (AssertionError | RuntimeException e) {
        throw new AssertionError("seed %d, record %d: %s".formatted(seed, i, record.toHex()), e);
      }
    }
    assertThat(exact).as("exact ones, else this proves nothing").isGreaterThan(RECORDS / 5);
  }

  @Test
  void strictIsNeverLaxer() {
    PickleGenerator generator = new PickleGenerator(7);
    for (int i = 0; i < RECORDS; i++) {
      Bytes record = generator.record();
      if (isExact(record, STRICT)) {
        assertThat(isExact(record, CODEC)).isTrue();
      }
    }
  }

  private static boolean isExact(Bytes record, RecordCodec codec) {
    try {
      return codec.toJson(record).exact();
    } catch (CodecException e) {
      return false;
    }
  }

  private static boolean check(Bytes record, RecordCodec codec, boolean attributeOrder) {
    JsonRecord columns;
    try {
      columns = codec.toJson(record);
    } catch (CodecException e) {
      return false;
    }
    String jsonb = Jsonb.text(columns.json().toUtf8()); // what is not exact must be JSONB as well
    if (!columns.exact()) {
      return false;
    }
    Bytes again = codec.toRecord(columns.classModule(), columns.className(), Bytes.ofUtf8(jsonb));
    assertThat(Loaded.of(again, attributeOrder)).isEqualTo(Loaded.of(record, attributeOrder));
    return true;
  }
}
