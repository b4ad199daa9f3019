package dev.objectdb.merge;

import java.util.Optional;
import java.util.Set;

/**
 * A class of the BTrees package.
 *
 * <pre>
 *   BTrees.IOBTree.IOBucketPy          f and s are the letters of fsBTree alone
 *          ││        └ kind  └ written in Python; the state is the same
 *          │└ type of the values (also in the name of a set, which has none)
 *          └ type of the keys
 * </pre>
 *
 * @param isTree whether it is a BTree or TreeSet, whose state may hold one bucket
 * @param isMap whether keys have values
 */
record BTreeClass(boolean isTree, boolean isMap, ItemType keys, ItemType values) {
  private static final Set<String> FAMILIES =
      Set.of(
          "IO", "II", "IF", "IU", "UO", "UU", "UF", "UI", "LO", "LL", "LF", "LQ", "QO", "QQ", "QF",
          "QL", "OO", "OI", "OU", "OL", "OQ", "fs");

  private static final String PACKAGE = "BTrees.";
  private static final String MODULE_END = "BTree";
  private static final String IN_PYTHON = "Py";
  private static final int LETTERS = 2;

  /** Returns what the names stand for; empty if it is no bucket, set or tree of the package. */
  static Optional<BTreeClass> of(String module, String name) {
    if (name.length() < LETTERS) {
      return Optional.empty();
    }
    String family = name.substring(0, LETTERS);
    if (!FAMILIES.contains(family) || !module.equals(PACKAGE + family + MODULE_END)) {
      return Optional.empty();
    }
    ItemType keys = ItemType.of(family.charAt(0));
    ItemType values = ItemType.of(family.charAt(1));
    String rest = name.substring(LETTERS);
    String kind =
        rest.endsWith(IN_PYTHON) ? rest.substring(0, rest.length() - IN_PYTHON.length()) : rest;
    return switch (kind) {
      case "Bucket" -> Optional.of(new BTreeClass(false, true, keys, values));
      case "Set" -> Optional.of(new BTreeClass(false, false, keys, values));
      case "BTree" -> Optional.of(new BTreeClass(true, true, keys, values));
      case "TreeSet" -> Optional.of(new BTreeClass(true, false, keys, values));
      default -> Optional.empty();
    };
  }
}
