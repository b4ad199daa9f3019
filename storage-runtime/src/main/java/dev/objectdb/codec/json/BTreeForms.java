package dev.objectdb.codec.json;

import dev.objectdb.codec.pickle.Opcode;
import dev.objectdb.codec.pickle.PickleValue;
import dev.objectdb.codec.pickle.PickleValue.Tuple;
import org.jspecify.annotations.Nullable;

/**
 * The states of the BTrees package.
 *
 * <pre>
 *   leaf   ((k, v, ..),)             {"@kv": [[k, v], ..]}   sets  ((k, ..),)  {"@ks": [k, ..]}
 *   leaf   ((k, v, ..), next)        {"@kv": [..], "@next": next}
 *   tree   ((((k, v, ..),),),)       {"@kv": [..]}           one leaf, kept inside the tree
 *   tree   ((c0, k1, c1, ..), first) {"@children": [c0, k1, c1, ..], "@first": first}
 *   any    None                      null
 * </pre>
 *
 * <p>Source: {@code _BTree_getstate} and {@code _bucket_getstate} of the BTrees package.
 */
final class BTreeForms {
  private BTreeForms() {}

  /** Writes a state that has one of the forms; returns whether it has. */
  static boolean write(StateKind kind, PickleValue state, JsonStateWriter writer) {
    if (!(state instanceof Tuple tuple) || tuple.isAliased()) {
      return false;
    }
    if (!kind.isLeaf() && tuple.size() == 2) {
      return writeChildren(tuple, writer);
    }
    Tuple leaf = kind.isLeaf() ? tuple : innerLeaf(tuple);
    if (leaf == null
        || leaf.size() < 1
        || leaf.size() > 2
        || !(leaf.get(0) instanceof Tuple items)
        || items.isAliased()) {
      return false;
    }
    if (kind.isMap() && items.size() % 2 != 0) {
      writer.inexact(); // a broken bucket; the reference codec refuses it
      return false;
    }
    writeItems(kind, leaf, items, writer);
    return true;
  }

  private static @Nullable Tuple innerLeaf(Tuple tree) {
    return tree.size() == 1
            && tree.get(0) instanceof Tuple children
            && children.size() == 1
            && children.get(0) instanceof Tuple leaf
            && leaf.size() == 1
            && !children.isAliased()
            && !leaf.isAliased()
        ? leaf
        : null;
  }

  private static void writeItems(StateKind kind, Tuple leaf, Tuple items, JsonStateWriter writer) {
    JsonOutput out = writer.out();
    out.openMarker(kind.isMap() ? "@kv" : "@ks");
    if (kind.isMap()) {
      writer.pairs(items.items());
    } else {
      writer.array(items.items());
    }
    if (leaf.size() == 2) {
      out.put(',').key("@next");
      writer.value(leaf.get(1));
    }
    out.close('}');
  }

  private static boolean writeChildren(Tuple tree, JsonStateWriter writer) {
    if (!(tree.get(0) instanceof Tuple children)
        || children.isAliased()
        || !holdsReference(children)) {
      return false;
    }
    JsonOutput out = writer.out();
    out.openMarker("@children");
    writer.array(children.items());
    out.put(',').key("@first");
    writer.value(tree.get(1));
    out.close('}');
    return true;
  }

  private static boolean holdsReference(Tuple children) {
    for (int i = 0; i < children.size(); i += 2) {
      if (children.get(i) instanceof PickleValue.PersistentRef) {
        return true;
      }
    }
    return false;
  }

  /** Writes the pickle of a state that has one of the forms; returns whether it has. */
  static boolean read(StateKind kind, Json state, JsonStateReader reader) {
    if (!(state instanceof Json.Members members)) {
      return false;
    }
    if (members.get("@children") instanceof Json.Array children) {
      Json first = members.get("@first");
      if (first == null) {
        throw reader.broken("@children without @first");
      }
      reader.tuple(children);
      reader.value(first);
      reader.endTuple(2);
      return true;
    }
    if (!(members.get(kind.isMap() ? "@kv" : "@ks") instanceof Json.Array items)) {
      return false;
    }
    if (kind.isMap()) {
      readPairs(items, reader);
    } else {
      reader.tuple(items);
    }
    Json next = members.get("@next");
    if (!kind.isLeaf()) {
      reader.endTuple(1);
      reader.endTuple(1);
      reader.endTuple(1);
    } else if (next != null) {
      reader.value(next);
      reader.endTuple(2);
    } else {
      reader.endTuple(1);
    }
    return true;
  }

  private static void readPairs(Json.Array pairs, JsonStateReader reader) {
    int size = 2 * pairs.size();
    if (size > 3) {
      reader.out().op(Opcode.MARK);
    }
    for (Json item : pairs.items()) {
      if (!(item instanceof Json.Array pair) || pair.size() != 2) {
        throw reader.broken("@kv");
      }
      reader.value(pair.get(0));
      reader.value(pair.get(1));
    }
    reader.endTuple(size);
  }
}
