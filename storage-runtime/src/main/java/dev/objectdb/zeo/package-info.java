/**
 * The ZEO 5 server: stock Python clients on one side, a {@link dev.objectdb.storage.Storage} on the
 * other.
 *
 * <pre>
 *   frame    = length(4, unsigned, big-endian) payload          refused above the limit unread
 *   greeting = "Z5" from the server, "Z5" from the client       or "ruok": status as JSON, the end
 *   payload  = pickle((msgid, flag, name, args))                protocol 3, closed vocabulary
 *
 *   socket ─▶ FrameReader ─▶ MessageCodec ─▶ RequestReader ─▶ ZeoRequest
 *                                                               │
 *             Session: register, label         on the reader ◀──┤
 *             Read:    loads, iterators, ping  thread each   ◀──┤   ReadHandler
 *             Write:   tpc_begin … tpc_abort   one lane      ◀──┘   CommitLane ─ LinkTransaction
 *                                                               │
 *   socket ◀─ FrameWriter ◀─ Outbound ◀─ LinkFeed (position) ◀──┴── Storage's feed of commits
 * </pre>
 *
 * <p>Invariants, the rules R1 to R17 as far as a link can keep them:
 *
 * <ul>
 *   <li>All that a client is sent goes through one ordered queue, {@code Outbound}.
 *   <li>The position of a link, the highest tid its client was told, only rises.
 *   <li>A revision is queued as the newest below a bound, or as current, only if no change of that
 *       object within the bound was queued since it was read; otherwise it is read again.
 *   <li>Every call that wants a reply gets one that the client can decode, or the link ends; also
 *       when a thread of the link meets an {@link java.lang.Error}, and nothing else ends with it.
 *   <li>However a link ends, its transaction, its iterators and its place in the feed end with it.
 *   <li>Whatever a client controls is bounded by {@link dev.objectdb.zeo.LinkLimits}; who falls
 *       behind what is pushed is cut, and mends its cache when it comes back.
 * </ul>
 *
 * <p>Locks, in this order: the storage's feed, {@code LinkFeed}, {@code Outbound}. No lock of a
 * link is held while the storage is called.
 */
@NullMarked
package dev.objectdb.zeo;

import org.jspecify.annotations.NullMarked;
