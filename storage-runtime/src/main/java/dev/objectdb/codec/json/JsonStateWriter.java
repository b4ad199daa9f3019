package dev.objectdb.codec.json;

import dev.objectdb.codec.pickle.PickleValue;
import dev.objectdb.codec.pickle.PickleValue.Dict;
import dev.objectdb.codec.pickle.PickleValue.ListValue;
import dev.objectdb.codec.pickle.PickleValue.Node;
import dev.objectdb.codec.pickle.PickleValue.ObjectValue;
import dev.objectdb.codec.pickle.PickleValue.SetValue;
import dev.objectdb.codec.pickle.PickleValue.Text;
import dev.objectdb.codec.pickle.PickleValue.Tuple;
import java.util.Arrays;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;

/**
 * Writes a state as JSON, in one walk over its values, and decides on the way whether the state can
 * be made again from it.
 *
 * <p>The walk recurses as deep as the JSON may be nested, a thousand levels, and ends there.
 */
public final class JsonStateWriter {
  /**
   * What the walk may produce, and how strictly it judges.
   *
   * @param depthMax nesting of the document
   * @param bytesMax length of the document
   * @param strict whether the order of an instance's attributes counts; it does for the few classes
   *     whose {@code __setstate__} walks over them in order
   */
  public record Rules(int depthMax, int bytesMax, boolean strict) {}

  private static final int CAPACITY_MAX = 1 << 20;

  private final JsonOutput out;
  private final boolean strict;
  private final ObjectForms objects;

  /** Nodes that occur more than once and are being written: meeting one again is a cycle. */
  private final Set<Node> open = Collections.newSetFromMap(new IdentityHashMap<>());

  /** How many values with identity were written: what may not occur twice. */
  private int identities;

  private boolean exact = true;

  private JsonStateWriter(Rules rules, int sizeHint) {
    this.out = new JsonOutput(Math.min(sizeHint, CAPACITY_MAX), rules.depthMax(), rules.bytesMax());
    this.strict = rules.strict();
    this.objects = new ObjectForms(this);
  }

  /**
   * Writes the state of a record.
   *
   * @param kind what the class of the record makes of its state
   * @param state the state
   * @param sizeHint about how long the document will be
   */
  public static JsonState write(StateKind kind, PickleValue state, Rules rules, int sizeHint) {
    JsonStateWriter writer = new JsonStateWriter(rules, sizeHint);
    try {
      writer.state(kind, state);
      return new JsonState(writer.out.toBytes(), writer.exact && !writer.out.hasReplaced());
    } catch (Unstorable e) {
      return JsonState.NONE;
    }
  }

  JsonOutput out() {
    return out;
  }

  /** Says that what is being written will not come back as it was. */
  void inexact() {
    exact = false;
  }

  void inexactUnless(boolean survives) {
    exact &= survives;
  }

  /** Writes what BUILD gives to an object of this kind. */
  void state(StateKind kind, PickleValue state) {
    if (kind.isTree() && BTreeForms.write(kind, state, this)) {
      return;
    }
    if (state instanceof Dict attributes) {
      node(attributes, true);
    } else {
      value(state);
    }
  }

  /**
   * Writes any value. Kept small, as is all that lies between it and its next call: it recurses.
   */
  void value(PickleValue value) {
    if (value instanceof Node node) {
      node(node, false);
    } else {
      leaf(value);
    }
  }

  private void leaf(PickleValue value) {
    switch (value) {
      case PickleValue.None _ -> out.put("null");
      case PickleValue.Bool bool -> out.put(bool.value() ? "true" : "false");
      case PickleValue.Int(long number) -> out.put(Long.toString(number));
      case PickleValue.BigInt(var number) ->
          out.openMarker("@bi").put('"').put(number.toString()).put('"').close('}');
      case PickleValue.Real(double number) -> real(number);
      case Text text -> text(text);
      case PickleValue.Binary binary -> base64("@b", binary);
      case PickleValue.ByteString string -> {
        inexact(); // comes back as bytes
        base64("@b", string);
      }
      case PickleValue.ByteArray array -> {
        inexact(); // comes back as bytes
        base64("@b", array);
      }
      case PickleValue.Global global -> global(global);
      case PickleValue.PersistentRef ref -> {
        int before = identities;
        References.write(ref, this);
        identities = before; // a ghost is found again by its oid
      }
      case PickleValue.Built(PickleValue target, PickleValue state) -> {
        inexact();
        out.openMarker("@inst").openMarker("@obj");
        value(target);
        out.put(',').key("@state");
        value(state);
        out.close('}').close('}');
      }
      case PickleValue.Foreign _ -> throw new Unstorable("a value that is not understood");
      case Node _ -> throw new AssertionError("no leaf");
    }
  }

  private void real(double number) {
    if (Double.isNaN(number) || Double.isInfinite(number)) {
      inexact();
      out.put("null");
      return;
    }
    boolean negativeZero = number == 0 && 1 / number < 0;
    inexactUnless(Math.abs(number) < JsonNumbers.INT_LIKE_MIN && !negativeZero);
    out.put(JsonNumbers.spell(number));
  }

