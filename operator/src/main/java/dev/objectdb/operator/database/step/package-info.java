/**
 * What has to be true before clients can be served, one class each, in this order:
 *
 * <pre>
 *   CertificatesStep  the servers' certificate is there and holds          -&gt; whom to trust
 *   SurroundingsStep  what stands around the servers is as declared
 *   MonitoringStep    what has a Prometheus look at them is as declared
 *   PostgresStep      the Secret names a server, or the embedded one runs  -&gt; Credentials
 *   DatabaseStep      it answers, has room for the servers, and the schema is ours or nobody's
 *   SchemaStep        the Job of the wanted image has made the schema
 *   ServersStep       as many servers as declared run with what is declared
 *
 *   DeletionStep      in their place, once the resource is deleted and its data goes with it
 * </pre>
 *
 * A step makes objects, reads their state and answers at once; it never waits. All are given the
 * same {@code Pass}, and tell it what they find on the way; how far the steps got is what Ready,
 * Reconciling and Stalled say.
 */
@NullMarked
package dev.objectdb.operator.database.step;

import org.jspecify.annotations.NullMarked;
