/**
 * Records of ZODB to the columns that PostgreSQL keeps of them, and back.
 *
 * <pre>
 *   record = class pickle, state pickle            one memo over both
 *        │ RecordCodec.toJson
 *        ▼
 *   class_mod, class_name, state JSON, refs, exact?
 *        │ RecordCodec.toRecord, if it was exact; else the bytes were kept
 *        ▼
 *   record: equal when loaded, though not the same bytes
 * </pre>
 *
 * <p>Invariant, and the property that the tests try to break: if {@code exact}, then loading the
 * record made from what JSONB keeps of the JSON gives equal values, types, aliasing and dict order.
 * The order of an instance's attributes counts only under {@code strict}.
 */
@NullMarked
package dev.objectdb.codec;

import org.jspecify.annotations.NullMarked;
