package dev.objectdb.codec.pickle;

import dev.objectdb.object.Bytes;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a pickle means, as data. Closed: a switch over it needs no default.
 *
 * <p>Scalars are values and have value equality. {@link Node}s (lists, tuples, dicts, sets,
 * objects) have identity, because aliases and cycles are part of what a pickle says: a value that
 * the pickle shares is one node here. They grow while their pickle is read and never change once it
 * ended. {@code toString} of a node never walks into it.
 */
public sealed interface PickleValue {

  static PickleValue of(boolean value) {
    return value ? Bool.TRUE : Bool.FALSE;
  }

  static Int of(long value) {
    return value >= 0 && value < Int.SMALL.length ? Int.SMALL[(int) value] : new Int(value);
  }

  static Text of(String value) {
    return Text.of(value);
  }

  /** Shares the array of the bytes. */
  static Binary of(Bytes value) {
    return new Binary(value.array(), 0, value.length());
  }

  static Tuple tuple(PickleValue... items) {
    return new Tuple(items);
  }

  static ListValue list(List<? extends PickleValue> items) {
    ListValue list = new ListValue();
    items.forEach(list::append);
    return list;
  }

  /** Makes a dict of keys and values in turn: key, value, key, value. */
  static Dict dict(PickleValue... keysAndValues) {
    if (keysAndValues.length % 2 != 0) {
      throw new IllegalArgumentException("a key without a value");
    }
    Dict dict = new Dict();
    dict.addAll(keysAndValues);
    return dict;
  }

  /** Python's {@code None}. */
  enum None implements PickleValue {
    NONE
  }

  /** {@code True} or {@code False}. */
  enum Bool implements PickleValue {
    FALSE,
    TRUE;

    public boolean value() {
      return this == TRUE;
    }
  }

  /** An int of at most 64 bits, signed. */
  record Int(long value) implements PickleValue {
    /** The most frequent ones, made once: two bytes of a pickle should not cost an object each. */
    private static final Int[] SMALL = new Int[256];

    static {
      Arrays.setAll(SMALL, Int::new);
    }
  }

  /** An int of more than 64 bits. */
  record BigInt(BigInteger value) implements PickleValue {}

  /** A float: an IEEE 754 double, NaN and infinities included. */
  record Real(double value) implements PickleValue {}

  /** A part of somebody's array: what text and byte strings are, so that reading copies nothing. */
  abstract sealed class Slice implements PickleValue {
    private final byte[] array;
    private final int from;
    private final int length;

    Slice(byte[] array, int from, int length) {
      this.array = array;
      this.from = from;
      this.length = length;
    }

    /** The array that holds it; never to be written to. */
    public final byte[] array() {
      return array;
    }

    /** Index of its first byte in {@link #array}. */
    public final int from() {
      return from;
    }

    /** Index after its last byte in {@link #array}. */
    public final int to() {
      return from + length;
    }

    /** Length in bytes. */
    public final int length() {
      return length;
    }

    /** Returns the bytes, copied unless they are a whole array. */
    public final Bytes toBytes() {
      return length == array.length ? Bytes.wrap(array) : Bytes.copyOf(array, from, to());
    }

    @Override
    public final boolean equals(Object other) {
      return other instanceof Slice slice
          && getClass() == slice.getClass()
          && Arrays.equals(array, from, to(), slice.array, slice.from, slice.to());
    }

    @Override
    public final int hashCode() {
      int hash = getClass().hashCode();
      for (int i = from; i < to(); i++) {
        hash = 31 * hash + array[i];
      }
      return hash;
    }

    @Override
    public String toString() {
      return getClass().getSimpleName() + " of " + length + " bytes";
    }
  }

  /** A {@code str}: UTF-8 in which a lone surrogate is three bytes, as Python has it. */
  final class Text extends Slice {
    Text(byte[] array, int from, int length) {
      super(array, from, length);
    }

    public static Text of(String text) {
      byte[] utf8 = Utf8.encode(text);
      return new Text(utf8, 0, utf8.length);
    }

    /** Whether there are surrogates in it; two that make a pair are two characters in Python. */
    public boolean hasSurrogates() {
      return Utf8.hasSurrogates(array(), from(), to());
    }

    /** Returns the text itself; lone surrogates stay so, unless two of them make a pair. */
    @Override
    public String toString() {
      return Utf8.decode(array(), from(), to());
    }
  }

  /** A {@code bytes}. */
  final class Binary extends Slice {
    public Binary(byte[] array, int from, int length) {
      super(array, from, length);
    }
  }

  /** A Python 2 {@code str}, which may be text or bytes; only opcodes of Python 2 make it. */
  final class ByteString extends Slice {
    ByteString(byte[] array, int from, int length) {
      super(array, from, length);
    }
  }

