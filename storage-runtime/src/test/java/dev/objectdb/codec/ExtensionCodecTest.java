package dev.objectdb.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.objectdb.codec.pickle.CodecException;
import dev.objectdb.codec.pickle.PickleValue;
import dev.objectdb.codec.pickle.PickleWriter;
import dev.objectdb.object.Bytes;
import dev.objectdb.object.Limits;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ExtensionCodecTest {
  private static final ExtensionCodec CODEC = new ExtensionCodec(Limits.DEFAULT);

  private static PickleValue text(String text) {
    return PickleValue.of(text);
  }

  @Test
  void plainMappingsBecomeJsonAndComeBackTheSame() {
    Bytes pickle =
        PickleWriter.write(
            PickleValue.dict(
                text("request_type"),
                text("GET \u00e9"),
                text("b"),
                PickleValue.list(List.of(PickleValue.of(1), PickleValue.of(true))),
                text("a"),
                PickleValue.dict(text("@t"), PickleValue.None.NONE, text("f"), real(1e16))));
    String json = CODEC.toJson(pickle).orElseThrow();
    assertThat(json)
        .isEqualTo(
            "{\"request_type\":\"GET \u00e9\",\"b\":[1,true]," + "\"a\":{\"@t\":null,\"f\":1e16}}");
    assertThat(CODEC.toJson(CODEC.toPickle(json))).contains(json);
  }

  private static PickleValue real(double value) {
    return new PickleValue.Real(value);
  }

  @Test
  void noExtensionIsAnEmptyMapping() {
    assertThat(CODEC.toJson(PickleWriter.write(PickleValue.dict()))).contains("{}");
    assertThat(CODEC.toPickle("")).isEqualTo(PickleWriter.write(PickleValue.dict()));
    assertThat(CODEC.toPickle("{}").toHex()).isEqualTo("80037d2e");
  }

  @Test
  void whatPythonWritesIsRead() {
    assertThat(new String(CODEC.toPickle("{\"a\": NaN}").array(), StandardCharsets.ISO_8859_1))
        .contains("G\u007f\u00f8");
    assertThat(CODEC.toPickle("{\"a\": \"\\u00e9\\ud83d\\ude00\"}").toHex())
        .contains("c3a9f09f9880");
    assertThat(CODEC.toPickle("{\"a\": 123456789012345678901234567890}").toHex()).contains("8a0d");
  }

  /**
   * A tuple, bytes, an int key, a date, NaN, an alias, a key twice, U+0000, a lone surrogate, a
   * list.
   */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "}X\u0001\0\0\0a)s.",
        "}X\u0001\0\0\0aC\u0001xs.",
        "}K\u0001Ns.",
        "}X\u0001\0\0\0acdatetime\ndate\nC\u0004\u0007\u00e9\u0006\u000f\u0085Rs.",
        "}X\u0001\0\0\0aG\u007f\u00f8\0\0\0\0\0\0s.",
        "}X\u0001\0\0\0a]q\0sX\u0001\0\0\0bh\0s.",
        "}(X\u0001\0\0\0aNX\u0001\0\0\0aNu.",
        "}X\u0001\0\0\0\0Ns.",
        "}X\u0003\0\0\0\u00ed\u00a0\u0080Ns.",
        "].",
        "N."
      })
  void whatPlainJsonWouldChangeIsLeftToThePickle(String pickle) {
    assertThat(CODEC.toJson(latin1(pickle))).isEmpty();
  }

  @Test
  void whatBecomesJsonIsReadAgainHoweverDeepItIs() {
    String pickle = "}X\u0001\0\0\0a" + "]".repeat(998) + "N" + "a".repeat(998) + "s.";
    String json = CODEC.toJson(latin1(pickle)).orElseThrow();
    assertThat(CODEC.toJson(CODEC.toPickle(json))).contains(json);
    String over = "}X\u0001\0\0\0a" + "]".repeat(999) + "N" + "a".repeat(999) + "s.";
    assertThat(CODEC.toJson(latin1(over))).isEmpty();
  }

  private static Bytes latin1(String pickle) {
    return Bytes.wrap(pickle.getBytes(StandardCharsets.ISO_8859_1));
  }

  @Test
  void whatIsNoPickleOrNoJsonIsRefused() {
    assertThatExceptionOfType(CodecException.class)
        .isThrownBy(() -> CODEC.toJson(Bytes.ofUtf8("{}")));
    assertThatExceptionOfType(CodecException.class).isThrownBy(() -> CODEC.toPickle("{a}"));
    assertThatExceptionOfType(CodecException.class)
        .isThrownBy(() -> CODEC.toPickle("[".repeat(5_000) + "]".repeat(5_000)));
  }
}
