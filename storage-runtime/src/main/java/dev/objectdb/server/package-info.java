/**
 * The server as a whole: what it is told, what it wires together, what it shows of itself.
 *
 * <pre>
 *   environment ─▶ ServerConfig ─▶ StorageServer ─┬─▶ PgStorage ◀── TimedStorage ◀── ZeoServer
 *                                                 ├─▶ Readiness (asks once a second)
 *                                                 └─▶ Monitoring: /livez /readyz /metrics /admin
 *
 *   Starting ──PostgreSQL answers, schema made──▶ Serving ──close──▶ Draining ──▶ ended
 * </pre>
 *
 * <p>Invariants: a process that waits for PostgreSQL is alive and not ready, and does not end for
 * it; one that is told something it cannot do ends at once and says what. Nothing a log line, a
 * metric, an error or a status shows holds a password.
 */
@NullMarked
package dev.objectdb.server;

import org.jspecify.annotations.NullMarked;
