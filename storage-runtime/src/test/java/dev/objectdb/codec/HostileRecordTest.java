package dev.objectdb.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.objectdb.codec.pickle.CodecException;
import dev.objectdb.codec.pickle.PickleReader;
import dev.objectdb.codec.pickle.PickleValue;
import dev.objectdb.object.Bytes;
import dev.objectdb.object.Limits;
import dev.objectdb.object.Oid;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Input from somebody who wants us to fail: the answer is a result or a CodecException. */
class HostileRecordTest {
  private static final RecordCodec CODEC = new RecordCodec(Limits.DEFAULT, false);
  private static final String CLASS = "636d0a430a2e";

  /** Recursion must fit into the stack of any thread, with room for who calls. */
  private static final long SMALL_STACK = 768 << 10;

  private static Bytes hex(String state) {
    return Bytes.ofHex(CLASS + state);
  }

  private static void survives(byte[] record) {
    try {
      CODEC.toJson(Bytes.wrap(record));
    } catch (CodecException e) {
      assertThat(e.offset()).isBetween(0, record.length);
    }
  }

  private static List<Bytes> shortRecords() {
    return Vector.ALL.stream()
        .flatMap(vector -> vector.hex("pickle_hex").stream())
        .filter(record -> record.length() < 250)
        .toList();
  }

  @Test
  void everyPrefixOfARecordIsAResultOrARefusal() {
    for (Bytes record : shortRecords()) {
      for (int length = 0; length < record.length(); length++) {
        survives(Arrays.copyOf(record.array(), length));
      }
    }
  }

  @Test
  void everyChangedByteIsAResultOrARefusal() {
    Random random = new Random(17);
    for (Bytes record : shortRecords()) {
      for (int at = 0; at < record.length(); at++) {
        byte[] changed = record.array().clone();
        changed[at] = (byte) random.nextInt(256);
        survives(changed);
        changed[at] = (byte) (record.get(at) ^ 1 << random.nextInt(8));
        survives(changed);
      }
    }
  }

  @Test
  void randomRecordsWithChangedBytesAreResultsOrRefusals() {
    PickleGenerator generator = new PickleGenerator(23);
    Random random = new Random(29);
    for (int i = 0; i < 20_000; i++) {
      byte[] record = generator.record().array().clone();
      for (int changes = 1 + random.nextInt(3); changes > 0; changes--) {
        record[random.nextInt(record.length)] = (byte) random.nextInt(256);
      }
      survives(record);
    }
  }

  @Test
  void everyChangedJsonIsAResultOrARefusal() {
    Random random = new Random(31);
    String alphabet = "{}[]\":,@0123456789-+.eEtdbcls\u00e9\\";
    for (Vector vector : Vector.ALL) {
      String json = vector.text("json");
      for (int i = 0; i < Math.min(60, json.length()); i++) {
        StringBuilder changed = new StringBuilder(json);
        int at = random.nextInt(json.length());
        changed.setCharAt(at, alphabet.charAt(random.nextInt(alphabet.length())));
        survivesJson(vector, changed.toString());
        survivesJson(vector, json.substring(0, at));
      }
    }
  }

  private static void survivesJson(Vector vector, String json) {
    try {
      CODEC.toRecord(vector.text("class_mod"), vector.text("class_name"), Bytes.ofUtf8(json));
    } catch (CodecException e) {
      assertThat(e.offset()).isGreaterThanOrEqualTo(0);
    }
  }

  @Test
  void aHundredThousandLevelsAreKeptAsBytes() throws InterruptedException {
    String reference = "4308000000000000000751";
    List<Bytes> deep =
        List.of(
            hex(reference + "85".repeat(100_000) + "2e"),
            hex("5d".repeat(100_000) + reference + "61".repeat(100_000) + "2e"),
            hex("7d4e".repeat(100_000) + reference + "73".repeat(100_000) + "2e"),
            hex("636d0a430a".repeat(50_000) + reference + "8552".repeat(50_000) + "2e"));
    DeepStack.run(
        SMALL_STACK,
        () -> {
          for (Bytes record : deep) {
            JsonRecord made = CODEC.toJson(record);
            assertThat(made.json().toUtf8()).isEqualTo("null");
            assertThat(made.exact()).isFalse();
            assertThat(made.refs()).containsExactly(new Oid(7));
          }
        });
  }

  @Test
  void jsonMayBeNestedAsDeepAsTheLimitAndNoDeeper() throws InterruptedException {
    Bytes atLimit = hex("5d".repeat(1_000) + "4e" + "61".repeat(1_000) + "2e");
    Bytes over = hex("5d".repeat(1_001) + "4e" + "61".repeat(1_001) + "2e");
    DeepStack.run(
        SMALL_STACK,
        () -> {
          JsonRecord made = CODEC.toJson(atLimit);
          assertThat(made.exact()).isTrue();
          assertThat(made.json().toUtf8())
              .isEqualTo("[".repeat(1_000) + "null" + "]".repeat(1_000));
          Bytes again = CODEC.toRecord("m", "C", made.json());
          assertThat(CODEC.toJson(again)).isEqualTo(made);
          assertThat(CODEC.toJson(over).json().toUtf8()).isEqualTo("null");
          assertThat(CODEC.toJson(over).exact()).isFalse();
        });
  }

