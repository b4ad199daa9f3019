package dev.objectdb.storage;

import dev.objectdb.object.Tid;

/**
 * One line of an object's history.
 *
 * @param size length of the record in bytes
 */
public record HistoryEntry(Tid tid, TransactionMeta meta, long size) {}
