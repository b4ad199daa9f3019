/**
 * The operator: makes true on Kubernetes what an ObjectDatabase declares.
 *
 * <pre>
 *   OperatorMain -&gt; OperatorConfig     the environment, read once
 *                -&gt; SdkSettings        how the Operator SDK runs our reconciler, with reasons
 *                -&gt; database           one pass over one ObjectDatabase
 *                -&gt; Leadership         which of several operators acts
 *                -&gt; kube, health, metrics
 * </pre>
 *
 * It holds no state: everything it knows is in the cluster, and any pass may be the first one. It
 * never links the runtime; the server image is started with the keys that the runtime documents.
 */
@NullMarked
package dev.objectdb.operator;

import org.jspecify.annotations.NullMarked;
