/** Tests of the pickle machine: every opcode, every way in which bytes can be wrong. */
@NullMarked
package dev.objectdb.codec.pickle;

import org.jspecify.annotations.NullMarked;
