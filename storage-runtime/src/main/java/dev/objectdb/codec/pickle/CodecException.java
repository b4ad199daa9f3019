package dev.objectdb.codec.pickle;

/** Bytes that are no pickle, or no record, or over a limit. Says where. */
public final class CodecException extends RuntimeException {
  private final int offset;

  /**
   * Makes the exception.
   *
   * @param message what is wrong, without values from the input, so that failures group in a log
   * @param offset index of the byte where it was noticed
   */
  public CodecException(String message, int offset) {
    super(message + ", at byte " + offset);
    this.offset = offset;
  }

  /** Index of the byte where it was noticed, counted from the start of the input. */
  public int offset() {
    return offset;
  }
}
