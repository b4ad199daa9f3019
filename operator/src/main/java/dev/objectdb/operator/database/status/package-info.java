/**
 * How a pass is reported. {@code StatusBuilder} is the only writer of conditions. One state is told
 * by all of them: its reason and message are the same everywhere, only the truth differs.
 *
 * <pre>
 *                    Ready                       Reconciling   Stalled
 *   done             True                        False         False
 *   waiting          True while servers serve    True          False
 *   failed           False                       False         True
 * </pre>
 *
 * {@code Reason} is public API: programs and alerts rely on its words.
 */
@NullMarked
package dev.objectdb.operator.database.status;

import org.jspecify.annotations.NullMarked;
