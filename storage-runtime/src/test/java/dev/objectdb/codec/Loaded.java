package dev.objectdb.codec;

import dev.objectdb.codec.pickle.PickleReader;
import dev.objectdb.codec.pickle.PickleValue;
import dev.objectdb.codec.pickle.PickleValue.Dict;
import dev.objectdb.codec.pickle.PickleValue.Global;
import dev.objectdb.codec.pickle.PickleValue.Int;
import dev.objectdb.codec.pickle.PickleValue.ListValue;
import dev.objectdb.codec.pickle.PickleValue.Node;
import dev.objectdb.codec.pickle.PickleValue.ObjectValue;
import dev.objectdb.codec.pickle.PickleValue.SetValue;
import dev.objectdb.codec.pickle.PickleValue.Slice;
import dev.objectdb.codec.pickle.PickleValue.Text;
import dev.objectdb.codec.pickle.PickleValue.Tuple;
import dev.objectdb.object.Bytes;
import dev.objectdb.object.Limits;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What Python would load from a record, spelled out: two records are equal if their spellings are.
 * Values with identity are numbered as they come, and spelled {@code ^number} when they come again;
 * so aliases and cycles show. Knows nothing of how the codec judges.
 */
public final class Loaded {
  /** Calls whose results are values: one may be taken for another that is equal. */
  private static final Set<Global> VALUES =
      Set.of(
          new Global("datetime", "datetime"),
          new Global("datetime", "date"),
          new Global("datetime", "time"),
          new Global("datetime", "timedelta"),
          new Global("decimal", "Decimal"),
          new Global("uuid", "UUID"));

  private final StringBuilder out = new StringBuilder();
  private final IdentityHashMap<Node, Integer> seen = new IdentityHashMap<>();
  private final boolean attributeOrder;

  private Loaded(boolean attributeOrder) {
    this.attributeOrder = attributeOrder;
  }

  public static String of(Bytes record, boolean attributeOrder) {
    PickleReader reader = new PickleReader(record, Limits.DEFAULT);
    Loaded loaded = new Loaded(attributeOrder);
    loaded.recordClass(reader.read());
    loaded.out.append(" state ");
    loaded.state(reader.read());
    return loaded.out.toString();
  }

  /** A class, or its two names, with no arguments for it. */
  private void recordClass(PickleValue value) {
    PickleValue cls = value;
    if (value instanceof Tuple pair && !(pair.get(0) instanceof Text)) {
      cls = pair.get(0);
      boolean none =
          pair.get(1) instanceof PickleValue.None
              || (pair.get(1) instanceof Tuple args && args.size() == 0);
      out.append(none ? "" : "with arguments ");
    }
    switch (cls) {
      case Global(String module, String name) ->
          out.append("class ").append(module).append(' ').append(name);
      case Tuple names ->
          out.append("class ").append(names.get(0)).append(' ').append(names.get(1));
      default -> spell(cls);
    }
  }

  private void state(PickleValue state) {
    if (state instanceof Dict attributes && !attributeOrder && !comesAgain(attributes)) {
      Map<String, PickleValue> byKey = new TreeMap<>();
      pairs(attributes.pairs()).forEach(byKey::put);
      dict(byKey);
    } else {
      spell(state);
    }
  }

  private void spell(PickleValue value) {
    switch (value) {
      case PickleValue.None _ -> out.append("None");
      case PickleValue.Bool bool -> out.append(bool.value());
      case Int(long number) -> out.append(number);
      case PickleValue.BigInt(var number) -> out.append(number);
      case PickleValue.Real(double number) ->
          out.append("float ").append(Double.doubleToLongBits(number));
      case Text text -> out.append("'").append(text.toBytes().toHex()).append("'");
      case PickleValue.Binary bytes -> out.append("b'").append(bytes.toBytes().toHex()).append("'");
      case PickleValue.ByteString text ->
          out.append("str2'").append(text.toBytes().toHex()).append("'");
      case PickleValue.ByteArray bytes ->
          out.append("bytearray'").append(bytes.toBytes().toHex()).append("'");
      case Global(String module, String name) ->
          out.append("global ").append(module).append(' ').append(name);
      case PickleValue.PersistentRef(PickleValue id) -> reference(id);
      case PickleValue.Built(PickleValue target, PickleValue state) -> {
        out.append("built ");
        spell(target);
        spell(state);
      }
      case PickleValue.Foreign foreign -> out.append(foreign);
      case Node node -> node(node);
    }
  }

  private void reference(PickleValue id) {
    out.append("persistent ");
    if (id instanceof Tuple pair
        && pair.size() == 2
        && pair.get(0) instanceof Slice oid
        && !(oid instanceof Text)) {
      out.append(oid.toBytes().toHex()).append(' '); // Python 2 had no other bytes
      spell(pair.get(1));
    } else if (id instanceof ListValue list) {
      row("list", list.items()); // nobody keeps it, so it does not matter if two share one
    } else {
      spell(id);
    }
  }

