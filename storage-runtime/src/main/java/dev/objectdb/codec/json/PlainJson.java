package dev.objectdb.codec.json;

import dev.objectdb.codec.pickle.CodecException;
import dev.objectdb.codec.pickle.PickleValue;
import dev.objectdb.codec.pickle.PickleValue.Dict;
import dev.objectdb.codec.pickle.PickleValue.ListValue;
import dev.objectdb.codec.pickle.PickleValue.Node;
import dev.objectdb.codec.pickle.PickleValue.Text;
import dev.objectdb.object.Bytes;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
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
   * Reads a document; takes {@code NaN} and {@code Infinity}, which Python writes.
   *
   * @throws CodecException if it is no JSON, or nested too deeply
   */
  public static PickleValue read(Bytes json, int depthMax) {
    return read(JsonTreeReader.readPython(json), depthMax);
  }

  private static PickleValue read(Json value, int depth) {
    if (depth == 0) {
      throw new CodecException("JSON is nested too deeply", 0);
    }
    return switch (value) {
      case Json.Null _ -> PickleValue.None.NONE;
      case Json.Bool(boolean bool) -> PickleValue.of(bool);
      case Json.Int(long number) -> PickleValue.of(number);
      case Json.BigInt(var number) -> new PickleValue.BigInt(number);
      case Json.Real(double number) -> new PickleValue.Real(number);
      case Json.Text(String text) -> PickleValue.of(text);
      case Json.Array array -> {
        List<PickleValue> items = new ArrayList<>(array.size());
        for (Json item : array.items()) {
          items.add(read(item, depth - 1));
        }
        yield PickleValue.list(items);
      }
      case Json.Members members -> {
        List<PickleValue> pairs = new ArrayList<>(2 * members.size());
        for (Map.Entry<String, Json> member : members.map().entrySet()) {
          pairs.add(PickleValue.of(member.getKey()));
          pairs.add(read(member.getValue(), depth - 1));
        }
        yield PickleValue.dict(pairs.toArray(PickleValue[]::new));
      }
    };
  }
}
