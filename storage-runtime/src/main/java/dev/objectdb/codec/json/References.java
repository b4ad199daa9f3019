package dev.objectdb.codec.json;

import dev.objectdb.codec.pickle.PickleValue;
import dev.objectdb.codec.pickle.PickleValue.Global;
import dev.objectdb.codec.pickle.PickleValue.ListValue;
import dev.objectdb.codec.pickle.PickleValue.PersistentRef;
import dev.objectdb.codec.pickle.PickleValue.Text;
import dev.objectdb.codec.pickle.PickleValue.Tuple;
import dev.objectdb.object.Oid;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * Persistent references, in the forms of {@code ZODB/serialize.py}.
 *
 * <pre>
 *   (oid, class)                    {"@ref": ["0000000000000001", "module.Name"]}
 *   (oid, None)                     {"@ref": "0000000000000001"}
 *   oid                             {"@ref": {"@b": base64}}
 *   ['w', (oid,)] ['w', (oid, db)]  {"@ref": ["w", {"@t": [..]}]}      weak
 *   ['m', (db, oid, class)] ['n', (db, oid)]                           another database
 * </pre>
 */
final class References {
  private References() {}

  static void write(PersistentRef ref, JsonStateWriter writer) {
    JsonOutput out = writer.out();
    out.openMarker("@ref");
    if (!(ref.id() instanceof Tuple id && writeCompact(id, writer))) {
      writer.inexactUnless(isOid(ref.id()) || isSpecial(ref.id()));
      writer.value(ref.id());
    }
    out.close('}');
  }

  private static boolean writeCompact(Tuple id, JsonStateWriter writer) {
    PickleValue.Slice oid = id.size() == 2 ? oidBytes(id.get(0)) : null;
    if (oid == null) {
      return false;
    }
    String hex = HexFormat.of().formatHex(oid.array(), oid.from(), oid.to());
    JsonOutput out = writer.out();
    switch (id.get(1)) {
      case PickleValue.None _ -> out.put('"').put(hex).put('"');
      case Global global -> {
        writer.className(global);
        out.open('[').put('"').put(hex).put("\",");
        out.string(global.module() + "." + global.name()).close(']');
      }
      default -> {
        return false;
      }
    }
    return true;
  }

  /** A Python 2 string is as good an oid as bytes: ZODB takes both. */
  private static PickleValue.@Nullable Slice oidBytes(PickleValue value) {
    return value instanceof PickleValue.Binary || value instanceof PickleValue.ByteString
        ? lengthOfOid((PickleValue.Slice) value)
        : null;
  }

  private static PickleValue.@Nullable Slice lengthOfOid(PickleValue.Slice slice) {
    return slice.length() == Oid.WIRE_BYTES ? slice : null;
  }

  private static boolean isOid(PickleValue value) {
    return value instanceof PickleValue.Binary binary && lengthOfOid(binary) != null;
  }

  /** Whether an id is a weak reference, or one to another database. */
  private static boolean isSpecial(PickleValue id) {
    return id instanceof ListValue list
        && list.items().size() == 2
        && list.items().get(0) instanceof Text type
        && list.items().get(1) instanceof Tuple args
        && switch (type.toString()) {
          case "w" -> isWeak(args);
          case "m" -> args.size() == 3 && isRemote(args) && args.get(2) instanceof Global;
          case "n" -> args.size() == 2 && isRemote(args);
          default -> false;
        };
  }

  private static boolean isWeak(Tuple args) {
    return switch (args.size()) {
      case 1 -> isOid(args.get(0));
      case 2 -> isOid(args.get(0)) && args.get(1) instanceof Text;
      default -> false;
    };
  }

  private static boolean isRemote(Tuple args) {
    return args.get(0) instanceof Text && isOid(args.get(1));
  }
}
