package dev.objectdb.codec.pickle;

import static dev.objectdb.codec.pickle.PickleValue.None.NONE;

import dev.objectdb.object.Bytes;
import dev.objectdb.object.Limits;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Runs the pickle machine over bytes. No class is loaded and no code runs: the result is data.
 *
 * <p>One reader reads the pickles that lie one after the other, with one memo: the two of a record
 * were written so. Takes all opcodes of protocols 0 to 5, wherever they stand; time and memory are
 * linear in the input. Not for use by several threads.
 *
 * <p>Source: {@code pickle.py}, class {@code _Unpickler}.
 */
public final class PickleReader {
  private final PickleInput in;
  private final int valuesMax;
  private final PickleStack stack = new PickleStack();
  private final Memo memo;
  private final PickleBuilder build = new PickleBuilder();
  private final List<PickleValue.PersistentRef> persistentRefs = new ArrayList<>();
  private boolean plain = true;

  /** Reads from the first of the bytes; shares their array with what it returns. */
  public PickleReader(Bytes input, Limits limits) {
    this(input.array(), 0, input.length(), limits);
  }

  /** Reads a part of an array, which it shares with what it returns. */
  public PickleReader(byte[] array, int from, int to, Limits limits) {
    this.in = new PickleInput(array, from, to);
    this.valuesMax = limits.pickleValuesMax();
    this.memo = new Memo(limits.memoEntriesMax());
  }

  /**
   * Reads up to the next STOP.
   *
   * @throws CodecException if the bytes end before, are no pickle, or are over a limit
   */
  public PickleValue read() {
    stack.clear();
    while (true) {
      int offset = in.position();
      Opcode opcode = Opcode.of(in.unsignedByte(), offset);
      if (opcode == Opcode.STOP) {
        return stack.pop(offset);
      }
      perform(opcode, offset);
      if (stack.pushes() > valuesMax) {
        throw new CodecException("too many values", offset);
      }
    }
  }

  private void perform(Opcode opcode, int offset) {
    switch (opcode.group()) {
      case NUMBER -> stack.push(orForeign(number(opcode), opcode));
      case STRING -> stack.push(orForeign(string(opcode), opcode));
      case CONTAINER -> container(opcode, offset);
      case OBJECT -> object(opcode, offset);
      case MEMO -> memo(opcode, offset);
      case MACHINE -> machine(opcode, offset);
    }
  }

  /** Index of the byte after the last STOP. */
  public int position() {
    return in.position();
  }

  /**
   * Every persistent reference that was read, in the order of the bytes, also those in parts that
   * the pickle dropped again.
   */
  public List<PickleValue.PersistentRef> persistentRefs() {
    return Collections.unmodifiableList(persistentRefs);
  }

  /**
   * Whether the values tell all that the pickles did. Not so after opcodes that put something into
   * a value out of turn, take a value off again or double it.
   */
  public boolean isPlain() {
    return plain && build.isPlain();
  }

  private static PickleValue orForeign(@Nullable PickleValue value, Opcode opcode) {
    return value == null ? new PickleValue.Foreign(opcode) : value;
  }

  private void machine(Opcode opcode, int offset) {
    switch (opcode) {
      case PROTO -> in.skip(1);
      case FRAME -> in.skip(Long.BYTES);
      case MARK -> stack.mark();
      case POP -> {
        plain = false;
        if (stack.markIsOnTop()) {
          stack.popToMark(offset);
        } else {
          stack.pop(offset);
        }
      }
      case POP_MARK -> {
        plain = false;
        stack.popToMark(offset);
      }
      case DUP -> {
        plain = false;
        PickleValue top = stack.peek(offset);
        alias(top);
        stack.push(top);
      }
      default -> throw new AssertionError(opcode);
    }
  }

