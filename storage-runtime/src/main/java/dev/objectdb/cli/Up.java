package dev.objectdb.cli;

import dev.objectdb.crds.v1alpha1.ForeignColumns;
import dev.objectdb.crds.v1alpha1.ObjectDatabaseSpec;
import dev.objectdb.crds.v1alpha1.Postgres;
import dev.objectdb.crds.v1alpha1.PostgresSecret;
import dev.objectdb.crds.v1alpha1.PostgresTls;
import dev.objectdb.server.ConfigException;
import dev.objectdb.server.ServerConfig;
import dev.objectdb.server.StorageServer;
import dev.objectdb.server.Units;
import dev.objectdb.storage.HistoryMode;
import dev.objectdb.storage.pg.PgConfig;
import dev.objectdb.storage.pg.PgUri;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * Runs one ObjectDatabase here: what {@code kubectl apply} is on a cluster, in one process and a
 * PostgreSQL beside it.
 */
final class Up {
  /** Python clients of other machines stay out: the protocol asks nobody who they are. */
  private static final String HOST = "127.0.0.1";

  private final ResourceFile file;
  private final Path data;
  private final Progress progress;

  /**
   * @param data directory for embedded PostgreSQL
   */
  Up(ResourceFile file, Path data, Progress progress) {
    this.file = file;
    this.data = data;
    this.progress = progress;
  }

  /** Starts everything, tells how to use it, and stops everything when it is told to. */
  void run() throws Exception {
    ObjectDatabaseSpec spec = new ResourceCheck().check(file);
    tellDifferences(spec);
    try (StopSignal signal = new StopSignal(duration(spec.zeo().drainTimeout()))) {
      try (Shutdown shutdown = new Shutdown()) {
        PgUri uri = postgres(spec, shutdown);
        StorageServer server = new StorageServer(config(spec, uri));
        shutdown.later(server::close);
        progress.during(
            "starting the server",
            server::problem,
            () -> {
              server.start();
              return server;
            });
        progress.note(greeting(spec, server.port()));
        serveUntil(signal);
      } catch (InterruptedException e) {
        progress.note("stopped");
      }
    }
  }

  private void serveUntil(StopSignal signal) throws InterruptedException {
    try {
      signal.await();
    } finally {
      progress.note("stopping"); // which may take a moment: clients get time to finish
    }
  }

  /** What a cluster would do with this file and this command does not. */
  private void tellDifferences(ObjectDatabaseSpec spec) {
    if (spec.replicas() != 1) {
      progress.note(
          "note: spec.replicas is %d; on this machine one server runs".formatted(spec.replicas()));
    }
    if (spec.image() != null) {
      progress.note("note: spec.image is not used; this program is the server");
    }
    if (spec.deletionProtection()) {
      progress.note("note: spec.deletionProtection is not used; nothing deletes a directory");
    }
    if (spec.hibernated()) {
      progress.note("note: spec.hibernated is not used; the server runs while this command does");
    }
    if (spec.zeo().tls().enabled()) {
      progress.note("note: spec.zeo.tls is not used; only this machine hears the server");
    }
    if (!file.ignored().isEmpty()) {
      progress.note("note: not used here: " + String.join(", ", file.ignored()));
    }
  }

  private PgUri postgres(ObjectDatabaseSpec spec, Shutdown shutdown) throws Exception {
    Postgres declared = spec.postgres();
    refuseWhatNeedsACluster(declared);
    PostgresSecret reference = declared.secretRef();
    if (reference != null) {
      PgUri uri = secret(reference);
      PostgresTls.Mode mode = declared.tls() == null ? null : declared.tls().mode();
      return mode == null ? uri : uri.with("sslmode", mode.word());
    }
    DataDirectory directory = DataDirectory.lock(data);
    shutdown.later(directory::close);
    Path home =
        progress.during(
            "unpacking PostgreSQL",
            Optional::empty,
            () -> PostgresBinaries.unpacked(PostgresBinaries.defaultCache()));
    EmbeddedPostgres postgres =
        progress.during(
            "preparing " + directory,
            Optional::empty,
            () -> EmbeddedPostgres.prepare(home, directory));
    shutdown.later(postgres::close);
    return progress.during(
        "starting PostgreSQL", Optional::empty, () -> postgres.start(spec.pool().max()));
  }

  private void refuseWhatNeedsACluster(Postgres declared) {
    PostgresTls tls = declared.tls();
    if (declared.cnpgRef() != null || (tls != null && tls.caSecretRef() != null)) {
      throw new ConfigException(
          "%s: spec.postgres.%s names something in a Kubernetes cluster: write secretRef, with a"
                  .formatted(
                      file.path(), declared.cnpgRef() != null ? "cnpgRef" : "tls.caSecretRef")
              + " Secret in the same file, or embedded: {}; a URI may name sslrootcert");
    }
  }

  private PgUri secret(PostgresSecret reference) {
    SecretDocument secret = file.secrets().get(reference.name());
    if (secret == null) {
      throw new ConfigException(
          "%s: spec.postgres.secretRef.name: there is no Secret \"%s\" in the file: add it as a"
                  .formatted(file.path(), reference.name())
              + " document (kind: Secret, stringData: {%s: postgresql://...}), or write embedded:"
                  .formatted(reference.keys().uri())
              + " {} in place of secretRef");
    }
    return secret.address(reference.keys());
  }

  private static ServerConfig config(ObjectDatabaseSpec spec, PgUri uri) {
    return new ServerConfig(
        new ServerConfig.Postgres(
            uri,
            spec.postgres().schema(),
            duration(spec.postgres().statementTimeout()),
            duration(spec.postgres().lockTimeout()),
            spec.postgres().foreignColumns() == ForeignColumns.Keep),
        switch (spec.historyMode()) {
          case Free -> HistoryMode.FREE;
          case Preserving -> HistoryMode.PRESERVING;
        },
        new ServerConfig.Zeo(
            HOST,
            spec.zeo().port(),
            spec.zeo().readOnly(),
            duration(spec.zeo().transactionTimeout()),
            spec.zeo().maxConnections(),
            duration(spec.zeo().maxConnectionAge()),
            duration(spec.zeo().drainTimeout()),
            Optional.empty()), // nobody but this machine hears it
        0,
        new PgConfig.Pooling(
            spec.pool().min(),
            spec.pool().max(),
            duration(spec.pool().acquireTimeout()),
            duration(spec.pool().maxLifetime()),
            duration(spec.pool().idleTimeout())),
        Units.bytes(spec.cache().memory()).orElseThrow(),
        duration(spec.snapshotWindow()));
  }

  /** The schema lets only durations through. */
  private static Duration duration(String text) {
    return Units.duration(text).orElseThrow();
  }

  private String greeting(ObjectDatabaseSpec spec, int port) {
    String where =
        spec.postgres().embedded() == null
            ? "PostgreSQL is the one of the Secret"
            : "SQL: psql \"$(cat '%s')\"".formatted(data.resolve("postgres.uri"));
    return """

    %s is ready: ZEO at %s:%d, history mode %s
    %s

    Paste into Python (after: pip install ZEO):

    %s
    Ctrl-C stops it; the data stays.
    """
        .formatted(file.name(), HOST, port, spec.historyMode(), where, Snippet.at(HOST, port))
        .stripTrailing();
  }
}
