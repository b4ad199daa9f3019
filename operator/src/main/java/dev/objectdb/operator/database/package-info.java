/**
 * One pass over one ObjectDatabase. {@code ObjectDatabaseReconciler} is the table of contents:
 *
 * <pre>
 *   observe    what is there, from the informers' caches
 *   step       PostgreSQL, then the schema, then the servers; each answers Done, Wait or Fail
 *   manifest   how each object should look, as a pure function
 *   status     conditions and summary, written once, at the end, when they differ
 * </pre>
 *
 * Every pass does all of it, whichever event caused it, and waits for nothing: the next event, or
 * the clock, brings the next pass. A pass that finds everything as it should be writes nothing.
 */
@NullMarked
package dev.objectdb.operator.database;

import org.jspecify.annotations.NullMarked;
