package dev.objectdb.codec;

import dev.objectdb.codec.pickle.PickleValue;
import dev.objectdb.codec.pickle.PickleValue.Global;
import dev.objectdb.codec.pickle.PickleValue.Tuple;
import java.nio.charset.StandardCharsets;

/**
 * What the first pickle of a record says.
 *
 * <pre>
 *   class    |  (class, newargs)  |  ((module, name), newargs)  |  (module, name)
 * </pre>
 *
 * <p>Any other shape is no class. Source: {@code ObjectReader.getGhost} in {@code
 * ZODB/serialize.py}.
 *
 * @param module the module, empty if there is no class
 * @param name the name, empty if there is no class
 * @param exact whether {@code ((module, name), None)} says the same
 */
record RecordClass(String module, String name, boolean exact) {
  /** Column values longer than this would not fit into an index entry beside each other. */
  private static final int NAMES_BYTES_MAX = 1_000;

  private static final RecordClass NONE = new RecordClass("", "", false);

  static RecordClass of(PickleValue pickle) {
    return switch (pickle) {
      case Global(String module, String name) -> named(module, name, true);
      case Tuple pair when pair.size() == 2 -> of(pair.get(0), pair.get(1));
      default -> NONE;
    };
  }

  private static RecordClass of(PickleValue first, PickleValue second) {
    return switch (first) {
      case Global(String module, String name) -> named(module, name, isNothing(second));
      case Tuple names when names.size() == 2 ->
          named(names.get(0), names.get(1), isNothing(second));
      case PickleValue.Text _, PickleValue.ByteString _ -> named(first, second, true);
      default -> NONE;
    };
  }

  /** Whether constructor arguments are none. */
  private static boolean isNothing(PickleValue newArgs) {
    return newArgs instanceof PickleValue.None
        || (newArgs instanceof Tuple args && args.size() == 0);
  }

  private static RecordClass named(PickleValue module, PickleValue name, boolean exact) {
    return named(text(module), text(name), exact && isPlain(module) && isPlain(name));
  }

  private static boolean isPlain(PickleValue name) {
    return name instanceof PickleValue.Text text && !text.hasSurrogates();
  }

  /** Python 2 wrote names as byte strings. */
  private static String text(PickleValue value) {
    return switch (value) {
      case PickleValue.Text text -> text.toString();
      case PickleValue.ByteString bytes ->
          new String(bytes.array(), bytes.from(), bytes.length(), StandardCharsets.UTF_8);
      default -> "";
    };
  }

  private static RecordClass named(String module, String name, boolean exact) {
    boolean plain = !module.isEmpty() && !name.isEmpty() && name.indexOf('.') < 0;
    return new RecordClass(module, name, exact && plain);
  }

  /** Whether there is a class at all. */
  boolean isClass() {
    return !this.equals(NONE);
  }

  /** Whether PostgreSQL can keep the names. */
  boolean isStorable() {
    int moduleBytes = storedBytes(module);
    int nameBytes = storedBytes(name);
    return moduleBytes >= 0 && nameBytes >= 0 && moduleBytes + nameBytes <= NAMES_BYTES_MAX;
  }

  /** Length in UTF-8; -1 if there is U+0000 in it or half a character. */
  private static int storedBytes(String name) {
    int bytes = 0;
    for (int at = 0; at < name.length(); at++) {
      char c = name.charAt(at);
      if (c == 0) {
        return -1;
      }
      if (!Character.isSurrogate(c)) {
        bytes += c < 0x80 ? 1 : c < 0x800 ? 2 : 3;
      } else if (Character.isSupplementaryCodePoint(name.codePointAt(at))) {
        bytes += 4;
        at++;
      } else {
        return -1;
      }
    }
    return bytes;
  }
}