  private boolean comesAgain(Node node) {
    Integer number = seen.putIfAbsent(node, seen.size());
    if (number != null) {
      out.append('^').append(number);
    }
    return number != null;
  }

  private void node(Node node) {
    switch (node) {
      case Tuple tuple -> row("tuple", tuple.items());
      case SetValue set when set.isFrozen() -> row("frozenset", set.items());
      case ObjectValue object when isValue(object) -> value(object);
      default -> {
        if (!comesAgain(node)) {
          content(node);
        }
      }
    }
  }

  private void content(Node node) {
    switch (node) {
      case ListValue list -> row("list", list.items());
      case SetValue set -> row("set", set.items());
      case Dict dict -> dict(pairs(dict.pairs()));
      case ObjectValue object -> {
        ListValue items = collection(object, "set");
        if (items != null) {
          row("set", items.items());
        } else {
          object(object);
        }
      }
      case Tuple _ -> throw new AssertionError("has no identity");
    }
  }

  private static boolean isValue(ObjectValue object) {
    return (object.callable() instanceof Global callable && VALUES.contains(callable))
        || collection(object, "frozenset") != null;
  }

  private static @Nullable ListValue collection(ObjectValue object, String name) {
    return object.callable().equals(new Global("builtins", name))
            && object.state() == null
            && object.args() instanceof Tuple args
            && args.size() == 1
            && args.get(0) instanceof ListValue items
            && !items.isAliased()
        ? items
        : null;
  }

  private void value(ObjectValue object) {
    ListValue items = collection(object, "frozenset");
    if (items != null) {
      row("frozenset", items.items());
    } else if (object.callable().equals(new Global("datetime", "timedelta"))
        && object.args() instanceof Tuple args
        && args.items().stream().allMatch(Int.class::isInstance)
        && args.size() == 3) {
      long seconds = number(args, 0) * 86_400 + number(args, 1);
      out.append("timedelta ").append(seconds).append(' ').append(number(args, 2));
    } else if (object.args() instanceof Tuple args && args.size() == 2) {
      out.append("zoned ");
      spell(object.callable());
      spell(args.get(0));
      zone(args.get(1));
    } else {
      Loaded alone = new Loaded(attributeOrder); // its state is nobody else's
      alone.object(object);
      out.append(alone.out);
    }
  }

  private static long number(Tuple args, int index) {
    return ((Int) args.get(index)).value();
  }

  /** Zones are values where they belong to a time: equal ones are one object, or as good as. */
  private void zone(PickleValue zone) {
    if (zone instanceof ObjectValue call
        && call.state() == null
        && (call.callable() instanceof Global || call.callable() instanceof ObjectValue)) {
      object(call);
    } else {
      spell(zone);
    }
  }

  private void object(ObjectValue object) {
    out.append(object.kind()).append('(');
    callable(object.callable());
    spell(object.args());
    row(" appends", object.appends());
    row(" pairs", object.pairs());
    PickleValue state = object.state();
    if (state != null) {
      out.append(" state ");
      state(state);
    }
    out.append(')');
  }

  /** A nested class or method is found by getattr or by a dotted name. */
  private void callable(PickleValue callable) {
    if (callable instanceof ObjectValue getattr
        && getattr.callable().equals(new Global("builtins", "getattr"))
        && getattr.args() instanceof Tuple args
        && args.size() == 2
        && args.get(0) instanceof Global(String module, String name)
        && args.get(1) instanceof Text attribute) {
      spell(new Global(module, name + "." + attribute));
    } else {
      spell(callable);
    }
  }

  private void row(String name, List<PickleValue> items) {
    out.append(name).append('[');
    for (PickleValue item : items) {
      spell(item);
      out.append(' ');
    }
    out.append(']');
  }

  private void dict(Map<String, PickleValue> pairs) {
    out.append('{');
    pairs.forEach(
        (key, value) -> {
          out.append(key).append(": ");
          spell(value);
          out.append(' ');
        });
    out.append('}');
  }

  /** Of a key that comes twice the last value counts, in the place of the first. */
  private Map<String, PickleValue> pairs(List<PickleValue> keysAndValues) {
    Map<String, PickleValue> pairs = new LinkedHashMap<>();
    for (int i = 0; i < keysAndValues.size(); i += 2) {
      int from = out.length();
      spell(keysAndValues.get(i));
      String key = out.substring(from);
      out.setLength(from);
      pairs.put(key, keysAndValues.get(i + 1));
    }
    return pairs;
  }
}
