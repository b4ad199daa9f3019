package dev.objectdb.codec.json;

import dev.objectdb.codec.pickle.Opcode;
import dev.objectdb.codec.pickle.PickleValue;
import dev.objectdb.codec.pickle.PickleValue.Global;
import dev.objectdb.codec.pickle.PickleValue.Int;
import dev.objectdb.codec.pickle.PickleValue.ObjectValue;
import dev.objectdb.codec.pickle.PickleValue.Text;
import dev.objectdb.codec.pickle.PickleValue.Tuple;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The time zone of a datetime or time, as far as it has a form of its own.
 *
 * <pre>
 *   none                                  nothing
 *   timezone(timedelta(0, 3600, 0))       +01:00 at the end of the text
 *   pytz._UTC()                           +00:00
 *   pytz._p('Europe/Vienna', 3600, ..)    beside it "@tz": {"pytz": [args], "name": zone}
 *   ZoneInfo._unpickle('UTC', 1)          beside it "@tz": {"zoneinfo": "UTC"}
 * </pre>
 */
sealed interface Zone {
  Global TIMEZONE = new Global("datetime", "timezone");
  Global PYTZ_UTC = new Global("pytz", "_UTC");
  Global PYTZ = new Global("pytz", "_p");
  Global GETATTR = new Global("builtins", "getattr");
  Global ZONEINFO = new Global("zoneinfo", "ZoneInfo");
  String UNPICKLE = "_unpickle";
  long SECONDS_PER_DAY = 86_400;

  /** Closes the text that was begun, and adds what must stand beside it. */
  void write(JsonStateWriter writer);

  default boolean isNamed() {
    return false;
  }

  /** No zone. */
  enum Naive implements Zone {
    NAIVE;

    @Override
    public void write(JsonStateWriter writer) {
      writer.out().put('"');
    }
  }

  /** A fixed offset in seconds; {@code same} if its type comes back. */
  record Offset(long seconds, boolean same) implements Zone {
    @Override
    public void write(JsonStateWriter writer) {
      writer.inexactUnless(same && seconds % 60 == 0 && Math.abs(seconds) < SECONDS_PER_DAY);
      long minutes = Math.abs(seconds) / 60;
      writer.out().put(seconds < 0 ? '-' : '+');
      Calendar.padded((int) (minutes / 60), 2, writer.out()).put(':');
      Calendar.padded((int) (minutes % 60), 2, writer.out()).put('"');
    }
  }

  /** A zone of pytz: the arguments of {@code pytz._p}, the first of which is its name. */
  record Pytz(List<PickleValue> args) implements Zone {
    @Override
    public boolean isNamed() {
      return true;
    }

    @Override
    public void write(JsonStateWriter writer) {
      JsonOutput out = writer.out();
      out.put("\",").key("@tz").openMarker("pytz").open('[');
      for (int i = 0; i < args.size(); i++) {
        out.separate(i == 0);
        switch (args.get(i)) {
          case Text text -> out.string(text);
          case Int(long number) -> out.put(Long.toString(number));
          default -> {
            writer.inexact();
            out.put("null");
          }
        }
      }
      out.close(']').put(',').key("name").string((Text) args.getFirst()).close('}');
    }
  }

  /** A zone of zoneinfo; {@code cached} if it is the one that everybody shares. */
  record ZoneInfo(Text key, boolean cached) implements Zone {
    @Override
    public boolean isNamed() {
      return true;
    }

    @Override
    public void write(JsonStateWriter writer) {
      writer.inexactUnless(cached);
      writer.out().put("\",").key("@tz").openMarker("zoneinfo").string(key).close('}');
    }
  }

