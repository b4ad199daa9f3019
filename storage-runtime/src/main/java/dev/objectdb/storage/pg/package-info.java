/**
 * The object database in PostgreSQL, in tables it shares with the Python package zodb-pgjsonb;
 * {@code PgStorage} builds it from the parts.
 *
 * <pre>
 *   ground  Schema: numbered DDL and the triggers that keep every writer harmless
 *           PgConfig, PgUri → PgSessions → Pool        SqlErrors: the only reader of SQLSTATE
 *   reads   SnapshotReads ── SharedCache               intervals in memory, else one statement
 *                 └───────── Loader ──▶ Pool           each read one snapshot, one round trip
 *           LogReader, TransactionWalk                 history, walks, counts
 *   writes  PgTransaction (stage, spool) ──▶ CommitSequencer ──▶ CommitSession (one per process)
 *              vote:   lock 0 · reservations · one check query          writes nothing
 *              stale:  lock 0 let go · ServerMerge ── RecordMerge      then it is voted again
 *              finish: log row · archive · upsert · COMMIT · feed       tids, batch of finishers
 *   feed    InvalidationFeed ◀── LISTEN (doorbell), timer, lock grant, own commits
 *              under the feed lock: SharedCache, then the position, then listeners
 * </pre>
 *
 * <p>Invariants:
 *
 * <ul>
 *   <li>Only the session that holds advisory lock 0 writes. A tid is chosen under that lock, above
 *       every stored one; the schema's triggers hold every other writer to the same.
 *   <li>The position moves under the feed lock, right before the listeners are told: it is never
 *       below what anybody was told. No answer is newer than the position, and every open end is
 *       open as of a position.
 *   <li>A revision never changes: what is known of {@code (oid, tid)} is true for ever, except that
 *       its end may become known, and that it may be removed.
 *   <li>A live row holds JSON, at least JSON null; SQL NULL marks a deletion in the history.
 * </ul>
 *
 * <p>Lock order in the process, outermost first; nobody takes one to the left while holding one to
 * the right:
 *
 * <pre>
 *   advisory lock 0           the sequencer's thread alone, on the committer session
 *   the turn to query         InvalidationFeed.sync: one query for all who wait
 *   the feed lock             held over COMMIT and the telling of it; no query is sent under it
 *   calls of listeners        for moments, so that they can be cut off whatever a COMMIT does
 *   innermost                 state of one transaction, locks inside SharedCache and of each
 *                             listener's own queue: no SQL, no transcoding of others under them
 * </pre>
 *
 * <p>Inside one database: the start-up lock {@code (0x5A4442, 1)} of whoever changes the schema,
 * then advisory lock 0, then tables, then rows in the order of their oid. A pooled session never
 * waits for lock 0.
 */
@NullMarked
package dev.objectdb.storage.pg;

import org.jspecify.annotations.NullMarked;
