package dev.objectdb.merge;

import dev.objectdb.codec.pickle.PickleValue;
import dev.objectdb.codec.pickle.PickleValue.Binary;
import dev.objectdb.codec.pickle.PickleValue.Global;
import dev.objectdb.codec.pickle.PickleValue.ListValue;
import dev.objectdb.codec.pickle.PickleValue.PersistentRef;
import dev.objectdb.codec.pickle.PickleValue.Text;
import dev.objectdb.codec.pickle.PickleValue.Tuple;
import dev.objectdb.object.Oid;
import java.util.List;

/**
 * A persistent reference, as far as it may be compared without its object.
 *
 * <pre>
 *   (oid, class) (oid, None) oid                this database
 *   ['m', (db, oid, class)] ['n', (db, oid)]    another one
 *   ['w', (oid,)] ['w', (oid, db)]              weak
 * </pre>
 *
 * <p>Source: {@code PersistentReference} in {@code ZODB/ConflictResolution.py}.
 *
 * @param database empty for the one that the record is in
 */
record Reference(Binary oid, String database, boolean weak, List<PickleValue> form) {
  /**
   * Reads a reference.
   *
   * @throws Unmergeable if it has none of the forms: only Python 2, or nobody, wrote it
   */
  static Reference of(PersistentRef ref) throws Unmergeable {
    return switch (ref.id()) {
      case Binary oid -> of(oid, "", false, List.of());
      case Tuple pair when pair.size() == 2 && isClass(pair.get(1)) ->
          of(pair.get(0), "", false, pair.items());
      case ListValue list
          when list.items().size() == 2
              && list.items().get(0) instanceof Text kind
              && list.items().get(1) instanceof Tuple args ->
          special(kind.toString(), args);
      default -> throw odd();
    };
  }

  private static Reference special(String kind, Tuple args) throws Unmergeable {
    boolean named = kind.equals("m") && args.size() == 3 && isClass(args.get(2));
    if (named || (kind.equals("n") && args.size() == 2)) {
      return of(args.get(1), database(args.get(0)), false, args.items());
    }
    if (kind.equals("w") && (args.size() == 1 || args.size() == 2)) {
      String database = args.size() == 1 ? "" : database(args.get(1));
      return of(args.get(0), database, true, args.items());
    }
    throw odd();
  }

  private static Reference of(
      PickleValue oid, String database, boolean weak, List<PickleValue> form) throws Unmergeable {
    if (oid instanceof Binary bytes && bytes.length() == Oid.WIRE_BYTES) {
      return new Reference(bytes, database, weak, form);
    }
    throw odd();
  }

  private static String database(PickleValue name) throws Unmergeable {
    if (name instanceof Text text && text.length() > 0) {
      return text.toString();
    }
    throw odd();
  }

  private static boolean isClass(PickleValue value) {
    return value instanceof Global || value instanceof PickleValue.None;
  }

  private static Unmergeable odd() {
    return new Unmergeable("a reference of an unusual form");
  }

  /** Whether Python takes both for one object. Where this is false, it refuses to say. */
  boolean isEqualTo(Reference other) {
    boolean sameObject = oid.equals(other.oid) && database.equals(other.database);
    return sameObject && ((!weak && !other.weak) || isWrittenAs(other));
  }

  /** Whether both are the same in every part, so that Python makes one of them. */
  boolean isWrittenAs(Reference other) {
    return weak == other.weak && form.equals(other.form) && oid.equals(other.oid);
  }
}
