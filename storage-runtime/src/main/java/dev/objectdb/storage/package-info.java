/**
 * The public face of an object database: what a protocol server needs of it, and nothing of how it
 * is kept.
 *
 * <pre>
 *   Storage ── loadBefore, loadMany, loadSerial, getTid, history     reads, each one snapshot
 *      │  ├─── transactions(cursor), recordFrom, stats               walking and counting
 *      │  ├─── subscribe(listener) → Subscription                    the ordered feed of commits
 *      │  └─── changesSince(tid)                                     what a cache must drop
 *      └─ begin(...) → StorageTransaction: store, restore, checkCurrent → vote → finish | abort
 * </pre>
 *
 * <p>Order, the one promise everything rests on: tids rise in the order in which transactions
 * become visible, over all processes. A {@link dev.objectdb.storage.StorageListener} is told of
 * every commit in that order, of each exactly once, before anybody is told of a later one, and a
 * read answers with nothing newer than what the listeners were told.
 */
@NullMarked
package dev.objectdb.storage;

import org.jspecify.annotations.NullMarked;
