/** Tests. */
@NullMarked
package dev.objectdb.operator.database.observe;

import org.jspecify.annotations.NullMarked;
