package dev.objectdb.zeo;

import dev.objectdb.codec.pickle.CodecException;
import dev.objectdb.codec.pickle.PickleReader;
import dev.objectdb.codec.pickle.PickleValue;
import dev.objectdb.codec.pickle.PickleValue.Dict;
import dev.objectdb.codec.pickle.PickleValue.ListValue;
import dev.objectdb.codec.pickle.PickleValue.ObjectValue;
import dev.objectdb.codec.pickle.PickleValue.Tuple;
import dev.objectdb.codec.pickle.PickleWriter;
import dev.objectdb.object.Bytes;
import dev.objectdb.object.Limits;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * The extension of a transaction: a mapping that the application fills, with text keys by
 * convention and any values.
 *
 * <p>On the way in the tree is written as a pickle of its own, objects of the application included;
 * nothing of it is run. On the way out only what every client can read is sent: None, booleans,
 * numbers, text, bytes, and tuples, lists and dicts of these. An item that holds anything else (a
 * date, say) is left out of {@code history} and {@code iterator_next}, since a client that cannot
 * decode a reply waits for ever; what is stored stays whole.
 */
final class Extensions {
  /** Nobody's extension is deeper; the client's unpickler and our walk are both recursive. */
  private static final int DEPTH_MAX = 100;

  /** Lists and dicts in one item; more is no note about a transaction any more. */
  private static final int NODES_MAX = 10_000;

  private final Limits limits;

  Extensions(Limits limits) {
    this.limits = limits;
  }

  /**
   * Returns the mapping as a pickle; empty for an empty one.
   *
   * @throws ArgumentException if it is no mapping, or cannot be written
   */
  Bytes toPickle(PickleValue extension) {
    if (extension == PickleValue.None.NONE) {
      return Bytes.EMPTY;
    }
    Dict dict = asDict(extension);
    try {
      return dict.size() == 0 ? Bytes.EMPTY : PickleWriter.write(dict);
    } catch (CodecException e) {
      throw new ArgumentException(WireErrors.value("extension of the transaction: " + e));
    }
  }

  /** A subclass of dict that reduces itself to {@code dict(pairs)} is a dict for everybody else. */
  private static Dict asDict(PickleValue value) {
    if (value instanceof Dict dict) {
      return dict;
    }
    if (value instanceof ObjectValue call
        && call.kind() == ObjectValue.Kind.REDUCE
        && isDict(call.callable())
        && call.args() instanceof Tuple args
        && args.size() <= 1
        && call.appends().isEmpty()
        && call.state() == null) {
      List<PickleValue> pairs = new ArrayList<>();
      if (args.size() == 1) {
        addPairs(args.get(0), pairs);
      }
      pairs.addAll(call.pairs());
      return PickleValue.dict(pairs.toArray(PickleValue[]::new));
    }
    throw new ArgumentException(WireErrors.type("extension of the transaction is no mapping"));
  }

  private static boolean isDict(PickleValue callable) {
    return callable instanceof PickleValue.Global global
        && (global.is("builtins", "dict") || global.is("__builtin__", "dict"));
  }

  private static void addPairs(PickleValue from, List<PickleValue> pairs) {
    if (from instanceof Dict dict) {
      pairs.addAll(dict.pairs());
      return;
    }
    for (PickleValue pair : items(from)) {
      List<PickleValue> keyAndValue = items(pair);
      if (keyAndValue.size() != 2) {
        throw new ArgumentException(WireErrors.type("extension of the transaction is no mapping"));
      }
      pairs.addAll(keyAndValue);
    }
  }

  private static List<PickleValue> items(PickleValue value) {
    return switch (value) {
      case Tuple tuple -> tuple.items();
      case ListValue list -> list.items();
      default ->
          throw new ArgumentException(
              WireErrors.type("extension of the transaction is no mapping"));
    };
  }

  /** Returns the items of a stored extension that every client can read: key, value in turn. */
  List<PickleValue> plainItems(Bytes pickle) {
    if (pickle.isEmpty()) {
      return List.of();
    }
    Dict dict;
    try {
      dict = asDict(new PickleReader(pickle, limits).read());
    } catch (CodecException | ArgumentException e) {
      return List.of(); // written by another program, and readable to that one only
    }
    List<PickleValue> plain = new ArrayList<>();
    for (int i = 0; i < dict.size(); i++) {
      if (isHashable(dict.key(i)) && new PlainCheck().isPlain(dict.value(i), 0)) {
        plain.add(dict.key(i));
        plain.add(dict.value(i));
      }
    }
    return plain;
  }

  private static boolean isHashable(PickleValue key) {
    return isScalar(key)
        || (key instanceof Tuple tuple && tuple.items().stream().allMatch(Extensions::isScalar));
  }

  private static boolean isScalar(PickleValue value) {
    return value instanceof PickleValue.None
        || value instanceof PickleValue.Bool
        || value instanceof PickleValue.Int
        || value instanceof PickleValue.BigInt
        || value instanceof PickleValue.Real
        || value instanceof PickleValue.Text
        || value instanceof PickleValue.Binary;
  }

  /** Walks one item; a node that occurs again is walked once, so the walk ends. */
  private static final class PlainCheck {
    private final Set<PickleValue> seen = Collections.newSetFromMap(new IdentityHashMap<>());

    boolean isPlain(PickleValue value, int depth) {
      if (isScalar(value) || seen.contains(value)) {
        return true;
      }
      if (depth > DEPTH_MAX || seen.size() > NODES_MAX) {
        return false;
      }
      return switch (value) {
        case Tuple tuple -> arePlain(tuple, tuple.items(), depth);
        case ListValue list -> arePlain(list, list.items(), depth);
        case Dict dict ->
            IntStream.range(0, dict.size()).allMatch(i -> isHashable(dict.key(i)))
                && arePlain(dict, dict.pairs(), depth);
        default -> false;
      };
    }

    private boolean arePlain(PickleValue node, List<PickleValue> items, int depth) {
      seen.add(node);
      return items.stream().allMatch(item -> isPlain(item, depth + 1));
    }
  }
}
