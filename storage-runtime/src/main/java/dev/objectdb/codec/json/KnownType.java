package dev.objectdb.codec.json;

import dev.objectdb.codec.pickle.PickleValue.Global;
import dev.objectdb.codec.pickle.PickleValue.ObjectValue;
import java.util.Set;

/** A type of Python's library that has a marker of its own. One small class each. */
interface KnownType {
  /** The callables that make such objects. */
  Set<Global> callables();

  /**
   * Writes an object that one of the {@link #callables} makes.
   *
   * @return false, having written nothing, if it is not of the shape that Python gives it
   */
  boolean write(ObjectValue object, JsonStateWriter writer);
}
