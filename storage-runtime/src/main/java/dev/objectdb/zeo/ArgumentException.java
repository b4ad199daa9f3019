package dev.objectdb.zeo;

/** Arguments that a call cannot be made with; carries what the client is answered. */
final class ArgumentException extends RuntimeException {
  // An exception is serialisable by inheritance, never by use: nothing here is serialised.
  private final transient Reply.Failure failure;

  ArgumentException(Reply.Failure failure) {
    super("arguments do not fit the method");
    this.failure = failure;
  }

  Reply.Failure failure() {
    return failure;
  }
}