  private void text(Text text) {
    if (!out.tryString(text)) {
      base64("@ns", text);
    }
  }

  void base64(String marker, PickleValue.Slice bytes) {
    out.openMarker(marker).put('"').base64(bytes).put('"').close('}');
  }

  private void global(PickleValue.Global global) {
    className(global);
    out.openMarker("@cls");
    names(global);
    out.close('}');
  }

  /** Judges the name of a class: the form that comes back knows neither dots nor newlines. */
  void className(PickleValue.Global global) {
    inexactUnless(
        !global.module().isEmpty()
            && global.module().indexOf('\n') < 0
            && global.name().indexOf('\n') < 0
            && global.name().indexOf('.') < 0);
  }

  void names(PickleValue.Global global) {
    out.open('[').string(global.module()).put(',').string(global.name()).close(']');
  }

  /**
   * Writes a node. Values with identity must not occur twice; others may if nothing in them has
   * identity.
   */
  private void node(Node node, boolean attributes) {
    if (node.isAliased()) {
      alias(node, attributes);
    } else {
      content(node, attributes);
    }
  }

  private void alias(Node node, boolean attributes) {
    if (!open.add(node)) {
      inexact();
      stub(node);
      return;
    }
    int before = identities;
    content(node, attributes);
    inexactUnless(identities == before);
    open.remove(node);
  }

  private void content(Node node, boolean attributes) {
    switch (node) {
      case Tuple tuple -> array("@t", tuple.items());
      case SetValue set -> set(set);
      case ListValue list -> {
        identities++;
        array(list.items());
      }
      case Dict dict -> {
        identities++;
        dict(dict, attributes && !strict);
      }
      case ObjectValue object when KnownTypes.write(object, this) -> {}
      case ObjectValue object -> {
        identities++;
        objects.write(object);
      }
    }
  }

  private void set(SetValue set) {
    if (set.isFrozen()) {
      array("@fset", set.items());
    } else {
      identities++;
      array("@set", set.items());
    }
  }

  /** What stands for a node inside itself: the node as it was when it was made. */
  private void stub(Node node) {
    switch (node) {
      case Tuple _ -> out.openMarker("@t").put("[]").close('}');
      case SetValue set -> out.openMarker(set.isFrozen() ? "@fset" : "@set").put("[]").close('}');
      case ListValue _ -> out.put("[]");
      case Dict _ -> out.put("{}");
      case ObjectValue object -> objects.writeBare(object);
    }
  }

  /** Counts a value that must not occur twice. */
  void identity() {
    identities++;
  }

  void array(String marker, List<PickleValue> items) {
    out.openMarker(marker);
    array(items);
    out.close('}');
  }

  void array(List<PickleValue> items) {
    out.open('[');
    for (int i = 0; i < items.size(); i++) {
      out.separate(i == 0);
      value(items.get(i));
    }
    out.close(']');
  }

  /** Writes keys and values in turn as an array of pairs. */
  void pairs(List<PickleValue> keysAndValues) {
    out.open('[');
    for (int i = 0; i < keysAndValues.size(); i += 2) {
      out.separate(i == 0).open('[');
      value(keysAndValues.get(i));
      out.put(',');
      value(keysAndValues.get(i + 1));
      out.close(']');
    }
    out.close(']');
  }

  private void dict(Dict dict, boolean anyOrder) {
    if (!hasTextKeys(dict)) {
      out.openMarker("@d");
      pairs(dict.pairs());
      out.close('}');
      return;
    }
    inexactUnless(anyOrder || isInOrder(dict));
    out.open('{');
    for (int i = 0; i < dict.size(); i++) {
      out.separate(i == 0);
      key((Text) dict.key(i));
      value(dict.value(i));
    }
    out.close('}');
  }

  private static boolean hasTextKeys(Dict dict) {
    for (int i = 0; i < dict.size(); i++) {
      if (!(dict.key(i) instanceof Text)) {
        return false;
      }
    }
    return true;
  }

  private static boolean isInOrder(Dict dict) {
    for (int i = 1; i < dict.size(); i++) {
      if (compare((Text) dict.key(i - 1), (Text) dict.key(i)) >= 0) {
        return false;
      }
    }
    return true;
  }

  /** The order in which JSONB keeps keys; it keeps no key twice. */
  private static int compare(Text one, Text other) {
    int byLength = Integer.compare(one.length(), other.length());
    return byLength != 0
        ? byLength
        : Arrays.compareUnsigned(
            one.array(), one.from(), one.to(), other.array(), other.from(), other.to());
  }

  /** Writes a key of somebody's own. If it looks like one of ours it may be taken for it. */
  private void key(Text key) {
    if (startsWith(key, "@")) {
      inexact();
    }
    if (startsWith(key, "@ns:") || !out.tryString(key)) {
      inexact();
      out.put("\"@ns:").base64(key).put('"');
    }
    out.put(':');
  }

  private static boolean startsWith(Text text, String ascii) {
    if (text.length() < ascii.length()) {
      return false;
    }
    for (int i = 0; i < ascii.length(); i++) {
      if (text.array()[text.from() + i] != ascii.charAt(i)) {
        return false;
      }
    }
    return true;
  }
}
