package dev.objectdb.server;

import dev.objectdb.object.Limits;
import dev.objectdb.storage.HistoryMode;
import dev.objectdb.storage.pg.PgConfig;
import dev.objectdb.storage.pg.PgLogin;
import dev.objectdb.zeo.MountedTls;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * All that a server is told from outside, read once at its start and checked as a whole.
 *
 * @param postgres where the objects are
 * @param historyMode the mode a new database is made with, and an existing one has to be in
 * @param zeo the endpoint for Python clients
 * @param monitoringPort port of probes, metrics and status on {@code zeo.host}; 0 for none
 * @param pool connections to PostgreSQL, beside those that commit and listen
 * @param cacheBytes bound of the cache of object records
 * @param snapshotWindow how long overwritten revisions stay readable without history
 */
public record ServerConfig(
    Postgres postgres,
    HistoryMode historyMode,
    Zeo zeo,
    int monitoringPort,
    PgConfig.Pooling pool,
    long cacheBytes,
    Duration snapshotWindow) {

  /** A larger pool than this makes no server faster, and several exhaust PostgreSQL. */
  private static final int POOL_LIMIT = 200;

  /** The smallest pool in which a reader never waits for a walk over everything. */
  private static final int POOL_LEAST = 2;

  private static final Duration LIFETIME_LEAST = Duration.ofMinutes(2);
  private static final Duration LIFETIME_MOST = Duration.ofHours(24);
  private static final Duration IDLE_LEAST = Duration.ofSeconds(10);
  private static final int PORT_LIMIT = 65_535;
  private static final int CONNECTIONS_LIMIT = 100_000;
  private static final long CACHE_LEAST = 1 << 20;
  private static final Duration DRAIN_LIMIT = Duration.ofHours(1);

  /** Clients that are moved more often do little else. */
  private static final Duration AGE_LEAST = Duration.ofMinutes(1);

  private static final Pattern SCHEMA = Pattern.compile("[a-z_][a-z0-9_]{0,62}");

  /**
   * The database in PostgreSQL.
   *
   * @param login hides its password
   * @param schema SQL schema of the tables
   * @param statementTimeout bound on one statement of a pooled connection
   * @param lockTimeout bound on one wait for a lock of a pooled connection
   * @param keepsForeignColumns whether another program's columns may go stale
   */
  public record Postgres(
      PgLogin login,
      String schema,
      Duration statementTimeout,
      Duration lockTimeout,
      boolean keepsForeignColumns) {
    /** What holds where nothing else is said. */
    public static Postgres of(PgLogin login, String schema) {
      return new Postgres(login, schema, Duration.ofSeconds(60), Duration.ofSeconds(5), false);
    }
  }

  /**
   * The endpoint for Python clients.
   *
   * @param port 0 for any free one
   * @param readOnly whether every write is refused
   * @param transactionTimeout how long a client may hold the commit lock
   * @param maxConnections further clients are refused
   * @param maxConnectionAge older links are moved; zero for never
   * @param drainTimeout how long open transactions get when the server ends
   * @param tls empty to speak in the clear
   */
  public record Zeo(
      String host,
      int port,
      boolean readOnly,
      Duration transactionTimeout,
      int maxConnections,
      Duration maxConnectionAge,
      Duration drainTimeout,
      Optional<MountedTls.Place> tls) {}

  /**
   * @throws ConfigException if two values do not fit each other
   */
  public ServerConfig {
    if (monitoringPort != 0 && monitoringPort == zeo.port()) {
      throw new ConfigException(
          "%s and %s are both %d: choose another port for one of them"
              .formatted(
                  ConfigKey.ZEO_PORT.key(), ConfigKey.MONITORING_PORT.key(), monitoringPort));
    }
  }

  /**
   * Reads the environment.
   *
   * @throws ConfigException for a key or value that is wrong, by its name and with a remedy
   */
  public static ServerConfig read(Map<String, String> environment) {
    Environment texts = new Environment(environment);
    Environment.tellUnknown(environment);
    return new ServerConfig(
        new Postgres(
            PostgresKeys.login(texts),
            texts.value(ConfigKey.POSTGRES_SCHEMA, ServerConfig::schema),
            texts.value(ConfigKey.POSTGRES_STATEMENT_TIMEOUT, ServerConfig::upToAnHour),
            texts.value(ConfigKey.POSTGRES_LOCK_TIMEOUT, ServerConfig::upToAnHour),
            texts.value(ConfigKey.POSTGRES_FOREIGN_COLUMNS, PostgresKeys::keeps)),
        texts.value(ConfigKey.HISTORY_MODE, ServerConfig::historyMode),
        new Zeo(
            texts.value(ConfigKey.ZEO_HOST, ServerConfig::host),
            texts.value(ConfigKey.ZEO_PORT, text -> whole(text, 0, PORT_LIMIT)),
            texts.value(ConfigKey.ZEO_READ_ONLY, ServerConfig::yesOrNo),
            texts.value(ConfigKey.ZEO_TRANSACTION_TIMEOUT, ServerConfig::upToAnHour),
            texts.value(ConfigKey.ZEO_MAX_CONNECTIONS, text -> whole(text, 1, CONNECTIONS_LIMIT)),
            texts.value(ConfigKey.ZEO_MAX_CONNECTION_AGE, ServerConfig::age),
            texts.value(
                ConfigKey.ZEO_DRAIN_TIMEOUT,
                text -> Units.duration(text).filter(it -> it.compareTo(DRAIN_LIMIT) <= 0)),
            tls(texts)),
        texts.value(ConfigKey.MONITORING_PORT, text -> whole(text, 0, PORT_LIMIT)),
        pool(texts),
        texts.value(
            ConfigKey.CACHE_MEMORY, text -> Units.bytes(text).filter(it -> it >= CACHE_LEAST)),
        texts.value(
            ConfigKey.SNAPSHOT_WINDOW,
            text -> duration(text, Duration.ofSeconds(1), Duration.ofHours(24))));
  }

  /** Returns what the engine has to know of this. */
  public PgConfig storage() {
    return new PgConfig(
        postgres.login(),
        postgres.schema(),
        historyMode,
        pool,
        cacheBytes,
        snapshotWindow,
        zeo.transactionTimeout(),
        postgres.statementTimeout(),
        postgres.lockTimeout(),
        postgres.keepsForeignColumns(),
        Limits.DEFAULT.within(Runtime.getRuntime().maxMemory()));
  }

  private static PgConfig.Pooling pool(Environment texts) {
    int min = texts.value(ConfigKey.POOL_MIN, text -> whole(text, POOL_LEAST, POOL_LIMIT));
    int max = texts.value(ConfigKey.POOL_MAX, text -> whole(text, POOL_LEAST, POOL_LIMIT));
    Duration lifetime =
        texts.value(
            ConfigKey.POOL_MAX_LIFETIME, text -> duration(text, LIFETIME_LEAST, LIFETIME_MOST));
    Duration idle =
        texts.value(ConfigKey.POOL_IDLE_TIMEOUT, text -> duration(text, IDLE_LEAST, LIFETIME_MOST));
    refuseAbove(ConfigKey.POOL_MIN, min, ConfigKey.POOL_MAX, max);
    refuseAbove(ConfigKey.POOL_IDLE_TIMEOUT, idle, ConfigKey.POOL_MAX_LIFETIME, lifetime);
    return new PgConfig.Pooling(
        min,
        max,
        texts.value(ConfigKey.POOL_ACQUIRE_TIMEOUT, ServerConfig::upToAnHour),
        lifetime,
        idle);
  }

  private static <T extends Comparable<T>> void refuseAbove(
      ConfigKey lowKey, T low, ConfigKey highKey, T high) {
    if (low.compareTo(high) > 0) {
      throw new ConfigException(
          "%s is %s, above %s, which is %s: raise the latter or lower the former"
              .formatted(lowKey.key(), low, highKey.key(), high));
    }
  }

  private static Optional<MountedTls.Place> tls(Environment texts) {
    Optional<Path> directory =
        texts.value(ConfigKey.ZEO_TLS_DIRECTORY, text -> Optional.of(directory(text)));
    Optional<Path> clientCa =
        texts.value(ConfigKey.ZEO_TLS_CLIENT_CA_DIRECTORY, text -> Optional.of(directory(text)));
    MountedTls.ClientAuth clientAuth =
        texts.value(ConfigKey.ZEO_TLS_CLIENT_AUTH, ServerConfig::clientAuth);
    if (clientAuth != MountedTls.ClientAuth.NONE && (directory.isEmpty() || clientCa.isEmpty())) {
      throw new ConfigException(
          "%s is \"%s\", which needs %s and %s: set both"
              .formatted(
                  ConfigKey.ZEO_TLS_CLIENT_AUTH.key(),
                  texts.text(ConfigKey.ZEO_TLS_CLIENT_AUTH),
                  ConfigKey.ZEO_TLS_DIRECTORY.key(),
                  ConfigKey.ZEO_TLS_CLIENT_CA_DIRECTORY.key()));
    }
    if (clientAuth == MountedTls.ClientAuth.NONE && clientCa.isPresent()) {
      throw new ConfigException(
          "%s is set, and %s is None, so that no client is asked: give Optional or Require"
              .formatted(
                  ConfigKey.ZEO_TLS_CLIENT_CA_DIRECTORY.key(),
                  ConfigKey.ZEO_TLS_CLIENT_AUTH.key()));
    }
    return directory.map(it -> new MountedTls.Place(it, clientAuth, clientCa));
  }

  private static Optional<Path> directory(String text) {
    return text.isEmpty() ? Optional.empty() : Optional.of(Path.of(text));
  }

  private static Optional<MountedTls.ClientAuth> clientAuth(String text) {
    return switch (text) {
      case "None" -> Optional.of(MountedTls.ClientAuth.NONE);
      case "Optional" -> Optional.of(MountedTls.ClientAuth.OPTIONAL);
      case "Require" -> Optional.of(MountedTls.ClientAuth.REQUIRE);
      default -> Optional.empty();
    };
  }

  private static Optional<String> schema(String text) {
    boolean own = text.startsWith("pg_") || text.equals("information_schema");
    return Optional.of(text).filter(it -> SCHEMA.matcher(it).matches() && !own);
  }

  private static Optional<String> host(String text) {
    return Optional.of(text).filter(it -> !it.isBlank());
  }

  private static Optional<HistoryMode> historyMode(String text) {
    return switch (text) {
      case "Free" -> Optional.of(HistoryMode.FREE);
      case "Preserving" -> Optional.of(HistoryMode.PRESERVING);
      default -> Optional.empty();
    };
  }

  private static Optional<Boolean> yesOrNo(String text) {
    return switch (text) {
      case "true" -> Optional.of(true);
      case "false" -> Optional.of(false);
      default -> Optional.empty();
    };
  }

  private static Optional<Integer> whole(String text, int least, int most) {
    try {
      return Optional.of(Integer.parseInt(text)).filter(it -> it >= least && it <= most);
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
  }

  private static Optional<Duration> age(String text) {
    return Units.duration(text).filter(it -> it.isZero() || it.compareTo(AGE_LEAST) >= 0);
  }

  private static Optional<Duration> upToAnHour(String text) {
    return duration(text, Duration.ofSeconds(1), Duration.ofHours(1));
  }

  private static Optional<Duration> duration(String text, Duration least, Duration most) {
    return Units.duration(text).filter(it -> it.compareTo(least) >= 0 && it.compareTo(most) <= 0);
  }
}
