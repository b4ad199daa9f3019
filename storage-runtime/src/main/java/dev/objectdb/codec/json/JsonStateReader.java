package dev.objectdb.codec.json;

import dev.objectdb.codec.pickle.CodecException;
import dev.objectdb.codec.pickle.Opcode;
import dev.objectdb.codec.pickle.PickleValue.Global;
import dev.objectdb.codec.pickle.PickleWriter;
import dev.objectdb.object.Bytes;
import java.util.Base64;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Writes the pickle of a state that is there as JSON.
 *
 * <p>Which objects are markers: those of one key that begins with {@code @}, if the marker is known
 * and the value of its type; those of two to five keys with {@code @cls}, and the pair {@code @dt},
 * {@code @tz}. All others are dicts, which is why a dict that looks like a marker is not written
 * so.
 */
public final class JsonStateReader {
  /** The reference codec's limit: nothing deeper was ever stored as JSON. */
  private static final int DEPTH_MAX = 1_000;

  private static final String ESCAPED_KEY = "@ns:";

  private final PickleWriter out;
  private int depth;

  private JsonStateReader(PickleWriter out) {
    this.out = out;
  }

  /**
   * Reads a document and writes the state as values of a pickle that the caller began.
   *
   * @throws CodecException if it is no JSON, or a marker in it is broken
   */
  public static void read(StateKind kind, Bytes json, PickleWriter out) {
    new JsonStateReader(out).state(kind, JsonTreeReader.read(json));
  }

  PickleWriter out() {
    return out;
  }

  JsonStateReader global(Global global) {
    out.global(global.module(), global.name());
    return this;
  }

  CodecException broken(String marker) {
    return new CodecException("broken marker in JSON: " + marker, out.length());
  }

  void state(StateKind kind, Json state) {
    if (!kind.isTree() || !BTreeForms.read(kind, state, this)) {
      value(state);
    }
  }

  /**
   * Writes any value. Kept small, as is all that lies between it and its next call: it recurses.
   */
  void value(Json value) {
    if (++depth > DEPTH_MAX && value instanceof Json.Container) {
      throw new CodecException("JSON is nested too deeply", out.length());
    }
    switch (value) {
      case Json.Array array -> list(array);
      case Json.Members members -> members(members);
      default -> scalar(value);
    }
    depth--;
  }

  private void scalar(Json value) {
    switch (value) {
      case Json.Null _ -> out.none();
      case Json.Bool(boolean bool) -> out.bool(bool);
      case Json.Int(long number) -> out.integer(number);
      case Json.BigInt(var number) -> out.integer(number);
      case Json.Real(double number) -> out.real(number);
      case Json.Text(String text) -> out.text(text);
      case Json.Array _, Json.Members _ -> throw new AssertionError("no scalar");
    }
  }

  private void members(Json.Members members) {
    if (members.size() == 1 && members.get("@t") instanceof Json.Array items) {
      tuple(items); // the most common marker, and the deepest nested one
    } else if (members.size() == 1 ? isMarker(members) : isDateTime(members)) {
      return; // written
    } else if (InstanceReader.isInstance(members)) {
      InstanceReader.read(members, this);
    } else {
      dict(members);
    }
  }

  private boolean isMarker(Json.Members members) {
    Map.Entry<String, Json> only = members.map().entrySet().iterator().next();
    Marker marker = Markers.of(only.getKey());
    return marker != null && marker.read(only.getValue(), this);
  }

  private boolean isDateTime(Json.Members members) {
    if (members.size() == 2
        && members.get("@dt") instanceof Json.Text(String text)
        && !InstanceReader.isInstance(members)) {
      DateTimeType.read(text, members.get("@tz"), this);
      return true;
    }
    return false;
  }

  private void dict(Json.Members members) {
    out.op(Opcode.EMPTY_DICT);
    if (members.size() == 0) {
      return;
    }
    out.op(Opcode.MARK);
    for (Map.Entry<String, Json> member : members.map().entrySet()) {
      key(member.getKey());
      value(member.getValue());
    }
    out.op(Opcode.SETITEMS);
  }

  private void key(String key) {
    if (key.startsWith(ESCAPED_KEY)) {
      base64Text(key.substring(ESCAPED_KEY.length()), "@ns");
    } else {
      out.text(key);
    }
  }

  /** Writes the text whose UTF-8 the digits are. */
  void base64Text(String digits, String marker) {
    byte[] utf8 = base64(digits, marker);
    if (!out.tryText(utf8)) {
      throw broken(marker);
    }
  }

  /** Decodes base64 of the standard alphabet, with its padding. */
  byte[] base64(String digits, String marker) {
    if (digits.length() % 4 == 0) {
      try {
        return Base64.getDecoder().decode(digits);
      } catch (IllegalArgumentException e) {
        throw broken(marker);
      }
    }
    throw broken(marker);
  }

  void list(Json.Array items) {
    out.op(Opcode.EMPTY_LIST);
    append(items);
  }

  void append(Json.Array items) {
    if (items.size() > 0) {
      out.op(Opcode.MARK);
      for (Json item : items.items()) {
        value(item);
      }
      out.op(Opcode.APPENDS);
    }
  }

  /** Puts pairs into what is on top of the stack; skips what is no pair. */
  void put(Json.Array pairs) {
    if (pairs.size() > 0) {
      out.op(Opcode.MARK);
      for (Json item : pairs.items()) {
        if (item instanceof Json.Array pair && pair.size() == 2) {
          value(pair.get(0));
          value(pair.get(1));
        }
      }
      out.op(Opcode.SETITEMS);
    }
  }

  void tuple(Json.Array items) {
    if (items.size() > 3) {
      out.op(Opcode.MARK);
    }
    for (Json item : items.items()) {
      value(item);
    }
    endTuple(items.size());
  }

  /** Ends a tuple; one of over three items began with a mark. */
  void endTuple(int size) {
    switch (size) {
      case 0 -> out.op(Opcode.EMPTY_TUPLE);
      case 1 -> out.op(Opcode.TUPLE1);
      case 2 -> out.op(Opcode.TUPLE2);
      case 3 -> out.op(Opcode.TUPLE3);
      default -> out.op(Opcode.TUPLE);
    }
  }

  void valueOrNone(@Nullable Json value) {
    value(value == null ? Json.Null.NULL : value);
  }
}
