/**
 * The few ways in which we touch the API server, each in one place.
 *
 * <pre>
 *   read    own objects from informers' caches; Secrets by name, never listed or watched
 *   write   ServerSideApply, as field manager objectdb-operator, only objects that are ours
 *   tell    Events, on change only, and never at the cost of a pass
 * </pre>
 *
 * Labels tell which objects are ours and which database they belong to; the owner reference
 * decides.
 */
@NullMarked
package dev.objectdb.operator.kube;

import org.jspecify.annotations.NullMarked;
