package dev.objectdb.codec.pickle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.objectdb.codec.pickle.PickleValue.Dict;
import dev.objectdb.codec.pickle.PickleValue.Foreign;
import dev.objectdb.codec.pickle.PickleValue.Int;
import dev.objectdb.codec.pickle.PickleValue.ListValue;
import dev.objectdb.codec.pickle.PickleValue.ObjectValue;
import dev.objectdb.codec.pickle.PickleValue.Text;
import dev.objectdb.codec.pickle.PickleValue.Tuple;
import dev.objectdb.object.Bytes;
import dev.objectdb.object.Limits;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PickleReaderTest {
  private static PickleValue read(Bytes pickle) {
    return new PickleReader(pickle, Limits.DEFAULT).read();
  }

  private static PickleValue readHex(String hex) {
    return read(Bytes.ofHex(hex.replace(" ", "")));
  }

  private static PickleValue readLatin1(String pickle) {
    return read(Bytes.wrap(pickle.getBytes(StandardCharsets.ISO_8859_1)));
  }

  @ParameterizedTest
  @CsvSource({
    "4b ff 2e, 255",
    "4d ffff 2e, 65535",
    "4a ffffffff 2e, -1",
    "8a 00 2e, 0",
    "8a 01 80 2e, -128",
    "8a 05 0000008000 2e, 2147483648",
    "8a 08 0000000000000080 2e, -9223372036854775808",
    "49 2d 37 0a 2e, -7",
    "4c 37 4c 0a 2e, 7",
    "8b 02000000 0080 2e, -32768"
  })
  void intsOfAllOpcodesAreRead(String hex, long expected) {
    assertThat(readHex(hex)).isEqualTo(new Int(expected));
  }

  @Test
  void intsOver64BitsAreRead() {
    assertThat(readHex("8a 09 ffffffffffffff7fff 2e"))
        .isEqualTo(
            new PickleValue.BigInt(BigInteger.TWO.pow(63).negate().subtract(BigInteger.ONE)));
    assertThat(readLatin1("I99999999999999999999\n."))
        .isEqualTo(new PickleValue.BigInt(new BigInteger("99999999999999999999")));
  }

  @Test
  void numbersOfOverTenThousandDigitsAreReadOverNotConverted() {
    assertThat(readLatin1("L" + "9".repeat(10_000) + "L\n."))
        .isInstanceOf(PickleValue.BigInt.class);
    assertThat(readLatin1("L" + "9".repeat(10_001) + "L\n.")).isEqualTo(new Foreign(Opcode.LONG));
    assertThat(readHex("8b 39100000" + "7f".repeat(4153) + "2e"))
        .isInstanceOf(PickleValue.BigInt.class);
    assertThat(readHex("8b 3a100000" + "7f".repeat(4154) + "2e"))
        .isEqualTo(new Foreign(Opcode.LONG4));
  }

  @Test
  void booleansOfProtocolZeroAreBooleans() {
    assertThat(readLatin1("I01\n.")).isEqualTo(PickleValue.Bool.TRUE);
    assertThat(readLatin1("I00\n.")).isEqualTo(PickleValue.Bool.FALSE);
    assertThat(readLatin1("I1\n.")).isEqualTo(new Int(1));
  }

  @Test
  void floatsAreRead() {
    assertThat(readHex("47 3ff8000000000000 2e")).isEqualTo(new PickleValue.Real(1.5));
    assertThat(readLatin1("F-1e3\n.")).isEqualTo(new PickleValue.Real(-1000));
    assertThat(readLatin1("Fnan\n.")).isEqualTo(new PickleValue.Real(Double.NaN));
    assertThat(readLatin1("F-inf\n.")).isEqualTo(new PickleValue.Real(Double.NEGATIVE_INFINITY));
    assertThat(readLatin1("F0x1p3\n.")).isEqualTo(new Foreign(Opcode.FLOAT));
  }

  @Test
  void textKeepsLoneSurrogates() {
    PickleValue value = readHex("58 05000000 61 eda080 62 2e");
    assertThat(value).hasToString("a\ud800b");
    assertThat(Text.of("a\ud800b")).isEqualTo(value);
    assertThat(Text.of("\ud83d\ude00\udc00").toString()).isEqualTo("\ud83d\ude00\udc00");
  }

  @Test
  void surrogatesThatMakeAPairStayTwo() {
    assertThat(readLatin1("V\\ud83d\\udc18\\U0000d83d\\U0001f418\n."))
        .isEqualTo(readHex("58 0d000000 eda0bd edb098 eda0bd f09f9098 2e"))
        .isNotEqualTo(Text.of("\ud83d\udc18\ud83d\ud83d\udc18"));
  }

  @ParameterizedTest
  @CsvSource({"ff", "c0 80", "e0 80 80", "ed a0", "f5 80 80 80", "f4 90 80 80", "80", "c3 28"})
  void textThatIsNotUtf8IsReadOver(String hex) {
    String bytes = hex.replace(" ", "");
    assertThat(readHex("58 %02x000000 %s 2e".formatted(bytes.length() / 2, bytes)))
        .isEqualTo(new Foreign(Opcode.BINUNICODE));
  }

  @Test
  void unicodeOfProtocolZeroIsRawEscaped() {
    assertThat(readLatin1("Vcaf\u00e9 \\u20ac\\U0001f600 \\\\u0041 \\n\n."))
        .hasToString("caf\u00e9 \u20ac\ud83d\ude00 \\\\u0041 \\n");
    assertThat(readLatin1("V\\u12\n.")).isEqualTo(new Foreign(Opcode.UNICODE));
  }

  @Test
  void stringsOfProtocolZeroAreUnescaped() {
    PickleValue value = readLatin1("S'it\\'s \\x41\\n\\101\\q'\n.");
    assertThat(((PickleValue.ByteString) value).toBytes()).isEqualTo(Bytes.ofUtf8("it's A\nA\\q"));
    assertThat(readLatin1("S'open\n.")).isEqualTo(new Foreign(Opcode.STRING));
  }

  @Test
  void containersHoldTheirItemsInOrder() {
    assertThat(((Tuple) readHex("28 4b01 4b02 4b03 4b04 74 2e")).items())
        .containsExactly(new Int(1), new Int(2), new Int(3), new Int(4));
    assertThat(((ListValue) readHex("5d 28 4b01 4b02 65 4b03 61 2e")).items())
        .containsExactly(new Int(1), new Int(2), new Int(3));
    Dict dict = (Dict) readHex("7d 28 4b01 4b02 75 4b03 4b04 73 2e");
    assertThat(dict.pairs()).containsExactly(new Int(1), new Int(2), new Int(3), new Int(4));
    assertThat(((PickleValue.SetValue) readHex("28 4b01 91 2e")).isFrozen()).isTrue();
  }

  @Test
  void whatThePickleSharesIsOneNodeAndMarked() {
    Tuple pair = (Tuple) readHex("5d 71 00 68 00 86 2e");
    assertThat(pair.get(0)).isSameAs(pair.get(1));
    assertThat(((ListValue) pair.get(0)).isAliased()).isTrue();
    assertThat(pair.isAliased()).isFalse();
    ListValue cycle = (ListValue) readHex("5d 94 68 00 61 2e");
    assertThat(cycle.items().getFirst()).isSameAs(cycle);
  }

  @Test
  void objectsAreDataAndNothingRuns() {
    ObjectValue system = (ObjectValue) readLatin1("cos\nsystem\n(S'ls'\ntR.");
    assertThat(system.kind()).isEqualTo(ObjectValue.Kind.REDUCE);
    assertThat(system.callable()).isEqualTo(new PickleValue.Global("os", "system"));
    ObjectValue old = (ObjectValue) readLatin1("(im\nOld\n}b.");
    assertThat(old.kind()).isEqualTo(ObjectValue.Kind.INST);
    assertThat(old.state()).isInstanceOf(Dict.class);
  }

  @Test
  void persistentReferencesAreCollectedInOrder() {
    PickleReader reader =
        new PickleReader(
            Bytes.ofHex("284b01514b025130505834590a742e".replace("58", "35")), Limits.DEFAULT);
    reader.read();
    assertThat(reader.persistentRefs())
        .extracting(PickleValue.PersistentRef::id)
        .containsExactly(new Int(1), new Int(2), Text.of("54Y"));
    assertThat(reader.isPlain()).isFalse();
  }

  @Test
  void twoPicklesShareOneMemo() {
    PickleReader reader =
        new PickleReader(Bytes.ofHex("80034b0771002e80036800 2e".replace(" ", "")), Limits.DEFAULT);
    assertThat(reader.read()).isEqualTo(new Int(7));
    assertThat(reader.read()).isEqualTo(new Int(7));
  }

  @ParameterizedTest
  @CsvSource({
    "'', 0",
    "80, 1",
    "4b, 1",
    "58 05000000 61, 1",
    "58 ffffffff 61, 1",
    "8b ffffffff 61, 5",
    "2e, 0",
    "85 2e, 0",
    "4b01 28 85 2e, 3",
    "74 2e, 0",
    "ff 2e, 0",
    "68 00 2e, 0",
    "5d 4b01 4b02 73 2e, 5",
    "7d 28 4b01 75 2e, 4",
    "4b01 4b02 61 2e, 4",
    "28 6f 2e, 1",
    "67 2d310a 4e 2e, 0"
  })
  void brokenPicklesSayWhere(String hex, int offset) {
    assertThatExceptionOfType(CodecException.class)
        .isThrownBy(() -> readHex(hex))
        .satisfies(e -> assertThat(e.offset()).isLessThanOrEqualTo(offset + 5));
  }

  @Test
  void memoEntriesAreLimited() {
    Limits two = new Limits(1, 1, 1, 1, 100, 2, 1, 1);
    Bytes atLimit = Bytes.ofHex("4e710071014e71012e");
    Bytes over = Bytes.ofHex("4e7100710171022e");
    assertThat(new PickleReader(atLimit, two).read()).isEqualTo(PickleValue.None.NONE);
    assertThatExceptionOfType(CodecException.class)
        .isThrownBy(() -> new PickleReader(over, two).read())
        .satisfies(e -> assertThat(e.offset()).isEqualTo(5));
  }

  /** Some bytes each, and each takes memory until the pickle ends: values, aliases, marks. */
  @ParameterizedTest
  @ValueSource(
      strings = {"5d", "29", "7d", "8f", "4e", "28", "32", "6800", "4b07", "5327270a", "50610a"})
  void valuesAreLimited(String opcode) {
    Limits ten = new Limits(1, 1, 1, 1, 10, 1, 1, 1);
    String first = "4e7100"; // for those that repeat it
    Bytes atLimit = Bytes.ofHex(first + opcode.repeat(9));
    Bytes over = Bytes.ofHex(first + opcode.repeat(10));
    assertThatExceptionOfType(CodecException.class)
        .isThrownBy(() -> new PickleReader(atLimit, ten).read())
        .withMessageStartingWith("pickle ends too early");
    assertThatExceptionOfType(CodecException.class)
        .isThrownBy(() -> new PickleReader(over, ten).read())
        .withMessageStartingWith("too many values")
        .satisfies(e -> assertThat(e.offset()).isEqualTo(over.length() - opcode.length() / 2));
  }

  @Test
  void theValuesOfAllPicklesOfAReaderCountTogether() {
    Limits three = new Limits(1, 1, 1, 1, 3, 1, 1, 1);
    PickleReader reader = new PickleReader(Bytes.ofHex("4e852e" + "4e852e"), three);
    assertThat(reader.read()).isInstanceOf(Tuple.class);
    assertThatExceptionOfType(CodecException.class)
        .isThrownBy(reader::read)
        .satisfies(e -> assertThat(e.offset()).isEqualTo(4));
  }

  @Test
  void farMemoSlotsCostNoMemory() {
    StringBuilder hex = new StringBuilder("4b07");
    for (int i = 0; i < 1000; i++) {
      hex.append("72%08x".formatted(Integer.reverseBytes(0xffff_ffff - i * 1_000_003)));
    }
    assertThat(readHex(hex + "306a" + "ffffffff" + "2e")).isEqualTo(new Int(7));
  }

  @Test
  void depthAndLengthAreNoLimits() {
    byte[] deep = new byte[1_000_002];
    Arrays.fill(deep, (byte) Opcode.TUPLE1.code());
    deep[0] = 'N';
    deep[deep.length - 1] = '.';
    assertThat(read(Bytes.wrap(deep))).isInstanceOf(Tuple.class);
    Arrays.fill(deep, (byte) '(');
    assertThatExceptionOfType(CodecException.class).isThrownBy(() -> read(Bytes.wrap(deep)));
  }
}
