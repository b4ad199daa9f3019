/**
 * The values everything else speaks in: oids, tids, immutable bytes, limits.
 *
 * <p>Uses the JDK only, knows no storage, no wire and no SQL. Every type checks its invariant in
 * its constructor, so a value that exists is a value that is right.
 */
@NullMarked
package dev.objectdb.object;

import org.jspecify.annotations.NullMarked;
