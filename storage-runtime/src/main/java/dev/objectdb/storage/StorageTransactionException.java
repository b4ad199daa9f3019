package dev.objectdb.storage;

/** A call does not fit the state of its transaction. ZODB: {@code StorageTransactionError}. */
public final class StorageTransactionException extends StorageException {
  /**
   * @param message the rule that was broken
   */
  public StorageTransactionException(String message) {
    super(message, null);
  }
}
