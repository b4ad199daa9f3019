/** Tests. */
@NullMarked
package dev.objectdb.operator.health;

import org.jspecify.annotations.NullMarked;