  @Test
  void jsonOfAnyDepthIsAResultOrARefusal() throws InterruptedException {
    DeepStack.run(
        SMALL_STACK,
        () -> {
          for (int depth : new int[] {1_001, 9_000, 100_000}) {
            String arrays = "[".repeat(depth) + "]".repeat(depth);
            String tuples = "{\"@t\":[".repeat(depth) + "]}".repeat(depth);
            for (String json : List.of(arrays, tuples)) {
              assertThatExceptionOfType(CodecException.class)
                  .isThrownBy(() -> CODEC.toRecord("m", "C", Bytes.ofUtf8(json)));
            }
          }
        });
  }

  @Test
  void nestedAliasesDoNotMultiply() {
    StringBuilder laughs = new StringBuilder("5d7100");
    for (int i = 0; i < 200; i++) {
      laughs.append("5d71%02x2868%02x68%02x65".formatted(i + 1, i, i));
    }
    JsonRecord made = CODEC.toJson(hex(laughs + "2e"));
    assertThat(made.json().toUtf8()).isEqualTo("null");
    assertThat(made.exact()).isFalse();
  }

  @Test
  void jsonGrowsToALimitAndNoFurther() {
    // One text of 10,000 bytes, which the memo repeats: three bytes each, a comma and quotes in
    // JSON.
    String text = "58" + "10270000" + "61".repeat(10_000) + "7100";
    int fits = (1 << 20) / 10_003;
    JsonRecord small = CODEC.toJson(hex("5d28" + text + "6800".repeat(fits - 1) + "652e"));
    assertThat(small.exact()).isTrue();
    assertThat(small.json().length()).isEqualTo(fits * 10_003 + 1);
    JsonRecord large = CODEC.toJson(hex("5d28" + text + "6800".repeat(fits) + "652e"));
    assertThat(large.json().toUtf8()).isEqualTo("null");
    assertThat(large.exact()).isFalse();
  }

  @Test
  void moreThanAHundredThousandMemoEntriesAreNoLimit() {
    ByteArrayOutputStream record = new ByteArrayOutputStream();
    record.writeBytes(hex("5d28").array());
    for (int i = 0; i < 150_000; i++) {
      byte[] text = Integer.toString(i).getBytes(StandardCharsets.US_ASCII);
      record.writeBytes(new byte[] {'X', (byte) text.length, 0, 0, 0});
      record.writeBytes(text);
      record.writeBytes(new byte[] {'r', (byte) i, (byte) (i >> 8), (byte) (i >> 16), 0});
    }
    record.writeBytes(new byte[] {'h', 7, 'e', '.'});
    JsonRecord made = CODEC.toJson(Bytes.wrap(record.toByteArray()));
    assertThat(made.exact()).isTrue();
    assertThat(made.json().toUtf8()).endsWith("\"149999\",\"7\"]");
  }

  @Test
  void anAnnouncedLengthIsNotBelieved() {
    for (String opcode : List.of("58", "42", "54", "8b", "8d", "8e", "96")) {
      for (String length :
          List.of("ffffff7f", "ffffffff", "ffffffffffffff7f", "ffffffffffffffff")) {
        assertThatExceptionOfType(CodecException.class)
            .isThrownBy(() -> CODEC.toJson(hex(opcode + length + "61616161616161612e")));
      }
    }
  }

  /** Each byte of these makes a node of some 50 bytes, or a place on the stack. */
  @Test
  void aRecordOfNothingButEmptyNodesIsRefusedBeforeItTakesTheMemory() {
    for (char opcode : "])}N(".toCharArray()) {
      byte[] record = new byte[Limits.DEFAULT.pickleValuesMax() + 100];
      Arrays.fill(record, (byte) opcode);
      System.arraycopy(Bytes.ofHex(CLASS).array(), 0, record, 0, CLASS.length() / 2);
      assertThatExceptionOfType(CodecException.class)
          .as("%s", opcode)
          .isThrownBy(() -> CODEC.toJson(Bytes.wrap(record)))
          .withMessageStartingWith("too many values");
    }
  }

  /** What an escape spells is never longer than the escape. */
  @Test
  void escapedTextTakesNoMoreThanItsLength() {
    for (String escape : List.of("\\x41", "\\101", "\\n", "\\z", "\\\\", "A")) {
      byte[] line = ("S'" + escape.repeat(200_000) + "'\n").getBytes(StandardCharsets.US_ASCII);
      byte[] record = new byte[CLASS.length() / 2 + line.length + 1];
      System.arraycopy(Bytes.ofHex(CLASS).array(), 0, record, 0, CLASS.length() / 2);
      System.arraycopy(line, 0, record, CLASS.length() / 2, line.length);
      record[record.length - 1] = '.';
      PickleReader reader = new PickleReader(Bytes.wrap(record), Limits.DEFAULT);
      reader.read();
      assertThat(((PickleValue.ByteString) reader.read()).array())
          .as("%s", escape)
          .hasSizeLessThanOrEqualTo(line.length);
    }
  }

  @Test
  void recordsMayBeAsLongAsTheLimitAndNoLonger() {
    Limits limits = new Limits(100, 100, 100, 100, 100, 100, 100, 16);
    RecordCodec codec = new RecordCodec(limits, false);
    String start = CLASS + "58" + "58000000";
    Bytes atLimit = Bytes.ofHex(start + "61".repeat(88) + "2e");
    Bytes over = Bytes.ofHex(CLASS + "58" + "59000000" + "61".repeat(89) + "2e");
    assertThat(atLimit.length()).isEqualTo(100);
    assertThat(codec.toJson(atLimit).exact()).isTrue();
    assertThatExceptionOfType(CodecException.class).isThrownBy(() -> codec.toJson(over));
  }
}
