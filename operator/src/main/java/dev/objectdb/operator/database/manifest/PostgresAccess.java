package dev.objectdb.operator.database.manifest;

/**
 * Which Secret tells the pods how to reach PostgreSQL. Pods mount it: its content is never seen
 * here.
 *
 * @param secretName name of the Secret
 * @param uriKey the key that holds the URI
 * @param fingerprint changes when the URI changes; does not reveal it
 * @param poolMax connections that each server may read with
 */
public record PostgresAccess(String secretName, String uriKey, String fingerprint, int poolMax) {
  /** Returns the same with another pool. */
  public PostgresAccess withPoolMax(int other) {
    return new PostgresAccess(secretName, uriKey, fingerprint, other);
  }
}
