/** The command, from its arguments to its exit code. */
@NullMarked
package dev.objectdb.cli;

import org.jspecify.annotations.NullMarked;
