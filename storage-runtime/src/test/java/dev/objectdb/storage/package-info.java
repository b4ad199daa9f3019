/** The contract of a storage, as a model in memory. */
@NullMarked
package dev.objectdb.storage;

import org.jspecify.annotations.NullMarked;
