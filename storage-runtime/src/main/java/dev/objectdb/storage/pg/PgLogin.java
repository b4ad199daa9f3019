package dev.objectdb.storage.pg;

/**
 * Where the database is and how to log in, asked anew for each session, so that a password may be
 * replaced while a storage is open. The place stays the same one as long as there is a storage.
 * Thread-safe.
 */
@FunctionalInterface
public interface PgLogin {
  /** Returns the address to open a session with now. */
  PgUri now();
}
