package dev.objectdb.codec.pickle;

import dev.objectdb.codec.pickle.PickleValue.Dict;
import dev.objectdb.codec.pickle.PickleValue.Global;
import dev.objectdb.codec.pickle.PickleValue.ListValue;
import dev.objectdb.codec.pickle.PickleValue.ObjectValue;
import dev.objectdb.codec.pickle.PickleValue.ObjectValue.Kind;
import dev.objectdb.codec.pickle.PickleValue.SetValue;
import dev.objectdb.codec.pickle.PickleValue.Text;
import dev.objectdb.codec.pickle.PickleValue.Tuple;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Makes the nodes of a pickle and fills them, and notices what they cannot tell. */
final class PickleBuilder {
  private boolean plain = true;

  /** False once something was put where, or when, a node has no place for it. */
  boolean isPlain() {
    return plain;
  }

  ListValue list(PickleValue[] items) {
    ListValue list = new ListValue();
    list.addAll(items);
    return list;
  }

  Dict dict(PickleValue[] keysAndValues, int offset) {
    Dict dict = new Dict();
    checkPairs(keysAndValues, offset);
    dict.addAll(keysAndValues);
    return dict;
  }

  SetValue frozenSet(PickleValue[] items) {
    SetValue set = new SetValue(true);
    set.addAll(items);
    return set;
  }

  void append(PickleValue target, PickleValue[] added, int offset) {
    if (target instanceof ListValue list) {
      list.addAll(added);
    } else if (target instanceof ObjectValue object) {
      plain &= object.state() == null && object.pairs().isEmpty();
      object.append(added);
    } else {
      refuseUnlessOpaque(target, offset);
    }
  }

  void add(PickleValue target, PickleValue[] added, int offset) {
    if (target instanceof SetValue set && !set.isFrozen()) {
      set.addAll(added);
    } else {
      refuseUnlessOpaque(target, offset);
    }
  }

  void put(PickleValue target, PickleValue[] keysAndValues, int offset) {
    checkPairs(keysAndValues, offset);
    if (target instanceof Dict dict) {
      dict.addAll(keysAndValues);
    } else if (target instanceof ObjectValue object) {
      plain &= object.state() == null;
      object.put(keysAndValues);
    } else {
      refuseUnlessOpaque(target, offset);
    }
  }

  private static void checkPairs(PickleValue[] keysAndValues, int offset) {
    if (keysAndValues.length % 2 != 0) {
      throw new CodecException("a key without a value", offset);
    }
  }

  /** What only Python knows may have an append of its own; a number has none. */
  private void refuseUnlessOpaque(PickleValue target, int offset) {
    boolean opaque =
        switch (target) {
          case PickleValue.Foreign _, PickleValue.PersistentRef _, PickleValue.Built _ -> true;
          case ObjectValue _, Global _, PickleValue.ByteArray _ -> true;
          case ListValue _, Dict _, SetValue _, Tuple _, PickleValue.None _ -> false;
          case PickleValue.Bool _, PickleValue.Int _, PickleValue.BigInt _ -> false;
          case PickleValue.Real _, Text _, PickleValue.Binary _ -> false;
          case PickleValue.ByteString _ -> false;
        };
    if (!opaque) {
      throw new CodecException("value cannot hold items", offset);
    }
    plain = false;
  }

  PickleValue state(PickleValue target, PickleValue state) {
    if (target instanceof ObjectValue object && object.state() == null) {
      object.build(state);
      return object;
    }
    plain = false;
    return new PickleValue.Built(target, state);
  }

  /** A class by its names, unless these are such that no string here says just the same. */
  static @Nullable Global global(PickleValue module, PickleValue name) {
    return module instanceof Text m
            && name instanceof Text n
            && !m.hasSurrogates()
            && !n.hasSurrogates()
        ? new Global(m.toString(), n.toString())
        : null;
  }

  static ObjectValue reduce(PickleValue callable, PickleValue args) {
    return new ObjectValue(Kind.REDUCE, callable, args);
  }

  static ObjectValue newObject(PickleValue callable, PickleValue args) {
    return new ObjectValue(Kind.NEWOBJ, callable, args);
  }

  /** A class, its arguments and its keyword arguments. */
  static ObjectValue newObjectEx(PickleValue[] call) {
    return reduce(new Global("copyreg", "__newobj_ex__"), new Tuple(call));
  }

  static ObjectValue instance(PickleValue callable, PickleValue[] call, int firstArg) {
    return new ObjectValue(
        Kind.INST, callable, new Tuple(Arrays.copyOfRange(call, firstArg, call.length)));
  }
}
