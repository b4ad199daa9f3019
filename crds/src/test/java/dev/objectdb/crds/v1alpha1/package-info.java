/** The generated schemas: that they are checked in as generated, and say what they must. */
@NullMarked
package dev.objectdb.crds.v1alpha1;

import org.jspecify.annotations.NullMarked;