  private void memo(Opcode opcode, int offset) {
    switch (opcode) {
      case PUT -> memo.put(lineIndex(offset), stack.peek(offset), offset);
      case BINPUT -> memo.put(in.unsignedByte(), stack.peek(offset), offset);
      case LONG_BINPUT -> memo.put(in.int32() & 0xffff_ffffL, stack.peek(offset), offset);
      case MEMOIZE -> memo.put(memo.entries(), stack.peek(offset), offset);
      case GET -> get(lineIndex(offset), offset);
      case BINGET -> get(in.unsignedByte(), offset);
      case LONG_BINGET -> get(in.int32() & 0xffff_ffffL, offset);
      default -> throw new AssertionError(opcode);
    }
  }

  private long lineIndex(int offset) {
    int from = in.position();
    int to = in.skipLine();
    if (Literals.integer(in.array(), from, to) instanceof PickleValue.Int(long index)
        && index >= 0) {
      return index;
    }
    throw new CodecException("bad memo index", offset);
  }

  private void get(long index, int offset) {
    PickleValue found = memo.get(index);
    if (found == null) {
      throw new CodecException("memo slot is empty", offset);
    }
    alias(found);
    stack.push(found);
  }

  private static void alias(PickleValue value) {
    if (value instanceof PickleValue.Node node) {
      node.alias();
    }
  }

  private @Nullable PickleValue number(Opcode opcode) {
    return switch (opcode) {
      case NONE -> NONE;
      case NEWTRUE -> PickleValue.Bool.TRUE;
      case NEWFALSE -> PickleValue.Bool.FALSE;
      case BININT -> PickleValue.of(in.int32());
      case BININT1 -> PickleValue.of(in.unsignedByte());
      case BININT2 -> PickleValue.of(in.unsignedShort());
      case BINFLOAT -> new PickleValue.Real(in.float64());
      case LONG1 -> twosComplement(in.unsignedByte());
      case LONG4 -> twosComplement(in.length4());
      case INT, LONG, FLOAT -> {
        int from = in.position();
        int to = in.skipLine();
        yield switch (opcode) {
          case FLOAT -> Literals.real(in.array(), from, to);
          case LONG -> Literals.integer(in.array(), from, to);
          default -> Literals.integerOrBool(in.array(), from, to);
        };
      }
      default -> throw new AssertionError(opcode);
    };
  }

  private @Nullable PickleValue twosComplement(int length) {
    return Literals.twosComplement(in.array(), in.skip(length), length);
  }

  private @Nullable PickleValue string(Opcode opcode) {
    return switch (opcode) {
      case SHORT_BINUNICODE -> text(in.unsignedByte());
      case BINUNICODE -> text(in.length4());
      case BINUNICODE8 -> text(in.length8());
      case SHORT_BINBYTES -> binary(in.unsignedByte());
      case BINBYTES -> binary(in.length4());
      case BINBYTES8 -> binary(in.length8());
      case SHORT_BINSTRING -> byteString(in.unsignedByte());
      case BINSTRING -> byteString(in.length4());
      case BYTEARRAY8 -> {
        int length = in.length8();
        yield new PickleValue.ByteArray(in.array(), in.skip(length), length);
      }
      case STRING, UNICODE -> {
        int from = in.position();
        int to = in.skipLine();
        yield opcode == Opcode.STRING
            ? Literals.quoted(in.array(), from, to)
            : Literals.rawUnicode(in.array(), from, to);
      }
      case NEXT_BUFFER -> null;
      case READONLY_BUFFER -> {
        stack.pop(in.position() - 1);
        yield null;
      }
      default -> throw new AssertionError(opcode);
    };
  }

  private PickleValue.@Nullable Text text(int length) {
    int from = in.skip(length);
    return Utf8.isWellFormed(in.array(), from, from + length)
        ? new PickleValue.Text(in.array(), from, length)
        : null;
  }

  private PickleValue binary(int length) {
    return new PickleValue.Binary(in.array(), in.skip(length), length);
  }

  private PickleValue byteString(int length) {
    return new PickleValue.ByteString(in.array(), in.skip(length), length);
  }

