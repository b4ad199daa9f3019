package dev.objectdb.zeo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.objectdb.codec.pickle.PickleReader;
import dev.objectdb.codec.pickle.PickleValue;
import dev.objectdb.object.Bytes;
import dev.objectdb.object.Limits;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What applications note about a transaction: kept whole, sent as far as clients can read it. */
class ExtensionsTest {
  private final Extensions extensions = new Extensions(Limits.DEFAULT);

  private static PickleValue read(String pickle) {
    byte[] bytes = pickle.getBytes(StandardCharsets.ISO_8859_1);
    return new PickleReader(Bytes.wrap(bytes), Limits.DEFAULT).read();
  }

  private List<String> plainItems(PickleValue extension) {
    return extensions.plainItems(extensions.toPickle(extension)).stream()
        .map(Object::toString)
        .toList();
  }

  @Test
  void anEmptyMappingIsNoBytes() {
    assertThat(extensions.toPickle(PickleValue.dict())).isEqualTo(Bytes.EMPTY);
    assertThat(extensions.toPickle(PickleValue.None.NONE)).isEqualTo(Bytes.EMPTY);
    assertThat(extensions.plainItems(Bytes.EMPTY)).isEmpty();
  }

  @Test
  void anObjectIsKeptAsItIsAndLeftOutOfReplies() {
    PickleValue extension = read("}X\1\0\0\0aK\7s.");
    assertThat(plainItems(extension)).containsExactly("a", "Int[value=7]");
    PickleValue withDate =
        read("}(X\1\0\0\0acdatetime\ndate\nC\4\7\u00e4\1\1\u0085RX\1\0\0\0bK\1u.");
    Bytes pickle = extensions.toPickle(withDate);
    assertThat(new String(pickle.array(), StandardCharsets.ISO_8859_1)).contains("cdatetime\ndate");
    assertThat(plainItems(withDate)).containsExactly("b", "Int[value=1]");
  }

  @Test
  void aSubclassOfDictThatReducesItselfToOneIsOne() {
    for (String name : List.of("builtins\ndict", "__builtin__\ndict")) {
      PickleValue made = read("c" + name + "\nX\3\0\0\0fooK\1\u0086\u0085\u0085R.");
      assertThat(plainItems(made)).containsExactly("foo", "Int[value=1]");
    }
    assertThatExceptionOfType(ArgumentException.class)
        .isThrownBy(() -> extensions.toPickle(read("cposix\nsystem\nX\2\0\0\0ls\u0085R.")));
  }

  @Test
  void keysThatPythonCannotHashAreLeftOut() {
    PickleValue list = PickleValue.list(List.of());
    assertThat(plainItems(PickleValue.dict(list, PickleValue.of(1)))).isEmpty();
    PickleValue nested = PickleValue.dict(PickleValue.of("n"), PickleValue.dict(list, list));
    assertThat(plainItems(nested)).isEmpty();
    PickleValue tuple = PickleValue.tuple(PickleValue.of(1), PickleValue.of("x"));
    assertThat(extensions.plainItems(extensions.toPickle(PickleValue.dict(tuple, tuple))))
        .hasSize(2);
  }

  @Test
  void cyclesAndDeepNestingEnd() {
    PickleValue cycle = read("}X\1\0\0\0a]q\0h\0as.");
    assertThat(extensions.plainItems(extensions.toPickle(cycle))).hasSize(2);
    PickleValue deep = PickleValue.of(1);
    for (int i = 0; i < 500; i++) {
      deep = PickleValue.list(List.of(deep));
    }
    assertThat(plainItems(PickleValue.dict(PickleValue.of("deep"), deep))).isEmpty();
  }

  @Test
  void whatOtherProgramsStoredAndWeCannotReadIsNothing() {
    assertThat(extensions.plainItems(Bytes.ofUtf8("no pickle"))).isEmpty();
    assertThat(extensions.plainItems(Bytes.ofUtf8("N."))).isEmpty();
  }
}
