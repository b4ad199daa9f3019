package dev.objectdb.merge;

import dev.objectdb.codec.pickle.PickleValue;
import dev.objectdb.codec.pickle.PickleValue.Dict;
import dev.objectdb.codec.pickle.PickleValue.ListValue;
import dev.objectdb.codec.pickle.PickleValue.Node;
import dev.objectdb.codec.pickle.PickleValue.ObjectValue;
import dev.objectdb.codec.pickle.PickleValue.PersistentRef;
import dev.objectdb.codec.pickle.PickleValue.SetValue;
import dev.objectdb.codec.pickle.PickleValue.Tuple;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;

/**
 * Tells which values can go into another record as they are: those that Python reads and writes
 * again without the code of a class, and gets the same.
 */
final class PlainValues {
  private final Deque<PickleValue> pending = new ArrayDeque<>();

  /** What occurs twice is looked at once. */
  private final Set<Node> seen = Collections.newSetFromMap(new IdentityHashMap<>());

  /** Fails unless the value, and all that is in it, is plain. */
  void check(PickleValue value) throws Unmergeable {
    pending.add(value);
    while (!pending.isEmpty()) {
      look(pending.removeLast());
    }
  }

  private void look(PickleValue value) throws Unmergeable {
    switch (value) {
      case PickleValue.None _, PickleValue.Bool _, PickleValue.Int _, PickleValue.BigInt _ -> {}
      case PickleValue.Real _, PickleValue.Text _, PickleValue.Binary _ -> {}
      case PersistentRef ref -> Reference.of(ref);
      case Tuple tuple -> inside(tuple, tuple.items());
      case ListValue list -> inside(list, list.items());
      case Dict dict -> inside(dict, dict.pairs());
      case SetValue _, ObjectValue _, PickleValue.Global _, PickleValue.Built _ -> throw code();
      case PickleValue.ByteString _, PickleValue.ByteArray _, PickleValue.Foreign _ -> throw code();
    }
  }

  private void inside(Node node, List<PickleValue> items) {
    if (seen.add(node)) {
      pending.addAll(items);
    }
  }

  private static Unmergeable code() {
    return new Unmergeable("only Python makes this value");
  }
}
