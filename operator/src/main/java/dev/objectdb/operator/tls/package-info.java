/**
 * Certificates: read and judged where users bring them, made where they ask for it.
 *
 * <pre>
 *   Authority  ──issues──▶  certificate of the servers, for months
 *   (one for each database, for years, which clients trust)
 * </pre>
 *
 * <p>No key and no certificate ever stands in a message or a log: what is wrong is told by the name
 * of the Secret and its key.
 */
@NullMarked
package dev.objectdb.operator.tls;

import org.jspecify.annotations.NullMarked;
