package dev.objectdb.server;

import dev.objectdb.object.Tid;
import dev.objectdb.storage.pg.PgStorage;
import dev.objectdb.storage.pg.PgStorage.Usage;
import dev.objectdb.zeo.ZeoCounters;
import dev.objectdb.zeo.ZeoServer;
import java.util.function.ToDoubleFunction;

/** The figures that the parts of a server keep themselves; read when somebody asks. */
record ServerMeters(PgStorage storage, Readiness readiness, ZeoServer zeo) {

  void bindTo(Metrics metrics) {
    gauge(metrics, "objectdb.connections", "ZEO clients connected", ZeoCounters::connections);
    gauge(
        metrics,
        "objectdb.transactions.active",
        "Transactions begun and not ended",
        ZeoCounters::activeTransactions);
    gauge(metrics, "objectdb.votes.waiting", "Votes not answered yet", ZeoCounters::votesWaiting);
    gauge(
        metrics,
        "objectdb.queued.bytes",
        "Sent to clients and not taken by them yet",
        ZeoCounters::queuedBytes);
    count(metrics, "objectdb.loads", "Objects loaded by clients", ZeoCounters::loads);
    count(metrics, "objectdb.stores", "Records stored by clients", ZeoCounters::stores);
    count(metrics, "objectdb.commits", "Transactions committed", ZeoCounters::commits);
    count(metrics, "objectdb.aborts", "Transactions aborted", ZeoCounters::aborts);
    count(
        metrics, "objectdb.conflicts", "Objects that others changed first", ZeoCounters::conflicts);
    count(
        metrics,
        "objectdb.conflicts.resolved",
        "Conflicts that ended in a merge",
        ZeoCounters::conflictsResolved);
    count(metrics, "objectdb.failures", "Calls answered with an error", ZeoCounters::failures);
    count(metrics, "objectdb.connections.refused", "Clients over the limit", ZeoCounters::refused);
    count(metrics, "objectdb.connections.cut", "Clients that did not keep up", ZeoCounters::cut);
    usage(metrics, "objectdb.pool.active", "Pooled sessions in use", Usage::sessionsActive);
    usage(metrics, "objectdb.pool.idle", "Pooled sessions open and free", Usage::sessionsIdle);
    usage(metrics, "objectdb.pool.waiting", "Calls that wait for a session", Usage::waiting);
    usage(metrics, "objectdb.cache.bytes", "Records in the shared cache", Usage::cacheBytes);
    metrics.count(
        "objectdb.cache.hits", "Loads answered from memory", storage, it -> it.usage().cacheHits());
    metrics.count(
        "objectdb.cache.misses",
        "Loads answered by PostgreSQL",
        storage,
        it -> it.usage().cacheMisses());
    metrics.gauge(
        "objectdb.feed.lag.seconds",
        "Time since this server last knew every commit of the database",
        () -> readiness.lag().toNanos() / 1e9);
    metrics.gauge(
        "objectdb.feed.position.seconds",
        "Time that the last commit known here stands for, since 1970; 0 without a commit",
        () -> seconds(storage.position()));
    metrics.gauge(
        "objectdb.ready",
        "Whether this server wants clients",
        () -> readiness.problem().isEmpty() ? 1 : 0);
  }

  private static double seconds(Tid tid) {
    return tid.equals(Tid.NONE) ? 0 : tid.toInstant().toEpochMilli() / 1e3;
  }

  private void usage(
      Metrics metrics, String name, String description, ToDoubleFunction<Usage> value) {
    metrics.gauge(name, description, () -> value.applyAsDouble(storage.usage()));
  }

  private void gauge(
      Metrics metrics, String name, String description, ToDoubleFunction<ZeoCounters> value) {
    metrics.gauge(name, description, () -> value.applyAsDouble(zeo.counters()));
  }

  private void count(
      Metrics metrics, String name, String description, ToDoubleFunction<ZeoCounters> value) {
    metrics.count(name, description, zeo, it -> value.applyAsDouble(it.counters()));
  }
}
