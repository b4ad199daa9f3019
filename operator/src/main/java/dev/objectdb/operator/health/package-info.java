/**
 * What the outside is told about this process: probes and figures over HTTP.
 *
 * <p>Started: it has read what there is. Alive: its threads run, whatever the API server does.
 * Ready: it hears of changes; an operator that stands by is as ready as the one that acts.
 */
@NullMarked
package dev.objectdb.operator.health;

import org.jspecify.annotations.NullMarked;
