package dev.objectdb.codec.json;

import dev.objectdb.codec.pickle.PickleValue.Global;
import dev.objectdb.codec.pickle.PickleValue.ObjectValue;
import dev.objectdb.codec.pickle.PickleValue.Tuple;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** All types that have a marker of their own, by what makes them. */
final class KnownTypes {
  private static final Map<Global, KnownType> BY_CALLABLE = new HashMap<>();

  static {
    for (KnownType type :
        List.of(
            new DateTimeType(),
            new DateType(),
            new TimeType(),
            new TimedeltaType(),
            new DecimalType(),
            new UuidType(),
            new SetType("set", "@set"),
            new SetType("frozenset", "@fset"))) {
      type.callables().forEach(callable -> BY_CALLABLE.put(callable, type));
    }
  }

  private KnownTypes() {}

  /** Writes an object as its marker; returns false if it has none. */
  static boolean write(ObjectValue object, JsonStateWriter writer) {
    KnownType type =
        object.callable() instanceof Global callable ? BY_CALLABLE.get(callable) : null;
    return type != null
        && object.pairs().isEmpty()
        && object.appends().isEmpty()
        && type.write(object, writer);
  }

  /** Whether an object is what a plain call gives, with that many arguments. */
  static boolean isCall(ObjectValue object, int minArgs, int maxArgs) {
    return object.kind() == ObjectValue.Kind.REDUCE
        && object.state() == null
        && object.args() instanceof Tuple args
        && args.size() >= minArgs
        && args.size() <= maxArgs;
  }
}
