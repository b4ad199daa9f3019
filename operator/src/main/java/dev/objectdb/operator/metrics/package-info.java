/**
 * The figures of the operator, for Prometheus.
 *
 * <pre>
 *   objectdb_database_…   state of each ObjectDatabase, labelled namespace and name
 *   objectdb_operator_…   this process
 *   operator_sdk_…        passes, retries and queues of the SDK, for all databases together
 *   jvm_…, process_…      this JVM
 * </pre>
 *
 * <p>Every operator tells of every database, also one that stands by: whoever asks takes the
 * greatest of all answers. The number of series grows with the databases and with nothing else.
 */
@NullMarked
package dev.objectdb.operator.metrics;

import org.jspecify.annotations.NullMarked;
