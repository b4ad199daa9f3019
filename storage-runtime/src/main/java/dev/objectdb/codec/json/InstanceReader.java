package dev.objectdb.codec.json;

import dev.objectdb.codec.pickle.Opcode;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Reads the forms of objects that {@link ObjectForms} writes, and those of the codec 1.6.1. */
final class InstanceReader {
  /** An object of more keys is always a dict. */
  private static final int KEYS_MAX = 5;

  private InstanceReader() {}

  /** {@code {"@cls": [module, name]}}. */
  static boolean readClass(Json value, JsonStateReader reader) {
    if (value instanceof Json.Array names && names.isTexts(2)) {
      reader.out().global(names.text(0), names.text(1));
      return true;
    }
    return false;
  }

  /** Whether an object of several keys is an instance, or a class with something beside it. */
  static boolean isInstance(Json.Members members) {
    return members.size() >= 2
        && members.size() <= KEYS_MAX
        && members.get("@cls") instanceof Json.Array names
        && names.isTexts(2);
  }

  /** {@code {"@cls": [module, name], "@s": state, ..}}; without {@code @s} the class itself. */
  static void read(Json.Members members, JsonStateReader reader) {
    Json state = create(members, reader);
    if (state != null) {
      reader.state(kind(members), state);
      reader.out().op(Opcode.BUILD);
    }
  }

  private static StateKind kind(Json.Members members) {
    Json.Array names = (Json.Array) Objects.requireNonNull(members.get("@cls"));
    return StateKind.of(names.text(0), names.text(1));
  }

  /** Writes all but the state, which it returns. */
  private static @Nullable Json create(Json.Members members, JsonStateReader reader) {
    Json state = members.get("@s");
    boolean hasContent =
        members.get("@newobj") != null
            || members.get("@items") != null
            || members.get("@appends") != null;
    if (state == null && hasContent) {
      throw reader.broken("@cls without @s");
    }
    readClass(Objects.requireNonNull(members.get("@cls")), reader);
    if (state == null) {
      return null;
    }
    boolean call = members.get("@newobj") instanceof Json.Bool(boolean newObject) && !newObject;
    Json.Array args = arguments(state);
    if (args == null) {
      reader.out().op(Opcode.EMPTY_TUPLE);
    } else {
      reader.tuple(args);
      state = ((Json.Members) state).get("@state");
    }
    reader.out().op(call ? Opcode.REDUCE : Opcode.NEWOBJ);
    content(members.get("@appends"), members.get("@items"), reader);
    return state;
  }

  /** The arguments in {@code {"@args": {"@t": [..]}, "@state": state}}; null in any other state. */
  private static Json.@Nullable Array arguments(Json state) {
    return state instanceof Json.Members both
            && both.size() == 2
            && both.get("@state") != null
            && both.get("@args") instanceof Json.Members tuple
            && tuple.size() == 1
            && tuple.get("@t") instanceof Json.Array items
        ? items
        : null;
  }

  private static void content(
      @Nullable Json appends, @Nullable Json pairs, JsonStateReader reader) {
    if (appends instanceof Json.Array items) {
      reader.append(items);
    }
    if (pairs instanceof Json.Array items) {
      reader.put(items);
    }
  }

  /** {@code {"@reduce": {"callable": .., "args": .., ..}}}. */
  static boolean readReduce(Json value, JsonStateReader reader) {
    if (!(value instanceof Json.Members call)) {
      return false;
    }
    if (call.get("args") instanceof Json.Members args
        && args.get("@args") != null
        && args.get("@kwargs") != null) {
      reader.out().global("copyreg", "__newobj_ex__"); // the form of 1.6.1
      reader.valueOrNone(call.get("callable"));
      reader.valueOrNone(args.get("@args"));
      reader.valueOrNone(args.get("@kwargs"));
      reader.out().op(Opcode.TUPLE3).op(Opcode.REDUCE);
    } else {
      reader.valueOrNone(call.get("callable"));
      reader.valueOrNone(call.get("args"));
      boolean create = call.get("newobj") instanceof Json.Bool(boolean newObject) && newObject;
      reader.out().op(create ? Opcode.NEWOBJ : Opcode.REDUCE);
    }
    content(call.get("appends"), call.get("items"), reader);
    Json state = call.get("state");
    if (state != null) {
      reader.value(state);
      reader.out().op(Opcode.BUILD);
    }
    return true;
  }

  /** {@code {"@inst": {"@obj": .., "@state": ..}}}, and the form of 1.6.1. */
  static boolean readBuilt(Json value, JsonStateReader reader) {
    if (!(value instanceof Json.Members members) || members.get("@state") == null) {
      throw reader.broken("@inst");
    }
    if (members.get("@obj") != null) {
      reader.valueOrNone(members.get("@obj"));
    } else if (members.get("@callable") != null && members.get("@args") != null) {
      reader.valueOrNone(members.get("@callable"));
      reader.valueOrNone(members.get("@args"));
      reader.out().op(Opcode.REDUCE);
    } else {
      throw reader.broken("@inst");
    }
    reader.valueOrNone(members.get("@state"));
    reader.out().op(Opcode.BUILD);
    return true;
  }
}
