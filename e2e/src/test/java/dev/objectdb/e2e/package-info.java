/**
 * The whole product from outside, as its users meet it: images, chart, kubectl and stock Python
 * clients.
 *
 * <pre>
 *   FirstApplyE2E, ImagesE2E,     need a cluster and the images: e2e/run
 *   PostgresImageE2E
 *   ClientIT                      the Python client of these tests against a stock ZEO server
 *   Cluster, PortForward          kubectl and helm, as commands
 *   Python, CommitLoop            clients that record each acknowledged commit
 *   CollectOnFailure              logs, events and descriptions of a failed test, into target/e2e
 *   Timeouts                      every limit of time, in one place
 * </pre>
 *
 * Nothing of our own code is called from here: only what a user has.
 */
@NullMarked
package dev.objectdb.e2e;

import org.jspecify.annotations.NullMarked;
