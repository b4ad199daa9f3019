package dev.objectdb.codec.json;

import dev.objectdb.codec.pickle.Opcode;
import dev.objectdb.codec.pickle.PickleValue;
import dev.objectdb.codec.pickle.PickleValue.Dict;
import dev.objectdb.codec.pickle.PickleValue.Global;
import dev.objectdb.codec.pickle.PickleValue.ObjectValue;
import dev.objectdb.codec.pickle.PickleValue.Tuple;
import java.math.BigInteger;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * {@code uuid.UUID}, an instance whose state is {@code {'int': n}}: {@code {"@uuid": "8-4-.."}}.
 */
final class UuidType implements KnownType, Marker {
  private static final Global UUID = new Global("uuid", "UUID");
  private static final int BITS = 128;
  private static final int DIGITS = BITS / 4;

  /** {@code int} and {@code is_safe}. */
  private static final int STATE_SIZE_MAX = 2;

  @Override
  public Set<Global> callables() {
    return Set.of(UUID);
  }

  @Override
  public boolean write(ObjectValue object, JsonStateWriter writer) {
    if (object.kind() != ObjectValue.Kind.NEWOBJ
        || !(object.args() instanceof Tuple args && args.size() == 0)
        || !(object.state() instanceof Dict state)
        || state.size() > STATE_SIZE_MAX) {
      return false;
    }
    BigInteger number = number(state);
    if (number == null || number.signum() < 0 || number.bitLength() > BITS) {
      return false;
    }
    writer.inexactUnless(state.size() == 1 && !state.isAliased());
    String hex = "%032x".formatted(number);
    writer.out().openMarker("@uuid").put('"');
    writer.out().put(hex.substring(0, 8)).put('-').put(hex.substring(8, 12)).put('-');
    writer.out().put(hex.substring(12, 16)).put('-').put(hex.substring(16, 20)).put('-');
    writer.out().put(hex.substring(20)).put('"').close('}');
    return true;
  }

  private static @Nullable BigInteger number(Dict state) {
    for (int i = 0; i < state.size(); i++) {
      if (state.key(i) instanceof PickleValue.Text key && key.toString().equals("int")) {
        return switch (state.value(i)) {
          case PickleValue.Int(long number) -> BigInteger.valueOf(number);
          case PickleValue.BigInt(BigInteger number) -> number;
          default -> null;
        };
      }
    }
    return null;
  }

  @Override
  public boolean read(Json value, JsonStateReader reader) {
    if (!(value instanceof Json.Text(String text))) {
      return false;
    }
    String hex = text.replace("-", "");
    if (hex.length() != DIGITS || !hex.chars().allMatch(c -> Character.digit(c, 16) >= 0)) {
      throw reader.broken("@uuid");
    }
    reader.global(UUID).out().op(Opcode.EMPTY_TUPLE).op(Opcode.NEWOBJ);
    reader.out().op(Opcode.EMPTY_DICT).op(Opcode.MARK).text("int");
    reader.out().integer(new BigInteger(hex, 16));
    reader.out().op(Opcode.SETITEMS).op(Opcode.BUILD);
    return true;
  }
}
