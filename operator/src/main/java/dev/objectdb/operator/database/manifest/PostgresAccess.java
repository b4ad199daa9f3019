package dev.objectdb.operator.database.manifest;

import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * How pods reach PostgreSQL. They mount the Secret and read it again for each connection; its
 * content is never seen here.
 *
 * @param secretName name of the Secret
 * @param files keys of the Secret, and the names that the runtime gives them
 * @param database name of the database; null for that of the Secret
 * @param tlsMode libpq's sslmode
 * @param caSecret Secret whose ca.crt is to be trusted; null for none
 * @param place where the database is, as pods are told it: {@code host:port/dbname}
 * @param fingerprint changes with everything in the Secrets; does not reveal it
 * @param poolMax connections that each server may read with
 * @param poolBasis what poolMax was computed from, besides the number of servers
 */
public record PostgresAccess(
    String secretName,
    SortedMap<String, String> files,
    @Nullable String database,
    String tlsMode,
    @Nullable String caSecret,
    String place,
    String fingerprint,
    int poolMax,
    String poolBasis) {
  public PostgresAccess {
    files = Collections.unmodifiableSortedMap(new TreeMap<>(files));
  }

  /** Returns the same with another pool. */
  public PostgresAccess withPool(int max, String basis) {
    return new PostgresAccess(
        secretName, files, database, tlsMode, caSecret, place, fingerprint, max, basis);
  }
}
