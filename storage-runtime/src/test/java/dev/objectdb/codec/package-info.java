/** Tests of the record codec: vectors of the reference codec, and the exactness property. */
@NullMarked
package dev.objectdb.codec;

import org.jspecify.annotations.NullMarked;
