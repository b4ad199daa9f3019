package dev.objectdb.codec.json;

import dev.objectdb.codec.pickle.Opcode;
import dev.objectdb.object.Oid;
import java.util.HexFormat;

/** Reads the forms that {@link References} writes. */
final class ReferenceReader {
  private static final int HEX_DIGITS = 2 * Oid.WIRE_BYTES;

  private ReferenceReader() {}

  static boolean read(Json value, JsonStateReader reader) {
    switch (value) {
      case Json.Text(String hex) -> {
        oid(hex, reader);
        reader.out().none().op(Opcode.TUPLE2);
      }
      case Json.Array pair when pair.isTexts(2) -> {
        oid(pair.text(0), reader);
        String path = pair.text(1);
        int dot = path.lastIndexOf('.');
        reader.out().global(path.substring(0, Math.max(dot, 0)), path.substring(dot + 1));
        reader.out().op(Opcode.TUPLE2);
      }
      case Json.Array pair
          when pair.size() == 2
              && pair.get(0) instanceof Json.Text(String hex)
              && hex.length() == HEX_DIGITS ->
          throw reader.broken("@ref");
      default -> reader.value(value);
    }
    reader.out().op(Opcode.BINPERSID);
    return true;
  }

  private static void oid(String hex, JsonStateReader reader) {
    if (hex.length() != HEX_DIGITS || !hex.chars().allMatch(HexFormat::isHexDigit)) {
      throw reader.broken("@ref");
    }
    byte[] oid = HexFormat.of().parseHex(hex);
    reader.out().binary(oid, 0, oid.length);
  }
}
