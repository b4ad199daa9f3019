package dev.objectdb.object;

/**
 * Every bound on input from outside, in one place. Whoever reads input asks here before it
 * allocates.
 *
 * @param frameBytesMax one ZEO message; larger ones close the link. All long ones that a server is
 *     working on together take no more, either.
 * @param recordBytesMax one object record; larger ones are refused
 * @param transactionBytesMax all records of one transaction, on disk above a small part in memory
 * @param transactionObjectsMax objects that one transaction stores, deletes or demands to be
 *     current; each takes some hundred bytes of memory until its end
 * @param pickleValuesMax values, aliases and marks of one record or message; a byte of a pickle can
 *     make a value of 48 bytes, so its length alone bounds no memory
 * @param memoEntriesMax memo slots of one record; a large real record has about 10^6
 * @param jsonDepthMax nesting of the JSON form; PostgreSQL's parser recurses and gives up at about
 *     6,400 levels under its default stack. A deeper record is kept as bytes only.
 * @param jsonExpansionMax how many times the record's size its JSON may reach before it is kept as
 *     bytes only; nested aliases double the JSON at each level
 */
public record Limits(
    int frameBytesMax,
    int recordBytesMax,
    long transactionBytesMax,
    int transactionObjectsMax,
    int pickleValuesMax,
    int memoEntriesMax,
    int jsonDepthMax,
    int jsonExpansionMax) {

  private static final int MIB = 1 << 20;

  public static final Limits DEFAULT =
      new Limits(256 * MIB, 256 * MIB, 4096L * MIB, 4_000_000, 10_000_000, 10_000_000, 1_000, 16);

  /** Returns the same with another bound of a frame. */
  public Limits withFrameBytesMax(int changed) {
    return new Limits(
        changed,
        recordBytesMax,
        transactionBytesMax,
        transactionObjectsMax,
        pickleValuesMax,
        memoEntriesMax,
        jsonDepthMax,
        jsonExpansionMax);
  }

  public Limits {
    if (frameBytesMax <= 0
        || recordBytesMax <= 0
        || transactionBytesMax <= 0
        || transactionObjectsMax <= 0
        || pickleValuesMax <= 0
        || memoEntriesMax <= 0
        || jsonDepthMax <= 0
        || jsonExpansionMax <= 0) {
      throw new IllegalArgumentException("limits must be positive");
    }
  }
}
