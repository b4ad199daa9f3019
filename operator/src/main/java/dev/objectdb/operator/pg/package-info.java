/**
 * The operator's own SQL: short, read-only looks at the PostgreSQL of each database. All that
 * writes or takes long is a Job of the server image.
 *
 * <pre>
 *   PostgresAddress   a Secret's URI, taken apart          -&gt; the driver's words
 *   Probe             one look, bounded by deadlines       -&gt; Observation: Reached or Failed
 *   PostgresWatch     looks again and again, remembers the last Observation, wakes a pass when
 *                     it says something else
 * </pre>
 *
 * A pass never waits for PostgreSQL: it takes what the watch saw last.
 */
@NullMarked
package dev.objectdb.operator.pg;

import org.jspecify.annotations.NullMarked;
