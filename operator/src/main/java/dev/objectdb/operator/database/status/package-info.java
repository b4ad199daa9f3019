/**
 * How a pass is reported. {@code StatusBuilder} is the only writer of conditions. Three of them say
 * how far the pass got, all with the same reason and message, only the truth differs:
 *
 * <pre>
 *                    Ready                       Reconciling   Stalled
 *   done             True                        False         False
 *   waiting          True while servers serve    True          False
 *   on hold          True while servers serve    False         False
 *   failed           False                       False         True
 * </pre>
 *
 * The others each speak of one aspect, as a step told it to {@code Findings}. What a pass did not
 * get to look at stays as it was told last, with the generation of that time. A transition time
 * changes with the status only. An event is told when status or reason of a condition changes.
 *
 * <p>{@code Reason} is public API: programs and alerts rely on its words.
 */
@NullMarked
package dev.objectdb.operator.database.status;

import org.jspecify.annotations.NullMarked;
