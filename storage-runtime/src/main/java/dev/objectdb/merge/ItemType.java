package dev.objectdb.merge;

import dev.objectdb.codec.pickle.PickleValue;
import dev.objectdb.codec.pickle.PickleValue.Binary;
import dev.objectdb.codec.pickle.PickleValue.Real;
import java.math.BigInteger;

/**
 * What the keys or the values of a bucket are, by a letter of its class.
 *
 * <p>A value that is not what the C code itself would write (a bool among ints, a float of more
 * than 32 bits) is refused: C would convert it, Python would not.
 */
enum ItemType {
  /** {@code O}: any object. */
  OBJECT,
  /** {@code I}. */
  INT32,
  /** {@code U}. */
  UINT32,
  /** {@code L}. */
  INT64,
  /** {@code Q}. */
  UINT64,
  /** {@code F}: a float of 32 bits; values only. */
  FLOAT32,
  /** {@code f}: two bytes; keys of fsBTree. */
  BYTES2,
  /** {@code s}: six bytes; values of fsBTree. */
  BYTES6;

  private static final BigInteger UINT64_MAX =
      BigInteger.ONE.shiftLeft(Long.SIZE).subtract(BigInteger.ONE);

  /** Returns the type that a letter stands for in the name of a class. */
  static ItemType of(char letter) {
    return switch (letter) {
      case 'O' -> OBJECT;
      case 'I' -> INT32;
      case 'U' -> UINT32;
      case 'L' -> INT64;
      case 'Q' -> UINT64;
      case 'F' -> FLOAT32;
      case 'f' -> BYTES2;
      case 's' -> BYTES6;
      default -> throw new IllegalArgumentException("no type of the BTrees package");
    };
  }

  /** Fails unless a bucket of this type, written by the C code, could hold the value. */
  void check(PickleValue value) throws Unmergeable {
    boolean fits =
        switch (this) {
          case OBJECT -> true; // whether it can be compared shows when it is
          case INT32 -> isIn(value, Integer.MIN_VALUE, Integer.MAX_VALUE);
          case UINT32 -> isIn(value, 0, 0xffff_ffffL);
          case INT64 -> isIn(value, Long.MIN_VALUE, Long.MAX_VALUE);
          case UINT64 ->
              isIn(value, 0, Long.MAX_VALUE)
                  || (value instanceof PickleValue.BigInt(BigInteger number)
                      && number.signum() > 0
                      && number.compareTo(UINT64_MAX) <= 0);
          case FLOAT32 -> value instanceof Real(double number) && (float) number == number;
          case BYTES2 -> value instanceof Binary bytes && bytes.length() == 2;
          case BYTES6 -> value instanceof Binary bytes && bytes.length() == 6;
        };
    if (!fits) {
      throw new Unmergeable("an item is not of the bucket's type");
    }
  }

  private static boolean isIn(PickleValue value, long min, long max) {
    return value instanceof PickleValue.Int(long number) && min <= number && number <= max;
  }

  /** Compares two values that passed {@link #check}, as the class does. */
  int compare(PickleValue one, PickleValue other) throws Unmergeable {
    return this == FLOAT32
            && one instanceof Real(double left)
            && other instanceof Real(double right)
        ? left < right ? -1 : left > right ? 1 : 0 // 0.0 and -0.0 are the same here
        : ObjectOrder.compare(one, other);
  }
}
