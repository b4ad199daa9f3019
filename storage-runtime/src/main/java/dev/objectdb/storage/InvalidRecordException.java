package dev.objectdb.storage;

import dev.objectdb.object.Oid;
import org.jspecify.annotations.Nullable;

/** A record is over a limit, or its class can be read and its state cannot. */
public final class InvalidRecordException extends StorageException {
  private final Oid oid;

  /**
   * @param message what is wrong, and at which offset of the record
   */
  public InvalidRecordException(Oid oid, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.oid = oid;
  }

  public Oid oid() {
    return oid;
  }
}
