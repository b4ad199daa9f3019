package dev.objectdb.codec.json;

import dev.objectdb.codec.pickle.PickleValue;
import dev.objectdb.codec.pickle.PickleValue.Global;
import dev.objectdb.codec.pickle.PickleValue.ObjectValue;
import dev.objectdb.codec.pickle.PickleValue.ObjectValue.Kind;
import dev.objectdb.codec.pickle.PickleValue.Tuple;

/**
 * Objects without a form of their own.
 *
 * <pre>
 *   class without arguments, state     {"@cls": [m, n], "@s": state}
 *   class with arguments, state        {"@cls": [m, n], "@s": {"@args": {"@t": ..}, "@state": ..}}
 *   call without arguments, state      {"@cls": [m, n], "@s": state, "@newobj": false}
 *   anything else                      {"@reduce": {"callable": .., "args": .., ...}}
 *   with content of a dict or list     adds "@items": [[k, v], ..], "@appends": [..]
 * </pre>
 */
final class ObjectForms {
  private final JsonStateWriter writer;
  private final JsonOutput out;

  ObjectForms(JsonStateWriter writer) {
    this.writer = writer;
    this.out = writer.out();
  }

  void write(ObjectValue object) {
    writer.inexactUnless(object.kind() != Kind.INST && object.args() instanceof Tuple);
    PickleValue state = object.state();
    boolean noArgs = object.args() instanceof Tuple args && args.size() == 0;
    if (state != null
        && object.callable() instanceof Global cls
        && (noArgs || object.kind() == Kind.NEWOBJ)) {
      instance(object, cls, state, noArgs);
    } else {
      reduce(object);
    }
  }

  private void instance(ObjectValue object, Global cls, PickleValue state, boolean noArgs) {
    StateKind kind = StateKind.of(cls.module(), cls.name());
    writer.className(cls);
    out.openMarker("@cls");
    writer.names(cls);
    out.put(',').key("@s");
    if (noArgs) {
      writer.state(kind, state);
    } else {
      out.openMarker("@args");
      writer.value(object.args());
      out.put(',').key("@state");
      writer.state(kind, state);
      out.close('}');
    }
    if (object.kind() != Kind.NEWOBJ) {
      out.put(',').key("@newobj").put("false");
    }
    content(object, "@");
    out.close('}');
  }

  private void reduce(ObjectValue object) {
    PickleValue state = object.state();
    call(object);
    content(object, "");
    if (object.kind() == Kind.NEWOBJ) {
      out.put(',').key("newobj").put("true");
    }
    if (state != null) {
      out.put(',').key("state");
      writer.state(StateKind.PLAIN, state);
    }
    out.close('}').close('}');
  }

  /** Writes an object as it was before anything was put into it. */
  void writeBare(ObjectValue object) {
    call(object);
    if (object.kind() == Kind.NEWOBJ) {
      out.put(',').key("newobj").put("true");
    }
    out.close('}').close('}');
  }

  private void call(ObjectValue object) {
    out.openMarker("@reduce").openMarker("callable");
    writer.value(object.callable());
    out.put(',').key("args");
    writer.value(object.args());
  }

  private void content(ObjectValue object, String prefix) {
    if (!object.pairs().isEmpty()) {
      out.put(',').key(prefix + "items");
      writer.pairs(object.pairs());
    }
    if (!object.appends().isEmpty()) {
      out.put(',').key(prefix + "appends");
      writer.array(object.appends());
    }
  }
}
