package dev.objectdb.codec.pickle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.objectdb.object.Bytes;
import dev.objectdb.object.Limits;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PickleWriterTest {
  private static String hex(PickleValue value) {
    String all = PickleWriter.write(value).toHex();
    assertThat(all).startsWith("8003").endsWith("2e");
    return all.substring(4, all.length() - 2);
  }

  @ParameterizedTest
  @CsvSource({
    "0, 4b00",
    "255, 4bff",
    "256, 4d0001",
    "65535, 4dffff",
    "65536, 4a00000100",
    "-1, 4affffffff",
    "2147483647, 4affffff7f",
    "2147483648, 8a050000008000",
    "-2147483649, 8a05ffffff7fff",
    "9223372036854775807, 8a08ffffffffffffff7f"
  })
  void intsTakeTheirSmallestForm(long value, String expected) {
    assertThat(hex(PickleValue.of(value))).isEqualTo(expected);
  }

  @Test
  void longIntsGrowTheirLength() {
    assertThat(hex(new PickleValue.BigInt(BigInteger.TWO.pow(64))))
        .isEqualTo("8a09000000000000000001");
    assertThat(hex(new PickleValue.BigInt(BigInteger.TWO.pow(8 * 256)))).startsWith("8b01010000");
  }

  @Test
  void plainValuesUseTheVocabularyOfTheWire() {
    assertThat(hex(PickleValue.None.NONE)).isEqualTo("4e");
    assertThat(hex(PickleValue.of(true))).isEqualTo("88");
    assertThat(hex(PickleValue.of(false))).isEqualTo("89");
    assertThat(hex(new PickleValue.Real(1.5))).isEqualTo("473ff8000000000000");
    assertThat(hex(PickleValue.of("vote"))).isEqualTo("5804000000766f7465");
    assertThat(hex(PickleValue.of(Bytes.ofHex("0102")))).isEqualTo("43020102");
    assertThat(hex(PickleValue.of(Bytes.wrap(new byte[256])))).startsWith("420001000000");
    assertThat(hex(PickleValue.tuple())).isEqualTo("29");
    assertThat(hex(PickleValue.tuple(one()))).isEqualTo("4b0185");
    assertThat(hex(PickleValue.tuple(one(), one()))).isEqualTo("4b014b0186");
    assertThat(hex(PickleValue.tuple(one(), one(), one()))).isEqualTo("4b014b014b0187");
    assertThat(hex(PickleValue.tuple(one(), one(), one(), one())))
        .isEqualTo("284b014b014b014b0174");
    assertThat(hex(PickleValue.list(List.of()))).isEqualTo("5d");
    assertThat(hex(PickleValue.list(List.of(one())))).isEqualTo("5d4b0161");
    assertThat(hex(PickleValue.list(List.of(one(), one())))).isEqualTo("5d284b014b0165");
    assertThat(hex(PickleValue.dict())).isEqualTo("7d");
    assertThat(hex(PickleValue.dict(one(), one()))).isEqualTo("7d4b014b0173");
    assertThat(hex(PickleValue.dict(one(), one(), one(), one())))
        .isEqualTo("7d284b014b014b014b0175");
  }

  private static PickleValue one() {
    return PickleValue.of(1);
  }

  @Test
  void longByteStringsAreSentWithoutACopy() throws IOException {
    byte[] large = new byte[100_000];
    PickleWriter writer = new PickleWriter();
    PickleValue record = PickleValue.of(Bytes.wrap(large));
    writer.begin(3).value(PickleValue.tuple(one(), record, PickleValue.of("after"))).end();
    large[99_999] = 7; // what a caller must never do shows here that nothing was copied
    ByteArrayOutputStream sent = new ByteArrayOutputStream();
    writer.writeTo(sent);
    assertThat(sent.toByteArray()).isEqualTo(writer.toBytes().array()).hasSize(writer.length());
    PickleValue.Tuple read =
        (PickleValue.Tuple) new PickleReader(Bytes.wrap(sent.toByteArray()), Limits.DEFAULT).read();
    assertThat(read.get(1)).isEqualTo(record);
    assertThat(read.get(2)).hasToString("after");
  }

  /**
   * A date; an instance with state; old and odd things; aliases; cycles through list and object.
   */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "cdatetime\ndate\nC\u0004\u0007\u00e9\u0006\u000f\u0085R.",
        "cZopeUndo.Prefix\nPrefix\n)\u0081}X\u0001\u0000\u0000\u0000aK\u0001sb.",
        "ccollections\ndeque\n)R(K\u0001K\u0002e.",
        "ccollections\nOrderedDict\n)RK\u0001K\u0002s.",
        "U\u0003abc.",
        "(cm\nOld\nK\u0001oNb.",
        "K\u0005Q.",
        "]q\u0000h\u0000\u0086.",
        "]q\u0000h\u0000a.",
        "cm\nC\n)\u0081q\u0000}X\u0002\u0000\u0000\u0000meh\u0000sb.",
        "](K\u0001K\u0002\u0086q\u0000h\u0000e."
      })
  void inertTreesAreWrittenAsTheyWereRead(String pickle) {
    byte[] bytes = pickle.getBytes(StandardCharsets.ISO_8859_1);
    PickleValue tree = new PickleReader(Bytes.wrap(bytes), Limits.DEFAULT).read();
    assertThat(new String(PickleWriter.write(tree).array(), StandardCharsets.ISO_8859_1))
        .isEqualTo("\u0080\u0003" + pickle);
  }

  @Test
  void setsAndByteArraysTakeTheirProtocolThreeForm() {
    assertThat(hex(readHex("8f284b01902e"))).isEqualTo("636275696c74696e730a7365740a5d4b01618552");
    assertThat(hex(readHex("960100000000000000072e")))
        .isEqualTo("636275696c74696e730a6279746561727261790a4301078552");
  }

  private static PickleValue readHex(String hex) {
    return new PickleReader(Bytes.ofHex(hex), Limits.DEFAULT).read();
  }

  @Test
  void nestedAliasesStaySmall() {
    StringBuilder laughs = new StringBuilder("5d7100");
    for (int i = 0; i < 100; i++) {
      laughs.append("5d71%02x2868%02x68%02x65".formatted(i + 1, i, i));
    }
    assertThat(PickleWriter.write(readHex(laughs + "2e")).length()).isLessThan(2_000);
  }

  @Test
  void whatHasNoFormIsRefused() {
    assertThatExceptionOfType(CodecException.class)
        .isThrownBy(() -> PickleWriter.write(readHex("82012e")));
    assertThatExceptionOfType(CodecException.class)
        .isThrownBy(() -> new PickleWriter().global("a\nb", "c"));
    String atLimit = "4e" + "85".repeat(999) + "2e";
    assertThat(PickleWriter.write(readHex(atLimit)).length()).isEqualTo(1_003);
    assertThatExceptionOfType(CodecException.class)
        .isThrownBy(() -> PickleWriter.write(readHex("4e" + "85".repeat(1_000) + "2e")));
  }
}
