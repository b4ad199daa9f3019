/**
 * How the objects of a database should look. Every {@code desired} is a pure function: no client,
 * no clock, no chance, so the same resource gives the same object, byte for byte (golden files in
 * the tests show them).
 *
 * <pre>
 *   NAME                    Deployment of servers, their Service, budget and network policy
 *   NAME-headless           Service with the addresses of all servers
 *   NAME-connection         ConfigMap for clients
 *   NAME-settings           ConfigMap that servers read again while they run
 *   NAME-server             ServiceAccount of the servers, without any right
 *   NAME-schema-HASH        Job that makes the schema; the hash names its image and its inputs
 *   NAME-postgres           StatefulSet, Service and Secret of an embedded PostgreSQL
 * </pre>
 *
 * All pods meet the Pod Security Standard "restricted", have a read-only root file system and no
 * token of a service account.
 */
@NullMarked
package dev.objectdb.operator.database.manifest;

import org.jspecify.annotations.NullMarked;
