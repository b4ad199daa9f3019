package dev.objectdb.server;

import dev.objectdb.object.Tid;
import dev.objectdb.storage.HistoryMode;
import dev.objectdb.storage.StorageStats;
import dev.objectdb.storage.StorageUnavailableException;
import dev.objectdb.storage.pg.PgStorage;
import dev.objectdb.storage.pg.SchemaException;
import dev.objectdb.zeo.LinkLimits;
import dev.objectdb.zeo.LinkSecurity;
import dev.objectdb.zeo.MountedTls;
import dev.objectdb.zeo.ZeoConfig;
import dev.objectdb.zeo.ZeoServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One server of one database: wires the engine, the protocol and what watches them.
 *
 * <p>{@link #start} and {@link #close} are called by one thread; everything else by any.
 */
public final class StorageServer implements AutoCloseable {
  /** Between two attempts to reach PostgreSQL at the start. */
  private static final Duration RETRY = Duration.ofSeconds(1);

  private static final Logger LOG = LoggerFactory.getLogger(StorageServer.class);

  private final ServerConfig config;
  private final LinkSecurity security;
  private final Metrics metrics = new Metrics();
  private final @Nullable Monitoring monitoring;
  private volatile ServerStatus.State state = ServerStatus.State.STARTING;
  private volatile String waitingFor = "opening the database";
  private volatile @Nullable Parts parts;

  /** What exists from the moment on at which clients are served. */
  private record Parts(PgStorage storage, Readiness readiness, ZeoServer zeo) {}

  /**
   * Begins to answer probes, not yet clients.
   *
   * @throws ConfigException if the monitoring port cannot be had, or TLS not be set up
   */
  public StorageServer(ServerConfig config) {
    this.config = config;
    this.security = config.zeo().tls().map(StorageServer::security).orElse(LinkSecurity.PLAIN);
    this.monitoring = config.monitoringPort() == 0 ? null : monitor();
  }

  private static LinkSecurity security(MountedTls.Place place) {
    try {
      return new MountedTls(place, System::nanoTime);
    } catch (IOException e) {
      ConfigKey key = ConfigKey.ZEO_TLS_DIRECTORY;
      throw new ConfigException(
          "%s is %s, which cannot be used (%s): %s"
              .formatted(key.key(), place.directory(), e.getMessage(), key.remedy()));
    }
  }

  private Monitoring monitor() {
    return new Monitoring(
        new InetSocketAddress(config.zeo().host(), config.monitoringPort()),
        this::failure,
        this::problem,
        this::status,
        metrics);
  }

  /**
   * Opens the database, for which it waits as long as it takes, and begins to serve clients.
   *
   * @throws ConfigException if the database or the port cannot be used as configured
   * @throws InterruptedException if the wait was interrupted; nothing is open then
   */
  public void start() throws InterruptedException {
    PgStorage storage = open();
    Readiness readiness = new Readiness(storage);
    try {
      ZeoServer zeo = ZeoServer.start(zeoConfig(), new TimedStorage(storage, metrics));
      new ServerMeters(storage, readiness, zeo).bindTo(metrics);
      parts = new Parts(storage, readiness, zeo);
      state = ServerStatus.State.SERVING;
      LOG.atInfo()
          .addKeyValue("version", Version.CURRENT)
          .addKeyValue("historyMode", name(storage.historyMode()))
          .addKeyValue("port", zeo.port())
          .log("serving");
    } catch (UncheckedIOException e) {
      readiness.close();
      storage.close();
      throw new ConfigException(
          "%s (%s): free that port, or choose another".formatted(e.getMessage(), reason(e)));
    }
  }

  private PgStorage open() throws InterruptedException {
    String told = "";
    while (true) {
      try {
        return PgStorage.open(config.storage());
      } catch (SchemaException e) {
        throw new ConfigException("%s: %s".formatted(config.postgres().login(), e.getMessage()));
      } catch (StorageUnavailableException e) {
        String why = reason(e);
        waitingFor = "waiting for %s: %s".formatted(config.postgres().login(), why);
        if (!why.equals(told)) {
          LOG.atWarn().addKeyValue("why", why).log("waiting for PostgreSQL");
          told = why;
        }
        Thread.sleep(RETRY);
      }
    }
  }

  /** The innermost cause is the driver's, which says it in the words people search for. */
  private static String reason(Throwable failure) {
    Throwable cause = failure;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    return String.valueOf(cause.getMessage());
  }

  private ZeoConfig zeoConfig() {
    ServerConfig.Zeo zeo = config.zeo();
    return new ZeoConfig(
        zeo.host(),
        zeo.port(),
        zeo.readOnly(),
        zeo.maxConnections(),
        security,
        ZeoConfig.queueBytesOfThisProcess(),
        config.storage().limits(),
        LinkLimits.DEFAULT,
        zeo.maxConnectionAge());
  }

  /** Returns the port that clients connect to; 0 before {@link #start} has returned. */
  public int port() {
    Parts now = parts;
    return now == null ? 0 : now.zeo().port();
  }

  /** Returns why only another process can serve, or empty while this one can. */
  private Optional<String> failure() {
    Parts now = parts;
    return now != null && now.storage().hasFailed()
        ? Optional.of("the storage has failed for good, see the log")
        : Optional.empty();
  }

  /** Returns why clients should not come at the moment, or empty if they should. */
  public Optional<String> problem() {
    return switch (state) {
      case STARTING -> Optional.of(waitingFor);
      case DRAINING -> Optional.of("stopping");
      case SERVING ->
          failure().or(() -> Optional.ofNullable(parts).flatMap(it -> it.readiness().problem()));
    };
  }

  ServerStatus status() {
    Parts now = parts;
    Optional<String> problem = problem();
    return new ServerStatus(
        Version.CURRENT,
        state,
        problem.isEmpty(),
        problem.orElse("serving"),
        config.zeo().readOnly(),
        now == null ? 0 : now.zeo().counters().connections(),
        now == null ? null : database(now));
  }

  private static ServerStatus.Database database(Parts parts) {
    Tid last = parts.storage().position();
    StorageStats stats = parts.readiness().stats();
    return new ServerStatus.Database(
        name(parts.storage().historyMode()),
        last.toString(),
        last.equals(Tid.NONE) ? null : last.toInstant().toString(),
        stats.objects(),
        stats.bytes());
  }

  /** The word that resources and configuration use. */
  private static String name(HistoryMode mode) {
    return switch (mode) {
      case FREE -> "Free";
      case PRESERVING -> "Preserving";
    };
  }

  /**
   * Stops: takes no new clients, lets open transactions end for a while, closes what is left.
   * Probes are answered to the last: alive, not ready.
   */
  @Override
  public void close() {
    state = ServerStatus.State.DRAINING;
    Parts now = parts;
    if (now != null) {
      LOG.atInfo().addKeyValue("connections", now.zeo().counters().connections()).log("draining");
      now.zeo().drain(config.zeo().drainTimeout());
      now.readiness().close();
      now.storage().close();
      LOG.atInfo().log("stopped");
    }
    if (monitoring != null) {
      monitoring.close();
    }
    metrics.close();
  }
}
