package dev.objectdb.codec.json;

/**
 * Ends the walk over a state that JSON, or PostgreSQL's form of it, cannot hold. Not an error: such
 * a record is kept as bytes.
 */
final class Unstorable extends RuntimeException {
  Unstorable(String message) {
    super(message, null, false, false); // thrown at depth and always caught: no stack trace
  }
}
