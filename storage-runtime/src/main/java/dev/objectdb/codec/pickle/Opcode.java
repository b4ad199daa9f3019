package dev.objectdb.codec.pickle;

/** Every opcode of pickle protocols 0 to 5. Source: {@code pickletools.py}. */
public enum Opcode {
  MARK('(', Group.MACHINE),
  STOP('.', Group.MACHINE),
  POP('0', Group.MACHINE),
  POP_MARK('1', Group.MACHINE),
  DUP('2', Group.MACHINE),
  FLOAT('F', Group.NUMBER),
  INT('I', Group.NUMBER),
  BININT('J', Group.NUMBER),
  BININT1('K', Group.NUMBER),
  LONG('L', Group.NUMBER),
  BININT2('M', Group.NUMBER),
  NONE('N', Group.NUMBER),
  PERSID('P', Group.OBJECT),
  BINPERSID('Q', Group.OBJECT),
  REDUCE('R', Group.OBJECT),
  STRING('S', Group.STRING),
  BINSTRING('T', Group.STRING),
  SHORT_BINSTRING('U', Group.STRING),
  UNICODE('V', Group.STRING),
  BINUNICODE('X', Group.STRING),
  APPEND('a', Group.CONTAINER),
  BUILD('b', Group.OBJECT),
  GLOBAL('c', Group.OBJECT),
  DICT('d', Group.CONTAINER),
  EMPTY_DICT('}', Group.CONTAINER),
  APPENDS('e', Group.CONTAINER),
  GET('g', Group.MEMO),
  BINGET('h', Group.MEMO),
  INST('i', Group.OBJECT),
  LONG_BINGET('j', Group.MEMO),
  LIST('l', Group.CONTAINER),
  EMPTY_LIST(']', Group.CONTAINER),
  OBJ('o', Group.OBJECT),
  PUT('p', Group.MEMO),
  BINPUT('q', Group.MEMO),
  LONG_BINPUT('r', Group.MEMO),
  SETITEM('s', Group.CONTAINER),
  TUPLE('t', Group.CONTAINER),
  EMPTY_TUPLE(')', Group.CONTAINER),
  SETITEMS('u', Group.CONTAINER),
  BINFLOAT('G', Group.NUMBER),
  PROTO(0x80, Group.MACHINE),
  NEWOBJ(0x81, Group.OBJECT),
  EXT1(0x82, Group.OBJECT),
  EXT2(0x83, Group.OBJECT),
  EXT4(0x84, Group.OBJECT),
  TUPLE1(0x85, Group.CONTAINER),
  TUPLE2(0x86, Group.CONTAINER),
  TUPLE3(0x87, Group.CONTAINER),
  NEWTRUE(0x88, Group.NUMBER),
  NEWFALSE(0x89, Group.NUMBER),
  LONG1(0x8a, Group.NUMBER),
  LONG4(0x8b, Group.NUMBER),
  BINBYTES('B', Group.STRING),
  SHORT_BINBYTES('C', Group.STRING),
  SHORT_BINUNICODE(0x8c, Group.STRING),
  BINUNICODE8(0x8d, Group.STRING),
  BINBYTES8(0x8e, Group.STRING),
  EMPTY_SET(0x8f, Group.CONTAINER),
  ADDITEMS(0x90, Group.CONTAINER),
  FROZENSET(0x91, Group.CONTAINER),
  NEWOBJ_EX(0x92, Group.OBJECT),
  STACK_GLOBAL(0x93, Group.OBJECT),
  MEMOIZE(0x94, Group.MEMO),
  FRAME(0x95, Group.MACHINE),
  BYTEARRAY8(0x96, Group.STRING),
  NEXT_BUFFER(0x97, Group.STRING),
  READONLY_BUFFER(0x98, Group.STRING);

  private static final Opcode[] BY_CODE = new Opcode[256];

  static {
    for (Opcode opcode : values()) {
      BY_CODE[opcode.code] = opcode;
    }
  }

  /** What an opcode is about; each group has its own part of the reader. */
  enum Group {
    MACHINE,
    MEMO,
    NUMBER,
    STRING,
    CONTAINER,
    OBJECT
  }

  private final int code;
  private final Group group;

  Opcode(int code, Group group) {
    this.code = code;
    this.group = group;
  }

  Group group() {
    return group;
  }

  /** The byte that stands for it, 0 to 255. */
  public int code() {
    return code;
  }

  /**
   * Returns the opcode of a byte.
   *
   * @throws CodecException if there is none
   */
  static Opcode of(int code, int offset) {
    Opcode found = BY_CODE[code];
    if (found == null) {
      throw new CodecException("unknown pickle opcode", offset);
    }
    return found;
  }
}
