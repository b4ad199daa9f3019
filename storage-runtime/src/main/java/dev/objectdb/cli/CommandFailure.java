package dev.objectdb.cli;

/**
 * A command could not do what was asked, through no fault of whoever asked. The message is one
 * line: what happened, to what, what to do.
 */
final class CommandFailure extends RuntimeException {
  CommandFailure(String message) {
    super(message);
  }
}
