/** The ZEO server, seen by frames, by hostile clients and by unmodified Python clients. */
@NullMarked
package dev.objectdb.zeo;

import org.jspecify.annotations.NullMarked;
