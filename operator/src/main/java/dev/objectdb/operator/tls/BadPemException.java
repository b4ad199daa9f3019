package dev.objectdb.operator.tls;

/**
 * A text is not what it should be; the message says what it lacks, as in "holds no certificate".
 */
public final class BadPemException extends Exception {
  BadPemException(String message) {
    super(message);
  }

  /**
   * Hides the cause, which may quote the text.
   *
   * @param cause only its kind is told
   */
  BadPemException(String message, Exception cause) {
    super("%s (%s)".formatted(message, cause.getClass().getSimpleName()));
  }

  /** Returns the message, which there always is. */
  public String what() {
    return String.valueOf(getMessage());
  }
}
