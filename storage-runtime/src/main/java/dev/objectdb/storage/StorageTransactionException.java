package dev.objectdb.storage;

import org.jspecify.annotations.Nullable;

/** A call does not fit the state of its transaction. ZODB: {@code StorageTransactionError}. */
public final class StorageTransactionException extends StorageException {
  /**
   * @param message the rule that was broken
   */
  public StorageTransactionException(String message) {
    this(message, null);
  }

  /**
   * @param message the rule that was broken
   */
  public StorageTransactionException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
