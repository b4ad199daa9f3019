/** What the server is told, and what it shows of itself. */
@NullMarked
package dev.objectdb.server;

import org.jspecify.annotations.NullMarked;
