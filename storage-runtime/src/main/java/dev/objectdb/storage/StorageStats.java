package dev.objectdb.storage;

/**
 * Size of a database, cheap to get and therefore estimated by the database's own statistics.
 *
 * @param objects number of current objects
 * @param bytes space its tables and indexes take on disk
 */
public record StorageStats(long objects, long bytes) {}
