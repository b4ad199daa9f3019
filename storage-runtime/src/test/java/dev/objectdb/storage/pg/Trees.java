package dev.objectdb.storage.pg;

import dev.objectdb.codec.pickle.PickleReader;
import dev.objectdb.codec.pickle.PickleValue;
import dev.objectdb.codec.pickle.PickleValue.Tuple;
import dev.objectdb.codec.pickle.PickleWriter;
import dev.objectdb.object.Bytes;
import dev.objectdb.object.Limits;
import java.util.Set;
import java.util.TreeSet;

/** Records of the BTrees package. */
final class Trees {
  private Trees() {}

  static Bytes length(long value) {
    return record("BTrees.Length", "Length", PickleValue.of(value));
  }

  static long length(Bytes record) {
    return ((PickleValue.Int) state(record)).value();
  }

  static Bytes set(Set<String> names) {
    PickleValue[] keys =
        new TreeSet<>(names).stream().map(PickleValue::of).toArray(PickleValue[]::new);
    return record("BTrees.OOBTree", "OOSet", PickleValue.tuple(PickleValue.tuple(keys)));
  }

  /** Returns the names in a set; the caller may add some. */
  static Set<String> names(Bytes record) {
    Set<String> names = new TreeSet<>();
    ((Tuple) ((Tuple) state(record)).get(0)).items().forEach(key -> names.add(key.toString()));
    return names;
  }

  private static Bytes record(String module, String name, PickleValue state) {
    return new PickleWriter()
        .begin(3)
        .global(module, name)
        .end()
        .begin(3)
        .value(state)
        .end()
        .toBytes();
  }

  private static PickleValue state(Bytes record) {
    PickleReader reader = new PickleReader(record, Limits.DEFAULT);
    reader.read();
    return reader.read();
  }
}
