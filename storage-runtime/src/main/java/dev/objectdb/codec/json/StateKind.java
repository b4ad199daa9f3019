package dev.objectdb.codec.json;

/** What the class of an object makes of its state: BTrees have forms of their own. */
public enum StateKind {
  /** Any state. */
  PLAIN,
  /** A BTree: keys and values, or children. */
  MAP_TREE,
  /** A bucket: keys and values. */
  MAP_LEAF,
  /** A TreeSet: keys, or children. */
  SET_TREE,
  /** A set of the BTrees package: keys. */
  SET_LEAF;

  private static final String PACKAGE = "BTrees.";

  /** Returns the kind of a class. The prefix of the name tells types only, so any will do. */
  public static StateKind of(String module, String name) {
    if (!module.startsWith(PACKAGE) || module.equals("BTrees.Length")) {
      return PLAIN;
    }
    if (name.endsWith("BTree")) {
      return MAP_TREE;
    }
    if (name.endsWith("Bucket")) {
      return MAP_LEAF;
    }
    if (name.endsWith("TreeSet")) {
      return SET_TREE;
    }
    return name.endsWith("Set") ? SET_LEAF : PLAIN;
  }

  /** Whether the class is of the BTrees package. */
  boolean isTree() {
    return this != PLAIN;
  }

  boolean isMap() {
    return this == MAP_TREE || this == MAP_LEAF;
  }

  boolean isLeaf() {
    return this == MAP_LEAF || this == SET_LEAF;
  }
}
