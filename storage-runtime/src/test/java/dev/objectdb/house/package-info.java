/** The house rules, as tests: layout of the code, its size, and the arrows between packages. */
@NullMarked
package dev.objectdb.house;

import org.jspecify.annotations.NullMarked;
