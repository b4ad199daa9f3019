package dev.objectdb.codec.json;

import dev.objectdb.codec.pickle.Opcode;
import dev.objectdb.codec.pickle.PickleValue;
import dev.objectdb.codec.pickle.PickleValue.Dict;
import dev.objectdb.codec.pickle.PickleValue.ListValue;
import dev.objectdb.codec.pickle.PickleValue.Node;
import dev.objectdb.codec.pickle.PickleValue.Text;
import dev.objectdb.codec.pickle.PickleWriter;
import dev.objectdb.object.Bytes;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/**
 * JSON without markers, as Python's {@code json} module has it: None, bool, int, float, str, list
 * and dict with str keys, and nothing else.
 */
public final class PlainJson {
  private final JsonOutput out;

  private PlainJson(JsonOutput out) {
    this.out = out;
  }

  /**
   * Writes a value as UTF-8.
   *
   * @return empty if JSON would give anything but an equal value back, or too large a document
   */
  public static Optional<Bytes> write(PickleValue value, int depthMax, int bytesMax) {
    JsonOutput out = new JsonOutput(0, depthMax, bytesMax);
    try {
      new PlainJson(out).value(value);
    } catch (Unstorable e) {
      return Optional.empty();
    }
    return out.hasReplaced() ? Optional.empty() : Optional.of(out.toBytes());
  }

  private void value(PickleValue value) {
    if (value instanceof Node node && node.isAliased()) {
      throw new Unstorable("aliases");
    }
    switch (value) {
      case PickleValue.None _ -> out.put("null");
      case PickleValue.Bool bool -> out.put(bool.value() ? "true" : "false");
      case PickleValue.Int(long number) -> out.put(Long.toString(number));
      case PickleValue.BigInt(var number) -> out.put(number.toString());
      case PickleValue.Real(double number) when Double.isFinite(number) ->
          out.put(JsonNumbers.spell(number));
      case Text text -> out.string(text);
      case ListValue list -> list(list);
      case Dict dict -> dict(dict);
      default -> throw new Unstorable("no plain JSON");
    }
  }

  private void list(ListValue list) {
    out.open('[');
    boolean first = true;
    for (PickleValue item : list.items()) {
      out.separate(first);
      first = false;
      value(item);
    }
    out.close(']');
  }

  private void dict(Dict dict) {
    Set<PickleValue> keys = new HashSet<>();
    out.open('{');
    for (int i = 0; i < dict.size(); i++) {
      if (!(dict.key(i) instanceof Text key) || !keys.add(key)) {
        throw new Unstorable("keys");
      }
      out.separate(i == 0).string(key).put(':');
      value(dict.value(i));
    }
    out.close('}');
  }

  /**
   * Writes the pickle of a document as a value; takes {@code NaN} and {@code Infinity}, which
   * Python writes.
   *
   * @throws dev.objectdb.codec.pickle.CodecException if it is no JSON
   */
  public static void read(Bytes json, PickleWriter out) {
    read(JsonTreeReader.readPython(json), out);
  }

  private static void read(Json value, PickleWriter out) {
    switch (value) {
      case Json.Null _ -> out.none();
      case Json.Bool(boolean bool) -> out.bool(bool);
      case Json.Int(long number) -> out.integer(number);
      case Json.BigInt(var number) -> out.integer(number);
      case Json.Real(double number) -> out.real(number);
      case Json.Text(String text) -> out.text(text);
      case Json.Array array -> {
        out.op(Opcode.EMPTY_LIST).op(Opcode.MARK);
        array.items().forEach(item -> read(item, out));
        out.op(Opcode.APPENDS);
      }
      case Json.Members members -> {
        out.op(Opcode.EMPTY_DICT).op(Opcode.MARK);
        members
            .map()
            .forEach(
                (key, item) -> {
                  out.text(key);
                  read(item, out);
                });
        out.op(Opcode.SETITEMS);
      }
    }
  }
}
