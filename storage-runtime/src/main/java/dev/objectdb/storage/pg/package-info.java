/**
 * The object database in PostgreSQL; {@code PgStorage} builds it from the parts.
 *
 * <pre>
 *   reads   Loader ── SharedCache ──▶ pool            each read one snapshot, one round trip
 *   writes  PgTransaction (stage, spool) ──▶ CommitSequencer ──▶ CommitSession (one per process)
 *              vote:   lock 0 · reservations · one check query          writes nothing
 *              finish: log row · archive · upsert · COMMIT · feed       tids, batch of finishers
 *   feed    InvalidationFeed ◀── LISTEN (doorbell), timer, lock grant, own commits
 *              under the feed lock: SharedCache, then listeners, then the position
 * </pre>
 *
 * <p>Invariants: only the session that holds advisory lock 0 writes. A tid is chosen under that
 * lock, above every stored one. The position never passes a commit that listeners were not told of.
 *
 * <p>Lock order, outermost first; nobody takes one to the left while holding one to the right:
 *
 * <pre>
 *   state of one transaction  (PgTransaction)   never held while waiting for a vote or a finish
 *   advisory lock 0           (the sequencer's thread alone, on the committer session)
 *   the feed lock             (held over COMMIT and the telling of it; sync() queries before it)
 *   locks inside SharedCache and of each listener's own queue
 * </pre>
 *
 * <p>Inside one database: advisory lock 0, then rows in the order of their oid; a switch of the
 * mode takes table locks after lock 0. A pooled session never waits for lock 0.
 */
@NullMarked
package dev.objectdb.storage.pg;

import org.jspecify.annotations.NullMarked;
