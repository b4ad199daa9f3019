/** The operator against an API server in memory, and its parts alone. */
@NullMarked
package dev.objectdb.operator;

import org.jspecify.annotations.NullMarked;