  /** The zone that is the second argument of a call; null if it has no form of its own. */
  static @Nullable Zone of(ObjectValue call) {
    Tuple args = (Tuple) call.args();
    if (args.size() == 1) {
      return Naive.NAIVE;
    }
    if (!(args.get(1) instanceof ObjectValue zone)
        || !(zone.args() instanceof Tuple given)
        || !KnownTypes.isCall(zone, 0, Integer.MAX_VALUE)
        || !zone.appends().isEmpty()
        || !zone.pairs().isEmpty()) {
      return null;
    }
    return switch (zone.callable()) {
      case Global global when global.equals(TIMEZONE) -> offset(given);
      case Global global when global.equals(PYTZ_UTC) && given.size() == 0 -> new Offset(0, false);
      case Global global when global.equals(PYTZ) ->
          given.size() > 0 && given.get(0) instanceof Text ? new Pytz(given.items()) : null;
      default -> isUnpickle(zone.callable()) ? zoneInfo(given) : null;
    };
  }

  private static @Nullable Zone offset(Tuple args) {
    if (args.size() != 1
        || !(args.get(0) instanceof ObjectValue delta)
        || !TimedeltaType.isTimedelta(delta)
        || !delta.appends().isEmpty()
        || !delta.pairs().isEmpty()) {
      return null;
    }
    Tuple parts = (Tuple) delta.args();
    long days = ((Int) parts.get(0)).value();
    long seconds = ((Int) parts.get(1)).value();
    long micros = ((Int) parts.get(2)).value();
    if (Math.abs(days) > 1 || Math.abs(seconds) > SECONDS_PER_DAY) {
      return null; // Python has no such zone
    }
    return new Offset(days * SECONDS_PER_DAY + seconds, micros == 0);
  }

  /** {@code getattr(ZoneInfo, '_unpickle')}, or the same by its dotted name. */
  private static boolean isUnpickle(PickleValue callable) {
    if (callable instanceof Global global) {
      return global.is("zoneinfo", "ZoneInfo._unpickle");
    }
    return callable instanceof ObjectValue getattr
        && getattr.callable().equals(GETATTR)
        && KnownTypes.isCall(getattr, 2, 2)
        && ((Tuple) getattr.args()).get(0).equals(ZONEINFO)
        && ((Tuple) getattr.args()).get(1) instanceof Text name
        && name.toString().equals(UNPICKLE);
  }

  private static @Nullable Zone zoneInfo(Tuple args) {
    return args.size() == 2 && args.get(0) instanceof Text key
        ? new ZoneInfo(key, args.get(1).equals(new Int(1)))
        : null;
  }

  /** Writes the zone that the rest of a text spells; returns whether there was one. */
  static boolean readOffset(String text, int at, JsonStateReader reader) {
    if (at >= text.length()) {
      return false;
    }
    long seconds = 0;
    char sign = text.charAt(at);
    if (sign == '+' || sign == '-') {
      int hours = Calendar.number(text, at + 1, at + 3, reader);
      int minutes = Calendar.number(text, at + 4, at + 6, reader);
      seconds = (hours * 60L + minutes) * (sign == '-' ? -60 : 60);
    } else if (sign != 'Z') {
      throw reader.broken("date or time");
    }
    reader.global(TIMEZONE).global(TimedeltaType.TIMEDELTA);
    reader.out().integer(0).integer(seconds).integer(0).op(Opcode.TUPLE3).op(Opcode.REDUCE);
    reader.out().op(Opcode.TUPLE1).op(Opcode.REDUCE);
    return true;
  }

  /** Writes the zone that stands beside a text. */
  static boolean readNamed(Json named, JsonStateReader reader) {
    if (named instanceof Json.Members members && members.get("pytz") instanceof Json.Array args) {
      reader.global(PYTZ);
      reader.tuple(args);
    } else if (named instanceof Json.Members members
        && members.get("zoneinfo") instanceof Json.Text(String key)) {
      reader.global(GETATTR).global(ZONEINFO).out().text(UNPICKLE);
      reader.out().op(Opcode.TUPLE2).op(Opcode.REDUCE);
      reader.out().text(key).integer(1).op(Opcode.TUPLE2);
    } else {
      throw reader.broken("@tz");
    }
    reader.out().op(Opcode.REDUCE);
    return true;
  }

  /** Ends the call of a date or time whose packed bytes, and maybe zone, were written. */
  static void finish(boolean zoned, JsonStateReader reader) {
    reader.out().op(zoned ? Opcode.TUPLE2 : Opcode.TUPLE1).op(Opcode.REDUCE);
  }
}
