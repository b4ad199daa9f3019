/** The answers to the kubelet's probes: {@code /livez} and {@code /readyz}, over plain HTTP. */
@NullMarked
package dev.objectdb.operator.health;

import org.jspecify.annotations.NullMarked;
