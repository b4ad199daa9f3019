/**
 * What tests of several packages stand on: a real PostgreSQL, and a way to count what is sent to
 * it.
 */
@NullMarked
package dev.objectdb.testing;

import org.jspecify.annotations.NullMarked;
