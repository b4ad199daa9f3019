package dev.objectdb.merge;

import dev.objectdb.codec.pickle.PickleValue;
import dev.objectdb.codec.pickle.PickleValue.BigInt;
import dev.objectdb.codec.pickle.PickleValue.Binary;
import dev.objectdb.codec.pickle.PickleValue.Int;
import dev.objectdb.codec.pickle.PickleValue.ListValue;
import dev.objectdb.codec.pickle.PickleValue.Node;
import dev.objectdb.codec.pickle.PickleValue.None;
import dev.objectdb.codec.pickle.PickleValue.PersistentRef;
import dev.objectdb.codec.pickle.PickleValue.Real;
import dev.objectdb.codec.pickle.PickleValue.Slice;
import dev.objectdb.codec.pickle.PickleValue.Text;
import dev.objectdb.codec.pickle.PickleValue.Tuple;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.List;

/**
 * The order of Python objects, where two of one type can be compared without Python.
 *
 * <pre>
 *   None              before everything, but only as a whole key or value
 *   bool, int, float  by number, each among its own; no NaN, and not 0.0 with -0.0
 *   str, bytes        by code point, by byte
 *   tuple, list       by their first items that differ, then by length
 *   reference         equal to itself; any other comparison is refused, as ZODB does
 * </pre>
 *
 * <p>Everything else is refused: mixed types, dicts (which have no order), objects (whose order is
 * code). Values that are equal are so in type and bits as well, so it does not matter which of two
 * is kept. Source: {@code COMPARE} in {@code objectkeymacros.h}.
 */
final class ObjectOrder {
  /** Deeper keys come from nobody honest, and would exhaust the stack. */
  private static final int DEPTH_MAX = 50;

  private ObjectOrder() {}

  static int compare(PickleValue one, PickleValue other) throws Unmergeable {
    boolean none = one instanceof None;
    if (none || other instanceof None) {
      if (one instanceof PersistentRef || other instanceof PersistentRef) {
        throw new Unmergeable("in Python, a reference does not compare with None");
      }
      return Boolean.compare(other instanceof None, none);
    }
    return compare(one, other, 0);
  }

  private static int compare(PickleValue one, PickleValue other, int depth) throws Unmergeable {
    return switch (one) {
      case None _ when other instanceof None -> 0;
      case PickleValue.Bool left when other instanceof PickleValue.Bool right ->
          left.compareTo(right);
      case Int(long left) when other instanceof Int(long right) -> Long.compare(left, right);
      case Int(long left) when other instanceof BigInt(BigInteger right) ->
          BigInteger.valueOf(left).compareTo(right);
      case BigInt(BigInteger left) when other instanceof Int(long right) ->
          left.compareTo(BigInteger.valueOf(right));
      case BigInt(BigInteger left) when other instanceof BigInt(BigInteger right) ->
          left.compareTo(right);
      case Real(double left) when other instanceof Real(double right) -> reals(left, right);
      case Text left when other instanceof Text right -> bytes(left, right);
      case Binary left when other instanceof Binary right -> bytes(left, right);
      case Tuple left when other instanceof Tuple right ->
          rows(left, left.items(), right, right.items(), depth);
      case ListValue left when other instanceof ListValue right ->
          rows(left, left.items(), right, right.items(), depth);
      case PersistentRef left when other instanceof PersistentRef right -> {
        if (!Reference.of(left).isEqualTo(Reference.of(right))) {
          throw new Unmergeable("references have no order");
        }
        yield 0;
      }
      default -> throw new Unmergeable("only Python knows the order of these values");
    };
  }

  private static int reals(double left, double right) throws Unmergeable {
    boolean zeros = left == 0 && right == 0 && Double.compare(left, right) != 0;
    if (Double.isNaN(left) || Double.isNaN(right) || zeros) {
      throw new Unmergeable("floats that have no order, or that are equal and not the same");
    }
    return Double.compare(left, right);
  }

  /** UTF-8, also that of half a character, has the order of code points. */
  private static int bytes(Slice left, Slice right) {
    return Arrays.compareUnsigned(
        left.array(), left.from(), left.to(), right.array(), right.from(), right.to());
  }

  /** What occurs once is compared once: that keeps nested aliases, which grow as 2^n, out. */
  private static int rows(
      Node one, List<PickleValue> left, Node other, List<PickleValue> right, int depth)
      throws Unmergeable {
    if (one.isAliased() || other.isAliased() || depth == DEPTH_MAX) {
      throw new Unmergeable("a key or value is too involved");
    }
    for (int i = 0; i < Math.min(left.size(), right.size()); i++) {
      int order = compare(left.get(i), right.get(i), depth + 1);
      if (order != 0) {
        return order;
      }
    }
    return Integer.compare(left.size(), right.size());
  }
}
