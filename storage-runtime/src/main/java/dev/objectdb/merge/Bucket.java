package dev.objectdb.merge;

import dev.objectdb.codec.pickle.PickleValue;
import dev.objectdb.codec.pickle.PickleValue.None;
import dev.objectdb.codec.pickle.PickleValue.PersistentRef;
import dev.objectdb.codec.pickle.PickleValue.Tuple;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The keys of a bucket, in order, and what belongs to them.
 *
 * <pre>
 *   bucket  ((key, value, ..),)  ((key, value, ..), next)     set  ((key, ..),)  ((key, ..), next)
 *   tree    ((bucket,),)                                      None: a tree without keys
 * </pre>
 *
 * <p>Source: {@code bucket_getstate} and {@code get_bucket_state} of the BTrees package.
 *
 * @param values one for each key; empty for a set
 * @param next the bucket with the following keys; null for the last one
 */
record Bucket(List<PickleValue> keys, List<PickleValue> values, @Nullable PersistentRef next) {

  private static final Bucket EMPTY = new Bucket(List.of(), List.of(), null);

  /**
   * Reads a state.
   *
   * @throws Unmergeable if the object has several buckets, or the state is none that the BTrees
   *     package writes
   */
  static Bucket of(PickleValue state, BTreeClass cls) throws Unmergeable {
    if (cls.isTree()) {
      return state instanceof None ? EMPTY : ofLeaf(onlyLeaf(state), cls);
    }
    return ofLeaf(state, cls);
  }

  private static PickleValue onlyLeaf(PickleValue tree) throws Unmergeable {
    if (tree instanceof Tuple outer
        && outer.size() == 1
        && outer.get(0) instanceof Tuple inner
        && inner.size() == 1) {
      return inner.get(0);
    }
    throw new Unmergeable("a tree of several buckets");
  }

  private static Bucket ofLeaf(PickleValue state, BTreeClass cls) throws Unmergeable {
    if (!(state instanceof Tuple leaf)
        || leaf.size() < 1
        || leaf.size() > 2
        || !(leaf.get(0) instanceof Tuple items)
        || (cls.isMap() && items.size() % 2 != 0)) {
      throw new Unmergeable("not the state of a bucket");
    }
    PersistentRef next = null;
    if (leaf.size() == 2) {
      if (!(leaf.get(1) instanceof PersistentRef ref)) {
        throw new Unmergeable("the next bucket is not a reference");
      }
      next = ref;
    }
    Bucket bucket = new Bucket(new ArrayList<>(), new ArrayList<>(), next);
    for (int i = 0; i < items.size(); i++) {
      boolean isKey = !cls.isMap() || i % 2 == 0;
      (isKey ? cls.keys() : cls.values()).check(items.get(i));
      (isKey ? bucket.keys : bucket.values).add(items.get(i));
    }
    bucket.requireOrder(cls);
    return bucket;
  }

  private void requireOrder(BTreeClass cls) throws Unmergeable {
    for (int i = 1; i < keys.size(); i++) {
      if (cls.keys().compare(keys.get(i - 1), keys.get(i)) >= 0) {
        throw new Unmergeable("the keys are not in order");
      }
    }
  }

  int size() {
    return keys.size();
  }

  /** Adds an entry of another bucket of this class at the end. */
  void add(Bucket from, int index) {
    keys.add(from.keys.get(index));
    if (!from.values.isEmpty()) {
      values.add(from.values.get(index));
    }
  }

  /** Makes the state. */
  PickleValue toState(BTreeClass cls) {
    List<PickleValue> items = new ArrayList<>(keys.size() + values.size());
    for (int i = 0; i < keys.size(); i++) {
      items.add(keys.get(i));
      if (cls.isMap()) {
        items.add(values.get(i));
      }
    }
    PickleValue all = PickleValue.tuple(items.toArray(PickleValue[]::new));
    PickleValue leaf = next == null ? PickleValue.tuple(all) : PickleValue.tuple(all, next);
    return cls.isTree() ? PickleValue.tuple(PickleValue.tuple(leaf)) : leaf;
  }
}
