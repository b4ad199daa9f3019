/**
 * The custom resources of group {@code objectdb.dev}, version {@code v1alpha1}, as values.
 *
 * <pre>
 *   ObjectDatabase
 *     spec    ObjectDatabaseSpec    what the user declares; written by users only
 *     status  ObjectDatabaseStatus  what is so; written by the operator only
 * </pre>
 *
 * No behaviour lives here. Descriptions, defaults, bounds and CEL rules stand as annotations on the
 * records; the schema {@code crds/objectdatabases.objectdb.dev.yaml} is generated from them (by
 * {@code CrdTest}), is checked in, and travels in the jar beside these classes ({@link
 * ObjectDatabase#SCHEMA}).
 *
 * <p>Invariants: every default is in the schema and none is in Java, so a resource that came
 * through an API server (or whoever applies the schema in its place) is complete, and a component
 * is null only where it says {@code @Nullable}. Rules use only CEL functions that every CEL library
 * has, so the schema can be checked anywhere.
 */
@NullMarked
package dev.objectdb.crds.v1alpha1;

import org.jspecify.annotations.NullMarked;
