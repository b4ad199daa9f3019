package dev.objectdb.codec.pickle;

import dev.objectdb.codec.pickle.PickleValue.Built;
import dev.objectdb.codec.pickle.PickleValue.Dict;
import dev.objectdb.codec.pickle.PickleValue.ListValue;
import dev.objectdb.codec.pickle.PickleValue.Node;
import dev.objectdb.codec.pickle.PickleValue.ObjectValue;
import dev.objectdb.codec.pickle.PickleValue.PersistentRef;
import dev.objectdb.codec.pickle.PickleValue.SetValue;
import dev.objectdb.codec.pickle.PickleValue.Tuple;
import java.util.IdentityHashMap;
import java.util.List;

/** Walks a tree of values and writes it, each node once. */
final class TreeWriter {
  /** Deeper trees come from nobody honest, and would exhaust the stack. */
  private static final int DEPTH_MAX = 1_000;

  private final PickleWriter out;
  private final IdentityHashMap<Node, Integer> slots = new IdentityHashMap<>();
  private int depth;

  TreeWriter(PickleWriter out) {
    this.out = out;
  }

  void write(PickleValue value) {
    if (++depth > DEPTH_MAX) {
      throw new CodecException("value is nested too deeply to be written", out.length());
    }
    switch (value) {
      case PickleValue.None _ -> out.none();
      case PickleValue.Bool bool -> out.bool(bool.value());
      case PickleValue.Int(long number) -> out.integer(number);
      case PickleValue.BigInt(var number) -> out.integer(number);
      case PickleValue.Real(double number) -> out.real(number);
      case PickleValue.Text text -> out.text(text);
      case PickleValue.Binary binary -> out.binary(binary);
      case PickleValue.ByteString string -> out.byteString(string);
      case PickleValue.ByteArray array -> {
        out.global("builtins", "bytearray").binary(array);
        out.op(Opcode.TUPLE1).op(Opcode.REDUCE);
      }
      case PickleValue.Global(String module, String name) -> out.global(module, name);
      case PersistentRef(PickleValue id) -> {
        write(id);
        out.op(Opcode.BINPERSID);
      }
      case Built(PickleValue target, PickleValue state) -> {
        write(target);
        write(state);
        out.op(Opcode.BUILD);
      }
      case PickleValue.Foreign _ ->
          throw new CodecException("value has no form to be written in", out.length());
      case Node node -> node(node);
    }
    depth--;
  }

  private void node(Node node) {
    Integer slot = slots.get(node);
    if (slot != null) {
      out.get(slot);
      return;
    }
    switch (node) {
      case ListValue list -> {
        remember(list, Opcode.EMPTY_LIST);
        append(list.items());
      }
      case Dict dict -> {
        remember(dict, Opcode.EMPTY_DICT);
        put(dict.pairs());
      }
      case Tuple tuple -> tuple(tuple);
      case SetValue set -> {
        out.global("builtins", set.isFrozen() ? "frozenset" : "set").op(Opcode.EMPTY_LIST);
        append(set.items());
        out.op(Opcode.TUPLE1);
        remember(set, Opcode.REDUCE);
      }
      case ObjectValue object -> object(object);
    }
  }

  private void object(ObjectValue object) {
    switch (object.kind()) {
      case NEWOBJ, REDUCE -> {
        write(object.callable());
        write(object.args());
        boolean create = object.kind() == ObjectValue.Kind.NEWOBJ;
        remember(object, create ? Opcode.NEWOBJ : Opcode.REDUCE);
      }
      case INST -> {
        out.op(Opcode.MARK);
        write(object.callable());
        write(((Tuple) object.args()).items());
        remember(object, Opcode.OBJ);
      }
    }
    append(object.appends());
    put(object.pairs());
    PickleValue state = object.state();
    if (state != null) {
      write(state);
      out.op(Opcode.BUILD);
    }
  }

  /** Writes the opcode that makes the node, and gives it a slot if it comes again. */
  private void remember(Node node, Opcode maker) {
    out.op(maker);
    if (node.isAliased()) {
      int slot = slots.size();
      slots.put(node, slot);
      out.put(slot);
    }
  }

  private void tuple(Tuple tuple) {
    if (tuple.size() > 3) {
      out.op(Opcode.MARK);
    }
    write(tuple.items());
    Opcode maker =
        switch (tuple.size()) {
          case 0 -> Opcode.EMPTY_TUPLE;
          case 1 -> Opcode.TUPLE1;
          case 2 -> Opcode.TUPLE2;
          case 3 -> Opcode.TUPLE3;
          default -> Opcode.TUPLE;
        };
    remember(tuple, maker);
  }

  private void append(List<PickleValue> items) {
    if (items.size() == 1) {
      write(items.getFirst());
      out.op(Opcode.APPEND);
    } else if (!items.isEmpty()) {
      out.op(Opcode.MARK);
      write(items);
      out.op(Opcode.APPENDS);
    }
  }

  private void put(List<PickleValue> keysAndValues) {
    if (keysAndValues.size() == 2) {
      write(keysAndValues);
      out.op(Opcode.SETITEM);
    } else if (!keysAndValues.isEmpty()) {
      out.op(Opcode.MARK);
      write(keysAndValues);
      out.op(Opcode.SETITEMS);
    }
  }

  private void write(List<PickleValue> values) {
    for (PickleValue value : values) {
      write(value);
    }
  }
}
