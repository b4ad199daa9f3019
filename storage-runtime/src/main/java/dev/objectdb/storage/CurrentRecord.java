package dev.objectdb.storage;

import dev.objectdb.object.Bytes;
import dev.objectdb.object.Oid;
import dev.objectdb.object.Tid;
import org.jspecify.annotations.Nullable;

/**
 * The current revision of one object, on a walk over all of them by oid.
 *
 * @param next the oid to continue with, or null after the last
 */
public record CurrentRecord(Oid oid, Tid tid, Bytes data, @Nullable Oid next) {}