  /** A {@code bytearray}, protocol 5. */
  final class ByteArray extends Slice {
    ByteArray(byte[] array, int from, int length) {
      super(array, from, length);
    }
  }

  /** A class or function by name. Both parts are as they were written. */
  record Global(String module, String name) implements PickleValue {
    public boolean is(String otherModule, String otherName) {
      return name.equals(otherName) && module.equals(otherModule);
    }
  }

  /** A value the database knows: {@code id} names it, in one of the forms of ZODB. */
  record PersistentRef(PickleValue id) implements PickleValue {}

  /** BUILD applied to what is not an {@link ObjectValue} or was built before. */
  record Built(PickleValue target, PickleValue state) implements PickleValue {}

  /**
   * A value that was read over but not understood: an extension code, an out-of-band buffer, text
   * that is not UTF-8, a number of over 10,000 digits.
   */
  record Foreign(Opcode opcode) implements PickleValue {}

  /** A value with identity. */
  abstract sealed class Node implements PickleValue {
    private boolean aliased;

    /** Whether it occurs more than once, be it in a cycle. */
    public final boolean isAliased() {
      return aliased;
    }

    final void alias() {
      aliased = true;
    }
  }

  /** A {@code list}. */
  final class ListValue extends Node {
    private final Items items = new Items();

    ListValue() {}

    public List<PickleValue> items() {
      return items.view();
    }

    void append(PickleValue item) {
      items.add(item);
    }

    void addAll(PickleValue[] added) {
      items.addAll(added);
    }
  }

  /** A {@code tuple}. */
  final class Tuple extends Node {
    static final PickleValue[] NO_ITEMS = {};

    private final PickleValue[] items;

    Tuple(PickleValue... items) {
      this.items = items;
    }

    public int size() {
      return items.length;
    }

    public PickleValue get(int index) {
      return items[index];
    }

    public List<PickleValue> items() {
      return Collections.unmodifiableList(Arrays.asList(items));
    }
  }

  /** A {@code dict}: its SETITEMS in order, so a key may occur twice and then the last counts. */
  final class Dict extends Node {
    private final Items items = new Items();

    Dict() {}

    /** Number of pairs. */
    public int size() {
      return items.view().size() / 2;
    }

    public PickleValue key(int index) {
      return items.view().get(2 * index);
    }

    public PickleValue value(int index) {
      return items.view().get(2 * index + 1);
    }

    /** Keys and values in turn. */
    public List<PickleValue> pairs() {
      return items.view();
    }

    void addAll(PickleValue[] keysAndValues) {
      items.addAll(keysAndValues);
    }
  }

  /** A {@code set} or {@code frozenset} made by the opcodes of protocol 4. */
  final class SetValue extends Node {
    private final Items items = new Items();
    private final boolean frozen;

    SetValue(boolean frozen) {
      this.frozen = frozen;
    }

    public boolean isFrozen() {
      return frozen;
    }

    public List<PickleValue> items() {
      return items.view();
    }

    void addAll(PickleValue[] added) {
      items.addAll(added);
    }
  }

  /**
   * An object as the pickle makes it: a callable and its arguments, then what is put into it.
   *
   * <p>NEWOBJ_EX is a call of {@code copyreg.__newobj_ex__}, which is what Python itself writes for
   * it at older protocols.
   */
  final class ObjectValue extends Node {
    /** Which opcode makes it. */
    public enum Kind {
      /** {@code cls.__new__(cls, *args)}. */
      NEWOBJ,
      /** {@code callable(*args)}. */
      REDUCE,
      /** INST or OBJ: an instance of a Python 2 class of the old style. */
      INST
    }

    private final Kind kind;
    private final PickleValue callable;
    private final PickleValue args;
    private final Items appends = new Items();
    private final Items pairs = new Items();
    private @Nullable PickleValue state;

    ObjectValue(Kind kind, PickleValue callable, PickleValue args) {
      this.kind = kind;
      this.callable = callable;
      this.args = args;
    }

    public Kind kind() {
      return kind;
    }

    public PickleValue callable() {
      return callable;
    }

    /** A {@link Tuple}, unless the pickle is odd. */
    public PickleValue args() {
      return args;
    }

    /** What APPEND and APPENDS put into it. */
    public List<PickleValue> appends() {
      return appends.view();
    }

    /** What SETITEM and SETITEMS put into it: keys and values in turn. */
    public List<PickleValue> pairs() {
      return pairs.view();
    }

    /** What BUILD gave it; null if there was none. */
    public @Nullable PickleValue state() {
      return state;
    }

    void append(PickleValue[] added) {
      appends.addAll(added);
    }

    void put(PickleValue[] keysAndValues) {
      pairs.addAll(keysAndValues);
    }

    void build(PickleValue given) {
      state = given;
    }
  }
}
