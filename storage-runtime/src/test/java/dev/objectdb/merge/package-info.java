/** Tests of merging: the rules one by one, and all of them against Python. */
@NullMarked
package dev.objectdb.merge;

import org.jspecify.annotations.NullMarked;
