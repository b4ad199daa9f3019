/** Facts about one database, taken from caches at the beginning of a pass. */
@NullMarked
package dev.objectdb.operator.database.observe;

import org.jspecify.annotations.NullMarked;
