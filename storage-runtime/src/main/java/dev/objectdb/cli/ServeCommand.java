package dev.objectdb.cli;

import dev.objectdb.server.LogLevel;
import dev.objectdb.server.ServerConfig;
import dev.objectdb.server.StorageServer;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** {@code objectdb serve}: the server of one database, until it is told to stop. */
@Command(
    name = "serve",
    mixinStandardHelpOptions = true,
    header = "Serves one database to ZEO clients; what runs in a pod.",
    descriptionHeading = "%n",
    description = {
      "It is configured by environment variables, named like the fields of an ObjectDatabase. Each"
          + " may have _FILE behind its name and then names a file that holds the value.",
      "",
      "An empty database gets its tables; one with the other history mode is refused. While"
          + " PostgreSQL is away the server waits for it. The monitoring port answers /livez,"
          + " /readyz, /metrics (Prometheus) and /admin/status (JSON). After SIGTERM no new client"
          + " is taken, and open transactions may finish. The log is JSON.",
      ""
    },
    footer = {
      "",
      "Keys and their defaults:",
      "  OBJECTDB_POSTGRES_URI             required: postgresql://user:pw@host/db",
      "  OBJECTDB_POSTGRES_SCHEMA          public",
      "  OBJECTDB_HISTORY_MODE             Free; or Preserving",
      "  OBJECTDB_ZEO_HOST                 0.0.0.0, all addresses",
      "  OBJECTDB_ZEO_PORT                 8100; 0 for any free port",
      "  OBJECTDB_ZEO_READ_ONLY            false",
      "  OBJECTDB_ZEO_TRANSACTION_TIMEOUT  10s",
      "  OBJECTDB_ZEO_MAX_CONNECTIONS      1000",
      "  OBJECTDB_ZEO_MAX_CONNECTION_AGE   0s, no bound; older links are moved between"
          + " transactions",
      "  OBJECTDB_ZEO_DRAIN_TIMEOUT        30s for open transactions after SIGTERM",
      "  OBJECTDB_ZEO_TLS_DIRECTORY        none; has tls.crt and tls.key, read again when replaced",
      "  OBJECTDB_ZEO_TLS_CLIENT_AUTH      None; or Optional, Require",
      "  OBJECTDB_ZEO_TLS_CLIENT_CA_DIRECTORY  none; has ca.crt for clients' certificates",
      "  OBJECTDB_LOG_LEVEL                info; read again where _FILE names a file that changes",
      "  OBJECTDB_MONITORING_PORT          9180; 0 for none",
      "  OBJECTDB_POOL_MIN                 2",
      "  OBJECTDB_POOL_MAX                 10",
      "  OBJECTDB_CACHE_MEMORY             256Mi",
      "  OBJECTDB_SNAPSHOT_WINDOW          5m"
    })
final class ServeCommand implements Callable<Integer> {
  @Override
  public Integer call() {
    ServerConfig config = ServerConfig.read(System.getenv());
    try (LogLevel _ = LogLevel.of(System.getenv());
        StopSignal signal = new StopSignal(config.zeo().drainTimeout());
        Shutdown shutdown = new Shutdown()) {
      StorageServer server = new StorageServer(config);
      shutdown.later(server::close);
      server.start();
      signal.await();
    } catch (InterruptedException e) {
      // asked to stop, and everything has been stopped
    }
    return 0;
  }
}
