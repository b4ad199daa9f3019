package dev.objectdb.zeo;

import dev.objectdb.object.Tid;
import java.time.Instant;

/**
 * A server at one moment: what is open now, and what happened since it started. Source of the
 * metrics, of {@code ruok} and of {@code server_status}.
 *
 * @param started when the server began to accept
 * @param connections links open now
 * @param clients those of them that have registered
 * @param activeTransactions begun and not ended, now
 * @param votesWaiting votes that are not answered yet, now
 * @param queuedBytes sent to clients and not taken by them yet, now
 * @param loads objects loaded
 * @param stores records stored or restored
 * @param commits transactions committed
 * @param aborts transactions aborted, by their clients or for them
 * @param conflicts objects that were changed by somebody else first
 * @param conflictsResolved those of them that were then committed merged
 * @param failures calls answered with an error that is no conflict and no missing object
 * @param refused connects turned away because of the limit
 * @param cut links ended by the server: the client did not keep up, or its transaction took too
 *     long, or the database lost commits
 * @param lastTransaction the position of the feed
 */
public record ZeoCounters(
    Instant started,
    long connections,
    long clients,
    long activeTransactions,
    long votesWaiting,
    long queuedBytes,
    long loads,
    long stores,
    long commits,
    long aborts,
    long conflicts,
    long conflictsResolved,
    long failures,
    long refused,
    long cut,
    Tid lastTransaction) {}
