package dev.objectdb.storage;

import org.jspecify.annotations.Nullable;

/**
 * Something a storage call can answer instead of a result. The messages are static, the particulars
 * are fields, so that a log groups them.
 */
public abstract sealed class StorageException extends RuntimeException
    permits PosKeyException,
        ConflictException,
        InvalidRecordException,
        StorageTransactionException,
        StorageUnavailableException {
  StorageException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
