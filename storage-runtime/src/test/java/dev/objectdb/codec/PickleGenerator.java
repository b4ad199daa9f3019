package dev.objectdb.codec;

import dev.objectdb.object.Bytes;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Makes records out of random values: honest ones of all protocols, with aliases and cycles, and
 * now and then something that no pickler would write. The same seed makes the same records.
 */
final class PickleGenerator {
  private static final String[] TEXTS = {
    "",
    "a",
    "b",
    "ab",
    "key",
    "Zope",
    "\u00e9",
    "\u20ac",
    "\ud83d\ude00",
    "\u007f",
    "a\tb\n\"\\",
    "a\u0000",
    "\ud800",
    "@t",
    "@ref",
    "@ns:YQ==",
    "@s",
    "int",
    "\b\f\u001f",
    "0000000000000001"
  };
  private static final String[] CLASSES = {
    "myapp\nDoc\n", "BTrees.OOBTree\nOOBTree\n", "BTrees.IIBTree\nIIBucket\n", "a.b\nC.D\n",
    "collections\nOrderedDict\n", "uuid\nUUID\n", "builtins\nset\n", "builtins\nfrozenset\n",
    "decimal\nDecimal\n", "datetime\ntimedelta\n", "BTrees.Length\nLength\n", "copyreg\nf\n",
    "\nx\n", "caf\u00e9\nK\u013c\n"
  };
  private static final double[] REALS = {
    0,
    -0.0,
    1,
    -1.5,
    0.1,
    1e15,
    1e16,
    1e300,
    Double.MIN_VALUE,
    1e-5,
    1e-7,
    123456.789,
    Double.NaN,
    Double.POSITIVE_INFINITY,
    Double.MAX_VALUE,
    9007199254740992.0
  };

  private final Random random;
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final List<Integer> slots = new ArrayList<>();
  private int nextSlot;
  private int budget;

  /** One record in so many has things in it that no pickler writes. */
  private boolean odd;

  PickleGenerator(long seed) {
    this.random = new Random(seed);
  }

  Bytes record() {
    out.reset();
    slots.clear();
    nextSlot = 0;
    budget = 1 + random.nextInt(40);
    odd = random.nextInt(4) == 0;
    recordClass();
    op('.');
    if (pick(6) == 0) {
      bucket(0);
    } else {
      value(0);
    }
    op('.');
    if (odd && random.nextInt(10) == 0) {
      op('x');
    }
    return Bytes.wrap(out.toByteArray());
  }

  private void op(int opcode) {
    out.write(opcode);
  }

  private void ascii(String text) {
    out.writeBytes(text.getBytes(StandardCharsets.UTF_8));
  }

  private int pick(int bound) {
    return random.nextInt(bound);
  }

  private void recordClass() {
    int shape = pick(odd ? 8 : 5);
    switch (shape) {
      case 0, 1 -> global();
      case 2 -> {
        global();
        op(')');
        op(0x86);
      }
      case 3, 4 -> {
        text("myapp");
        text("Doc");
        op(0x86);
        remember();
        op('N');
        op(0x86);
      }
      case 5 -> {
        global();
        op(']');
        op(0x85);
        op(0x86);
      }
      case 6 -> text("x");
      default -> {
        text("a");
        text("B");
        op(0x86);
      }
    }
  }

  private void value(int depth) {
    budget--;
    if (depth > 8 || budget < 0) {
      scalar();
      return;
    }
    switch (pick(12)) {
      case 0, 1, 2 -> scalar();
      case 3, 4 -> alias();
      case 5 -> list(depth);
      case 6 -> tuple(depth);
      case 7, 8 -> dict(depth, pick(3) > 0);
      case 9 -> set(depth);
      case 10 -> object(depth);
      default -> special(depth);
    }
    if (odd && pick(30) == 0) {
      op('2');
      op(pick(2) == 0 ? '0' : 0x86);
    }
  }

