package dev.objectdb.server;

import org.jspecify.annotations.Nullable;

/**
 * Every key of the server's environment. A name is the path in the resource ({@code zeo.port} is
 * {@code OBJECTDB_ZEO_PORT}), a default is the resource's, and no version changes it: operators say
 * only what differs, also to servers of other versions.
 */
enum ConfigKey {
  /** This or the directory has to be given. */
  POSTGRES_URI("", "set it to postgresql://user:password@host:5432/dbname"),
  POSTGRES_DIRECTORY("", "mount a Secret there: uri, or host, port, dbname, username, password"),
  /** What a program was started for, where the address itself may be changed by others. */
  POSTGRES_PLACE("", "give host:port/dbname as the address must have it, or nothing for any"),
  POSTGRES_DATABASE("", "give the name of a database, or nothing for the address' own"),
  POSTGRES_TLS_MODE("", "give disable, allow, prefer, require, verify-ca or verify-full"),
  POSTGRES_TLS_CA_DIRECTORY("", "mount there what has a ca.crt, PEM"),
  POSTGRES_STATEMENT_TIMEOUT("60s", "give a duration from 1s to 1h, as in 60s"),
  POSTGRES_LOCK_TIMEOUT("5s", "give a duration from 1s to 1h, as in 5s"),
  POSTGRES_FOREIGN_COLUMNS("Refuse", "give Refuse or Keep"),
  POSTGRES_SCHEMA("public", "give the name of an SQL schema: lower-case letters, digits and _"),
  HISTORY_MODE("Free", "give Free or Preserving"),
  /** Java's wildcard: IPv4 and, where there is one, IPv6. */
  ZEO_HOST("0.0.0.0", "give the address to listen on; 0.0.0.0 is all of them"),
  ZEO_PORT("8100", "give a port from 1 to 65535, or 0 for any free one"),
  ZEO_READ_ONLY("false", "give true or false"),
  ZEO_TRANSACTION_TIMEOUT("10s", "give a duration from 1s to 1h, as in 10s or 1m30s"),
  ZEO_MAX_CONNECTIONS("1000", "give a whole number from 1 to 100000"),
  ZEO_MAX_CONNECTION_AGE("0s", "give a duration of at least 1m, as in 6h, or 0s for no bound"),
  ZEO_DRAIN_TIMEOUT("30s", "give a duration up to 1h, as in 30s"),
  ZEO_TLS_DIRECTORY("", "mount a Secret of type kubernetes.io/tls there: tls.crt and tls.key, PEM"),
  ZEO_TLS_CLIENT_AUTH("None", "give None, Optional or Require"),
  ZEO_TLS_CLIENT_CA_DIRECTORY("", "mount there what has a ca.crt, PEM"),
  MONITORING_PORT("9180", "give a port from 1 to 65535, or 0 for no monitoring"),
  POOL_MIN("2", "give a whole number from 2 to 200"),
  POOL_MAX("10", "give a whole number from 2 to 200"),
  POOL_ACQUIRE_TIMEOUT("30s", "give a duration from 1s to 1h, as in 30s"),
  POOL_MAX_LIFETIME("30m", "give a duration from 2m to 24h, as in 30m"),
  POOL_IDLE_TIMEOUT("10m", "give a duration from 10s to 24h, below that of the lifetime"),
  CACHE_MEMORY("256Mi", "give an amount of at least 1Mi, as in 256Mi or 2Gi"),
  LOG_LEVEL("info", "give error, warn, info, debug or trace"),
  SNAPSHOT_WINDOW("5m", "give a duration from 1s to 24h, as in 5m");

  /** What every key of ours begins with. */
  static final String PREFIX = "OBJECTDB_";

  /** Ending of the key that names a file with the value in it. */
  static final String FILE = "_FILE";

  private final @Nullable String defaultText;
  private final String remedy;

  ConfigKey(@Nullable String defaultText, String remedy) {
    this.defaultText = defaultText;
    this.remedy = remedy;
  }

  /** The name of the environment variable. */
  String key() {
    return PREFIX + name();
  }

  /** The default, or null where the key has to be given. */
  @Nullable String defaultText() {
    return defaultText;
  }

  /** What to do about a wrong value, as a half sentence. */
  String remedy() {
    return remedy;
  }
}
