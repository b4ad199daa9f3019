/** Tests. */
@NullMarked
package dev.objectdb.operator.database;

import org.jspecify.annotations.NullMarked;
