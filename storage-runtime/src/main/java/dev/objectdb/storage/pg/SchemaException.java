package dev.objectdb.storage.pg;

import org.jspecify.annotations.Nullable;

/**
 * The database cannot serve as it is configured, and trying again will not help: somebody has to
 * change the configuration or the database. The message says what was found and what to do.
 */
public final class SchemaException extends RuntimeException {
  SchemaException(String message) {
    this(message, null);
  }

  SchemaException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
