package dev.objectdb.zeo;

/**
 * The other side does not speak ZEO 5 as its clients do. Nothing can be answered: the link closes.
 */
final class ProtocolException extends RuntimeException {
  /**
   * Makes the exception.
   *
   * @param message the rule that was broken
   */
  ProtocolException(String message) {
    super(message);
  }

  ProtocolException(String message, Throwable cause) {
    super(message, cause);
  }
}
