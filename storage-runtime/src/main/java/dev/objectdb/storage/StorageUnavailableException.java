package dev.objectdb.storage;

import org.jspecify.annotations.Nullable;

/** The database did not answer in time. Nothing was changed; the call may be repeated later. */
public final class StorageUnavailableException extends StorageException {
  /**
   * @param message what could not be done
   */
  public StorageUnavailableException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