  private void container(Opcode opcode, int offset) {
    switch (opcode) {
      case EMPTY_LIST -> stack.push(new PickleValue.ListValue());
      case EMPTY_DICT -> stack.push(new PickleValue.Dict());
      case EMPTY_SET -> stack.push(new PickleValue.SetValue(false));
      case EMPTY_TUPLE -> stack.push(new PickleValue.Tuple());
      case LIST -> stack.push(build.list(stack.popToMark(offset)));
      case DICT -> stack.push(build.dict(stack.popToMark(offset), offset));
      case FROZENSET -> stack.push(build.frozenSet(stack.popToMark(offset)));
      case TUPLE -> stack.push(new PickleValue.Tuple(stack.popToMark(offset)));
      case TUPLE1 -> stack.push(new PickleValue.Tuple(stack.pop(1, offset)));
      case TUPLE2 -> stack.push(new PickleValue.Tuple(stack.pop(2, offset)));
      case TUPLE3 -> stack.push(new PickleValue.Tuple(stack.pop(3, offset)));
      case APPEND -> {
        PickleValue[] added = stack.pop(1, offset);
        build.append(stack.peek(offset), added, offset);
      }
      case APPENDS -> {
        PickleValue[] added = stack.popToMark(offset);
        build.append(stack.peek(offset), added, offset);
      }
      case ADDITEMS -> {
        PickleValue[] added = stack.popToMark(offset);
        build.add(stack.peek(offset), added, offset);
      }
      case SETITEM -> {
        PickleValue[] added = stack.pop(2, offset);
        build.put(stack.peek(offset), added, offset);
      }
      case SETITEMS -> {
        PickleValue[] added = stack.popToMark(offset);
        build.put(stack.peek(offset), added, offset);
      }
      default -> throw new AssertionError(opcode);
    }
  }

  private void object(Opcode opcode, int offset) {
    switch (opcode) {
      case GLOBAL -> stack.push(orForeign(global(), opcode));
      case STACK_GLOBAL -> {
        PickleValue[] names = stack.pop(2, offset);
        stack.push(orForeign(PickleBuilder.global(names[0], names[1]), opcode));
      }
      case EXT1 -> stack.push(extension(opcode, 1));
      case EXT2 -> stack.push(extension(opcode, 2));
      case EXT4 -> stack.push(extension(opcode, 4));
      case REDUCE -> {
        PickleValue[] call = stack.pop(2, offset);
        stack.push(PickleBuilder.reduce(call[0], call[1]));
      }
      case NEWOBJ -> {
        PickleValue[] call = stack.pop(2, offset);
        stack.push(PickleBuilder.newObject(call[0], call[1]));
      }
      case NEWOBJ_EX -> stack.push(PickleBuilder.newObjectEx(stack.pop(3, offset)));
      case INST -> {
        PickleValue named = orForeign(global(), opcode);
        stack.push(PickleBuilder.instance(named, stack.popToMark(offset), 0));
      }
      case OBJ -> {
        PickleValue[] call = stack.popToMark(offset);
        if (call.length == 0) {
          throw new CodecException("pickle stack underflow", offset);
        }
        stack.push(PickleBuilder.instance(call[0], call, 1));
      }
      case BUILD -> {
        PickleValue[] both = stack.pop(2, offset);
        stack.push(build.state(both[0], both[1]));
      }
      case PERSID -> {
        int from = in.position();
        persistentRef(new PickleValue.Text(in.array(), from, in.skipLine() - from));
      }
      case BINPERSID -> persistentRef(stack.pop(offset));
      default -> throw new AssertionError(opcode);
    }
  }

  private PickleValue.@Nullable Global global() {
    String module = line();
    String name = line();
    return module == null || name == null ? null : new PickleValue.Global(module, name);
  }

  private @Nullable String line() {
    int from = in.position();
    int to = in.skipLine();
    return Utf8.isWellFormed(in.array(), from, to)
        ? new String(in.array(), from, to - from, StandardCharsets.UTF_8)
        : null;
  }

  private PickleValue extension(Opcode opcode, int length) {
    in.skip(length);
    return new PickleValue.Foreign(opcode);
  }

  private void persistentRef(PickleValue id) {
    PickleValue.PersistentRef ref = new PickleValue.PersistentRef(id);
    persistentRefs.add(ref);
    stack.push(ref);
  }
}
