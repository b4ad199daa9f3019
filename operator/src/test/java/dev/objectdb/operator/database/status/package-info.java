/** Tests. */
@NullMarked
package dev.objectdb.operator.database.status;

import org.jspecify.annotations.NullMarked;
