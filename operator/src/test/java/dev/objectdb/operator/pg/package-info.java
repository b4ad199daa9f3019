/** Tests. */
@NullMarked
package dev.objectdb.operator.pg;

import org.jspecify.annotations.NullMarked;
