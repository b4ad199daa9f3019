/**
 * The whole product from outside, as its users meet it: images, chart, kubectl and stock Python
 * clients.
 *
 * <pre>
 *   FirstApplyE2E                 the first hour of a user
 *   ServersE2E, PostgresE2E,      what may happen to each part while clients commit
 *   OperatorE2E
 *   AdmissionE2E, ChartE2E        what the API server takes and refuses
 *   ImagesE2E, PostgresImageE2E   what is in the images
 *   OperatorExtension, Site,      the operator, a user's namespace, clients at work in it,
 *   Load, OwnPostgres             a PostgreSQL of the user's own
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
