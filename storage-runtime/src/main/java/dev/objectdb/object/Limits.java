package dev.objectdb.object;

/**
 * Every bound on input from outside, in one place. Whoever reads input asks here before it
 * allocates.
 *
 * @param frameBytesMax one ZEO message; larger ones close the link. All long ones that a server is
 *     working on together take no more, either.
 * @param recordBytesMax one object record; larger ones are refused
 * @param transactionBytesMax all records of one transaction, on disk above a small part in memory
 * @param openObjectsMax objects that all open transactions of a process store, delete or demand to
 *     be current; each takes some hundred bytes of memory until the transaction ends
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
    int openObjectsMax,
    int pickleValuesMax,
    int memoEntriesMax,
    int jsonDepthMax,
    int jsonExpansionMax) {

  private static final int MIB = 1 << 20;

  /** Of the heap, what the longest message may take; half of the heap is usually the cache's. */
  private static final int FRAME_SHARE = 8;

  /** Of the heap, what the objects that open transactions name may take. */
  private static final int OPEN_OBJECTS_SHARE = 2;

  /** What one of them takes while it is written, measured; its record is on disk. */
  private static final int OPEN_OBJECT_BYTES = 400;

  public static final Limits DEFAULT =
      new Limits(256 * MIB, 256 * MIB, 4096L * MIB, 4_000_000, 10_000_000, 10_000_000, 1_000, 16);

  /**
   * Returns the same for a process with a heap of this size. A record is in memory a few times on
   * its way, and one that is too long would end every server that it is sent to, one after the
   * other; so would a transaction of too many objects.
   */
  public Limits within(long heapBytes) {
    return new Limits(
        (int) Math.min(frameBytesMax, heapBytes / FRAME_SHARE),
        recordBytesMax,
        transactionBytesMax,
        (int) Math.min(openObjectsMax, heapBytes / OPEN_OBJECTS_SHARE / OPEN_OBJECT_BYTES),
        pickleValuesMax,
        memoEntriesMax,
        jsonDepthMax,
        jsonExpansionMax);
  }

  /** Returns the same with another bound of the values of a pickle. */
  public Limits withPickleValuesMax(int changed) {
    return new Limits(
        frameBytesMax,
        recordBytesMax,
        transactionBytesMax,
        openObjectsMax,
        changed,
        memoEntriesMax,
        jsonDepthMax,
        jsonExpansionMax);
  }

  public Limits {
    if (frameBytesMax <= 0
        || recordBytesMax <= 0
        || transactionBytesMax <= 0
        || openObjectsMax <= 0
        || pickleValuesMax <= 0
        || memoEntriesMax <= 0
        || jsonDepthMax <= 0
        || jsonExpansionMax <= 0) {
      throw new IllegalArgumentException("limits must be positive");
    }
  }
}
