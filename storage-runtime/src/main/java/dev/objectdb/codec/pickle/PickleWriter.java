package dev.objectdb.codec.pickle;

import dev.objectdb.object.Bytes;
import java.io.IOException;
import java.io.OutputStream;
import java.math.BigInteger;

/**
 * Writes a pickle with the opcodes of protocol 3, the ones that every ZODB client reads.
 *
 * <pre>
 *   None True False    N 88 89
 *   int                K u8 | M u16 | J i32 | 8a length two's complement | 8b length4 two's …
 *   float              G, IEEE double, big-endian
 *   text               X length4 UTF-8
 *   bytes              C length1 … | B length4 …
 *   tuple              ) | x 85 | x y 86 | x y z 87 | ( … t
 *   list               ] | ] x a | ] ( … e
 *   dict               } | } k v s | } ( k v … u
 *   class, call        c module \n name \n | callable args R | class args 81 | object state b
 *   persistent         id Q
 * </pre>
 *
 * <p>Plain values need no memo and get none. Only a node that the tree holds more than once is
 * memoised, so that aliases and cycles live on and a small hostile tree stays small.
 *
 * <p>Not for use by several threads.
 */
public final class PickleWriter {
  /** Protocol of what we send to clients. */
  public static final int PROTOCOL = 3;

  private final PickleOutput out = new PickleOutput();

  /** Returns the whole pickle of a value, PROTO to STOP. */
  public static Bytes write(PickleValue value) {
    return new PickleWriter().begin(PROTOCOL).value(value).end().toBytes();
  }

  /** Begins a pickle; several may follow one another. */
  public PickleWriter begin(int protocol) {
    op(Opcode.PROTO);
    out.put(protocol);
    return this;
  }

  /** Ends a pickle. */
  public PickleWriter end() {
    return op(Opcode.STOP);
  }

  /** Writes one opcode that has no argument. */
  public PickleWriter op(Opcode opcode) {
    out.put(opcode.code());
    return this;
  }

  public PickleWriter none() {
    return op(Opcode.NONE);
  }

  public PickleWriter bool(boolean value) {
    return op(value ? Opcode.NEWTRUE : Opcode.NEWFALSE);
  }

  public PickleWriter integer(long value) {
    if (value >= 0 && value <= 0xff) {
      op(Opcode.BININT1);
      out.put((int) value);
    } else if (value >= 0 && value <= 0xffff) {
      op(Opcode.BININT2);
      out.put((int) value);
      out.put((int) value >> 8);
    } else if (value == (int) value) {
      op(Opcode.BININT);
      out.putIntLittle((int) value);
    } else {
      longInteger(BigInteger.valueOf(value).toByteArray());
    }
    return this;
  }

  public PickleWriter integer(BigInteger value) {
    if (value.bitLength() < Long.SIZE) {
      return integer(value.longValue());
    }
    longInteger(value.toByteArray());
    return this;
  }

  /** Writes an int in the long form, however small it is. */
  public PickleWriter longInteger(BigInteger value) {
    longInteger(value.toByteArray());
    return this;
  }

  private void longInteger(byte[] bigEndian) {
    if (bigEndian.length < 256) {
      op(Opcode.LONG1);
      out.put(bigEndian.length);
    } else {
      op(Opcode.LONG4);
      out.putIntLittle(bigEndian.length);
    }
    for (int i = bigEndian.length - 1; i >= 0; i--) {
      out.put(bigEndian[i]);
    }
  }

  public PickleWriter real(double value) {
    op(Opcode.BINFLOAT);
    out.putLongBig(Double.doubleToRawLongBits(value));
    return this;
  }

  public PickleWriter text(String value) {
    byte[] utf8 = Utf8.encode(value);
    return text(utf8, 0, utf8.length);
  }

  /**
   * Writes text whose UTF-8 is given; returns false, having written nothing, if it is not UTF-8.
   */
  public boolean tryText(byte[] utf8) {
    if (!Utf8.isWellFormed(utf8, 0, utf8.length)) {
      return false;
    }
    text(utf8, 0, utf8.length);
    return true;
  }

  /** Writes bytes that are a part of a pickle already. */
  public PickleWriter raw(byte[] opcodes) {
    out.put(opcodes, 0, opcodes.length);
    return this;
  }

  private PickleWriter text(byte[] utf8, int from, int length) {
    op(Opcode.BINUNICODE);
    out.putIntLittle(length);
    out.put(utf8, from, length);
    return this;
  }

  /** Writes a byte string; a long one is not copied, so the array must not change any more. */
  public PickleWriter binary(byte[] array, int from, int length) {
    return counted(Opcode.SHORT_BINBYTES, Opcode.BINBYTES, array, from, length);
  }

  private PickleWriter counted(Opcode brief, Opcode wide, byte[] array, int from, int length) {
    if (length < 256) {
      op(brief);
      out.put(length);
    } else {
      op(wide);
      out.putIntLittle(length);
    }
    out.put(array, from, length);
    return this;
  }

  /**
   * Writes a class or function by name.
   *
   * @throws CodecException if a newline in the name would end it early
   */
  public PickleWriter global(String module, String name) {
    if (module.indexOf('\n') >= 0 || name.indexOf('\n') >= 0) {
      throw new CodecException("newline in the name of a class", out.length());
    }
    op(Opcode.GLOBAL);
    line(module);
    line(name);
    return this;
  }

  private void line(String text) {
    byte[] utf8 = Utf8.encode(text);
    out.put(utf8, 0, utf8.length);
    out.put('\n');
  }

  /**
   * Writes a tree of values.
   *
   * @throws CodecException if it is nested over 1,000 levels deep, or holds what protocol 3 or this
   *     program has no form for
   */
  public PickleWriter value(PickleValue value) {
    new TreeWriter(this).write(value);
    return this;
  }

  /** Writes what Python 2 would call a string, and only its opcodes make. */
  PickleWriter byteString(PickleValue.ByteString value) {
    return counted(
        Opcode.SHORT_BINSTRING, Opcode.BINSTRING, value.array(), value.from(), value.length());
  }

  PickleWriter text(PickleValue.Text value) {
    return text(value.array(), value.from(), value.length());
  }

  PickleWriter binary(PickleValue.Slice value) {
    return binary(value.array(), value.from(), value.length());
  }

  /** Puts what is on top of the machine's stack into a memo slot. */
  void put(int index) {
    if (index < 256) {
      op(Opcode.BINPUT);
      out.put(index);
    } else {
      op(Opcode.LONG_BINPUT);
      out.putIntLittle(index);
    }
  }

  void get(int index) {
    if (index < 256) {
      op(Opcode.BINGET);
      out.put(index);
    } else {
      op(Opcode.LONG_BINGET);
      out.putIntLittle(index);
    }
  }

  /** Number of bytes written so far. */
  public int length() {
    return out.length();
  }

  /** Returns a copy of what was written. */
  public Bytes toBytes() {
    return out.toBytes();
  }

  /** Sends what was written. */
  public void writeTo(OutputStream stream) throws IOException {
    out.writeTo(stream);
  }
}
