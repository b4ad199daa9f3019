/** Tests. */
@NullMarked
package dev.objectdb.operator.database.step;

import org.jspecify.annotations.NullMarked;
