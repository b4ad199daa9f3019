/** Tests. */
@NullMarked
package dev.objectdb.operator.database.manifest;

import org.jspecify.annotations.NullMarked;