  /** Lets what is on top be had again. */
  private void remember() {
    if (pick(2) == 0) {
      op('r');
      int slot = nextSlot++;
      little(slot, 4);
      slots.add(slot);
    }
  }

  private void alias() {
    if (slots.isEmpty()) {
      scalar();
      return;
    }
    op('j');
    little(slots.get(pick(slots.size())), 4);
  }

  private void little(long value, int bytes) {
    for (int i = 0; i < bytes; i++) {
      out.write((int) (value >> (8 * i)));
    }
  }

  private void scalar() {
    switch (pick(odd ? 16 : 12)) {
      case 0 -> op('N');
      case 1 -> op(pick(2) == 0 ? 0x88 : 0x89);
      case 2, 3 -> {
        op('K');
        out.write(pick(256));
      }
      case 4 -> {
        op(0x8a);
        int length = pick(12);
        out.write(length);
        little(random.nextLong(), Math.min(8, length));
        little(random.nextLong(), Math.max(0, length - 8));
      }
      case 5, 6 -> real();
      case 7, 8 -> text(TEXTS[pick(TEXTS.length)]);
      case 9, 10 -> bytes(pick(14));
      case 11 -> ascii(pick(2) == 0 ? "I01\n" : "V\\u20ac\\\n");
      case 12 -> ascii("S'py2'\n");
      case 13 -> ascii("F1e16\n");
      case 14 -> {
        op(0x82);
        out.write(1);
      }
      default -> {
        op(0x96);
        little(1, 8);
        out.write(7);
      }
    }
  }

  private void real() {
    op('G');
    double value = pick(2) == 0 ? REALS[pick(REALS.length)] : random.nextGaussian() * 1e6;
    long bits = Double.doubleToRawLongBits(value);
    for (int shift = 56; shift >= 0; shift -= 8) {
      out.write((int) (bits >> shift));
    }
  }

  private void text(String text) {
    boolean surrogate = text.equals("\ud800");
    byte[] utf8 =
        surrogate
            ? new byte[] {(byte) 0xed, (byte) 0xa0, (byte) 0x80}
            : text.getBytes(StandardCharsets.UTF_8);
    op('X');
    little(utf8.length, 4);
    out.writeBytes(utf8);
    remember();
  }

  private void bytes(int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    op('C');
    out.write(length);
    out.writeBytes(bytes);
    remember();
  }

  private void global() {
    op('c');
    ascii(CLASSES[pick(odd ? CLASSES.length : 3)]);
    remember();
  }

  private void list(int depth) {
    op(']');
    remember();
    items(depth, 'e');
  }

  private void items(int depth, char end) {
    op('(');
    for (int i = pick(5); i > 0; i--) {
      value(depth + 1);
    }
    op(end);
  }

  private void tuple(int depth) {
    if (pick(3) == 0) {
      value(depth + 1);
      op(0x85);
    } else {
      items(depth, 't');
    }
    remember();
  }

  private void dict(int depth, boolean texts) {
    op('}');
    remember();
    pairs(depth, texts);
  }

  private void pairs(int depth, boolean texts) {
    op('(');
    List<String> keys = new ArrayList<>();
    for (int i = pick(5); i > 0; i--) {
      keys.add(TEXTS[pick(odd ? TEXTS.length : 10)]);
    }
    if (pick(3) > 0) {
      keys.sort(null);
      keys.sort((a, b) -> Integer.compare(a.length(), b.length()));
    }
    for (String key : keys) {
      if (texts) {
        text(key);
      } else {
        value(8);
      }
      value(depth + 1);
    }
    op('u');
  }

  private void set(int depth) {
    if (pick(2) == 0) {
      op(0x8f);
      remember();
      items(depth, (char) 0x90);
    } else if (pick(2) == 0) {
      items(depth, (char) 0x91);
      remember();
    } else {
      ascii(pick(2) == 0 ? "cbuiltins\nset\n" : "cbuiltins\nfrozenset\n");
      list(depth);
      op(0x85);
      op('R');
      remember();
    }
  }

