package dev.objectdb.merge;

/** Three records that are left to the client. Not an error, so it has no stack trace. */
final class Unmergeable extends Exception {
  private static final long serialVersionUID = 1;

  /**
   * @param reason what stands against it, as a sentence without values
   */
  Unmergeable(String reason) {
    super(reason, null, false, false);
  }
}
