@NullMarked
package dev.objectdb.operator.metrics;

import org.jspecify.annotations.NullMarked;
