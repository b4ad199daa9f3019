package dev.objectdb.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.objectdb.codec.pickle.CodecException;
import dev.objectdb.object.Bytes;
import dev.objectdb.object.Limits;
import dev.objectdb.object.Oid;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RecordCodecTest {
  private static final RecordCodec CODEC = new RecordCodec(Limits.DEFAULT, false);
  private static final RecordCodec STRICT = new RecordCodec(Limits.DEFAULT, true);

  /** A record of class m.C whose state is given in Latin-1. */
  private static JsonRecord made(String state) {
    return CODEC.toJson(latin1("cm\nC\n." + state + "."));
  }

  private static Bytes latin1(String text) {
    return Bytes.wrap(text.getBytes(StandardCharsets.ISO_8859_1));
  }

  private static String text(String key) {
    return "X" + (char) key.length() + "\0\0\0" + key;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "x", "\0a", "hello, world", ".", "N", "X\u0005\0\0\0a", "\u0080\u0003"})
  void bytesThatAreNoRecordAreKeptAsTheyAre(String bytes) {
    JsonRecord made = CODEC.toJson(latin1(bytes));
    assertThat(made.classModule() + made.className()).isEmpty();
    assertThat(made.json().toUtf8()).isEqualTo("null");
    assertThat(made.refs()).isEmpty();
    assertThat(made.exact()).isFalse();
  }

  @Test
  void aPickleThatIsNoClassIsNoRecordEither() {
    JsonRecord made = CODEC.toJson(latin1("K\u0001."));
    assertThat(made.json().toUtf8()).isEqualTo("null");
    assertThat(made.exact()).isFalse();
  }

  @Test
  void aBlobAlwaysKeepsItsRecord() {
    JsonRecord blob = CODEC.toJson(latin1("cZODB.blob\nBlob\n.N."));
    assertThat(blob.classModule()).isEqualTo("ZODB.blob");
    assertThat(blob.json().toUtf8()).isEqualTo("null");
    assertThat(blob.exact()).isFalse();
  }

  @Test
  void aBlobRowWithoutRecordIsStillSeenAsABlob() {
    assertThat(CODEC.toRecord("ZODB.blob", "Blob", Bytes.ofUtf8("null")))
        .isEqualTo(latin1("\u0080\u0002cZODB.blob\nBlob\n.\u0080\u0002N."));
  }

  @Test
  void bothPicklesMayShareTheMemo() {
    JsonRecord made = CODEC.toJson(latin1("(" + text("m") + "q\0" + text("C") + "t.h\0."));
    assertThat(made.json().toUtf8()).isEqualTo("\"m\"");
    assertThat(made.exact()).isTrue();
  }

  @Test
  void attributesMayChangeTheirOrderUnlessStrict() {
    String attributes = "}(" + text("b") + "N" + text("a") + "Nu";
    Bytes record = latin1("cm\nC\n." + attributes + ".");
    assertThat(CODEC.toJson(record).exact()).isTrue();
    assertThat(STRICT.toJson(record).exact()).isFalse();
    assertThat(made("]" + attributes + "a").exact()).as("a dict that is a value").isFalse();
    assertThat(made("cm\nC\n)\u0081" + attributes + "b").exact()).as("an instance").isTrue();
  }

  @ParameterizedTest
  @CsvSource({"a, b, true", "b, a, false", "b, aa, true", "aa, b, false", "a, a, false"})
  void dictsAreExactIfJsonbKeepsTheirOrder(String first, String second, boolean exact) {
    assertThat(made("](}(" + text(first) + "N" + text(second) + "Nue").exact()).isEqualTo(exact);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "K\u0001",
        "G\0\0\0\0\0\0\0\0",
        ")q\0h\0\u0086",
        "C\u0001aq\0h\0\u0086",
        "K\u0001\u0085q\0h\0\u0086",
        "cm\nD\n",
        "(K\u0001\u0091q\0h\0\u0086"
      })
  void whatComesBackTheSameIsExact(String state) {
    assertThat(made(state).exact()).isTrue();
  }

  /** -0.0, NaN, 1e16; aliases, a cycle; opcodes that leave no trace; names with a dot or none. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "G\u0080\0\0\0\0\0\0\0",
        "G\u007f\u00f8\0\0\0\0\0\0",
        "GCA\u00c3y7\u00e0\u0080\0",
        "]q\0h\0\u0086",
        "]\u0085q\0h\0\u0086",
        "]q\0h\0a",
        "N2\u0086",
        "NN0",
        "cm\nOuter.Inner\n",
        "c\nC\n",
        "U\u0001a",
        "X\u0003\0\0\0\u00ed\u00a0\u0080",
        "(cm\nC\nK\u0001o",
        "cm\nC\n)\u0081}b}b",
        "cm\nC\n)\u0081}bNa",
        "cm\nC\n}b",
        "\u008fq\0h\0\u0086"
      })
  void whatWouldNotComeBackTheSameIsNotExact(String state) {
    assertThat(made(state).exact()).isFalse();
  }

  @Test
  void loneSurrogatesAreReplacedInTheJson() {
    JsonRecord made = made("X\5\0\0\0a\u00ed\u00a0\u0080b");
    assertThat(made.json().toUtf8()).isEqualTo("\"a\ufffdb\"");
    assertThat(made.exact()).isFalse();
  }

  @Test
  void surrogatesThatMakeAPairAreNotTakenForOneCharacter() {
    String halves = "X\6\0\0\0\u00ed\u00a0\u00bd\u00ed\u00b0\u0098";
    assertThat(made("V\\ud83d\\udc18\n").exact()).as("two characters").isFalse();
    assertThat(made("V\\U0001f418\n").exact()).as("one character").isTrue();
    assertThat(made(halves).exact()).isFalse();
    assertThat(made(text("m") + halves + "\u0093").exact()).as("name of a class").isFalse();
    assertThat(CODEC.toJson(latin1(text("m") + halves + "\u0086.N.")).exact())
        .as("name of the class")
        .isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\u0082\u0001",
        "cm\nD\0\n",
        "cdecimal\nDecimal\nX\u0002\0\0\u00001\0\u0085R",
        "\u0097",
        "X\u0001\0\0\0\u00ff"
      })
  void whatNoJsonCanHoldIsKeptAsBytes(String state) {
    JsonRecord made = made("(C\u0008\0\0\0\0\0\0\0\u0009Q" + state + "t");
    assertThat(made.json().toUtf8()).isEqualTo("null");
    assertThat(made.exact()).isFalse();
    assertThat(made.classModule()).isEqualTo("m");
    assertThat(made.refs()).containsExactly(new Oid(9));
  }

  @Test
  void classNamesMayBeAsLongAsTheLimitAndNoLonger() {
    String name = "\u00c3\u00a9".repeat(499) + "x";
    assertThat(CODEC.toJson(latin1("cm\n" + name + "\n.N.")).exact()).isTrue();
    JsonRecord over = CODEC.toJson(latin1("cmm\n" + name + "\n.K\u0001."));
    assertThat(over.classModule() + over.className()).isEmpty();
    assertThat(over.json().toUtf8()).isEqualTo("null");
    assertThat(over.exact()).isFalse();
  }

  @Test
  void aClassNameThatPostgresqlRefusesIsLeftOut() {
    JsonRecord made = CODEC.toJson(latin1("cm\nC\0\n.(C\u0008\0\0\0\0\0\0\0\u0009Qt."));
    assertThat(made.classModule() + made.className()).isEmpty();
    assertThat(made.json().toUtf8()).isEqualTo("null");
    assertThat(made.refs()).containsExactly(new Oid(9));
  }

  @Test
  void constructorArgumentsKeepTheClassAndTheBytes() {
    JsonRecord made = CODEC.toJson(latin1("cm\nC\nK\u0001\u0085\u0086.}."));
    assertThat(made.classModule()).isEqualTo("m");
    assertThat(made.className()).isEqualTo("C");
    assertThat(made.json().toUtf8()).isEqualTo("{}");
    assertThat(made.exact()).isFalse();
  }

  @Test
  void oidsMayHave63BitsAndNoMore() {
    assertThat(made("C\u0008\u007f\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ffQ").refs())
        .containsExactly(new Oid(Long.MAX_VALUE));
    assertThatExceptionOfType(CodecException.class)
        .isThrownBy(() -> made("C\u0008\u0080\0\0\0\0\0\0\0Q"))
        .satisfies(e -> assertThat(e.offset()).isEqualTo(8));
  }

  @Test
  void referencesOfPython2AreFound() {
    JsonRecord made = made("U\u0008\0\0\0\0\0\0\0\u0003cm\nD\n\u0086Q");
    assertThat(made.refs()).containsExactly(new Oid(3));
    assertThat(made.json().toUtf8()).isEqualTo("{\"@ref\":[\"0000000000000003\",\"m.D\"]}");
    assertThat(made.exact()).isTrue();
  }

  @Test
  void referencesAreFoundWhereverTheyStand() {
    String reference = "C\u0008\0\0\0\0\0\0\0%cQ";
    JsonRecord made =
        CODEC.toJson(
            latin1(
                "cm\nC\n"
                    + reference.formatted(1) // in the arguments of the class
                    + "\u0085\u0086.("
                    + reference.formatted(2)
                    + "0" // taken off again
                    + reference.formatted(3)
                    + ")R" // called
                    + reference.formatted(4)
                    + "Q" // inside a reference
                    + "(U\u0001wC\u0008\0\0\0\0\0\0\0\u0005\u0085lQ" // weak
                    + "t."));
    assertThat(made.refs()).extracting(Oid::value).containsExactly(1L, 2L, 3L, 4L);
    assertThat(made.exact()).isFalse();
  }

  @Test
  void brokenJsonSaysWhere() {
    assertThatExceptionOfType(CodecException.class)
        .isThrownBy(() -> CODEC.toRecord("m", "C", Bytes.ofUtf8("{\"a\": x}")))
        .satisfies(e -> assertThat(e.offset()).isBetween(6, 8));
    assertThatExceptionOfType(CodecException.class)
        .isThrownBy(() -> CODEC.toRecord("m", "C", Bytes.ofUtf8("1 2")));
    assertThatExceptionOfType(CodecException.class)
        .isThrownBy(() -> CODEC.toRecord("m", "C", Bytes.EMPTY));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "1.0|1.0",
        "1e-5|0.00001",
        "9.999e-6|9.999e-6",
        "1e15|1000000000000000.0",
        "1e16|1e16",
        "1.2345678901234568e17|1.2345678901234568e17",
        "4.9E-324|5e-324",
        "9.9E-324|1e-323",
        "2e-323|2e-323",
        "123.456|123.456",
        "1e23|1e23",
        "0.1|0.1",
        "1e-7|1e-7",
        "-1.5|-1.5",
        "1.7976931348623157e308|1.7976931348623157e308",
        "2.2250738585072014E-308|2.2250738585072014e-308"
      })
  void floatsTakeTheirShortestForm(double value, String expected) {
    StringBuilder state = new StringBuilder("G");
    long bits = Double.doubleToRawLongBits(value);
    for (int shift = 56; shift >= 0; shift -= 8) {
      state.append((char) (bits >> shift & 0xff));
    }
    assertThat(made(state.toString()).json().toUtf8()).isEqualTo(expected);
  }
}
