package dev.objectdb.codec;

import dev.objectdb.object.Bytes;
import dev.objectdb.object.Oid;
import java.util.List;

/**
 * A record as PostgreSQL keeps it.
 *
 * @param classModule module of the class; empty if the record has no class, or none that can be
 *     stored
 * @param className name of the class within its module, likewise
 * @param json the state, UTF-8, without U+0000; {@code null} where JSON cannot hold it
 * @param refs oids of the objects it refers to, in the order of the record, repeated as they are;
 *     neither weak references nor those to other databases
 * @param exact whether an equal record can be made from the other columns; if not, its bytes must
 *     be kept
 */
public record JsonRecord(
    String classModule, String className, Bytes json, List<Oid> refs, boolean exact) {
  public JsonRecord {
    refs = List.copyOf(refs);
  }
}