  private void object(int depth) {
    global();
    if (pick(3) > 0) {
      op(')');
    } else {
      tuple(depth);
    }
    op(pick(2) == 0 ? 0x81 : 'R');
    remember();
    if (pick(5) == 0) {
      items(depth, 'e');
    }
    if (pick(5) == 0) {
      pairs(depth, false);
    }
    if (pick(3) > 0) {
      state(depth);
      op('b');
    }
    if (odd && pick(5) == 0) {
      op('N');
      op('b');
    }
  }

  private void state(int depth) {
    switch (pick(4)) {
      case 0 -> value(depth + 1);
      case 1 -> bucket(depth);
      default -> dict(depth, true);
    }
  }

  /** What a bucket, a set or a small tree of the BTrees package has for a state. */
  private void bucket(int depth) {
    items(depth, 't');
    remember();
    if (pick(2) == 0) {
      op(0x85);
      remember();
      if (pick(2) == 0) {
        op(0x85);
        op(0x85);
      }
    } else {
      reference();
      op(0x86);
    }
  }

  private void reference() {
    bytes(8);
    switch (pick(3)) {
      case 0 -> {}
      case 1 -> {
        op('N');
        op(0x86);
      }
      default -> {
        global();
        op(0x86);
      }
    }
    op('Q');
  }

  private void special(int depth) {
    switch (pick(8)) {
      case 0, 1 -> reference();
      case 2 -> {
        ascii("cdatetime\ndatetime\nC\n");
        ascii("\u0007");
        out.write(0xe9);
        out.writeBytes(new byte[] {(byte) (1 + pick(13)), (byte) pick(32), (byte) pick(25)});
        out.writeBytes(new byte[] {(byte) pick(61), (byte) pick(60), (byte) pick(2), 1, 1});
        zone();
        remember();
      }
      case 3 -> {
        ascii("cdatetime\ndate\nC\u0004\u0007");
        out.write(0xd0);
        out.writeBytes(new byte[] {2, (byte) pick(31)});
        op(0x85);
        op('R');
        remember();
      }
      case 4 -> {
        ascii("cdecimal\nDecimal\n");
        text("1.50");
        op(0x85);
        op('R');
        remember();
      }
      case 5 -> {
        ascii("cuuid\nUUID\n)");
        op(0x81);
        op('}');
        text("int");
        op('K');
        out.write(pick(256));
        ascii("sb");
        remember();
      }
      case 6 -> {
        timedelta(pick(3) - 1, pick(90_000));
        remember();
      }
      default -> bucket(depth);
    }
  }

  private void timedelta(int days, int seconds) {
    ascii("cdatetime\ntimedelta\nJ");
    little(days, 4);
    op('J');
    little(seconds, 4);
    ascii("K");
    out.write(pick(10) == 0 ? 1 : 0);
    op(0x87);
    op('R');
  }

  private void zone() {
    switch (pick(5)) {
      case 0 -> {
        ascii("cdatetime\ntimezone\n");
        timedelta(pick(3) - 1, pick(1_440) * 60);
        op(0x85);
        op('R');
        remember();
        op(0x86);
      }
      case 1 -> {
        ascii("cpytz\n_p\n");
        text("Europe/Vienna");
        op('K');
        out.write(pick(200));
        op(0x86);
        op('R');
        op(0x86);
      }
      case 2 -> {
        ascii("cbuiltins\ngetattr\nczoneinfo\nZoneInfo\n");
        text("_unpickle");
        op(0x86);
        op('R');
        text("UTC");
        op('K');
        out.write(pick(2));
        op(0x86);
        op('R');
        op(0x86);
      }
      case 3 -> {
        ascii("cpytz\n_UTC\n)R");
        op(0x86);
      }
      default -> op(0x85);
    }
    op('R');
  }
}
