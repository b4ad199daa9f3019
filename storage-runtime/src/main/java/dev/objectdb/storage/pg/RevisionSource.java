package dev.objectdb.storage.pg;

import dev.objectdb.object.Oid;
import dev.objectdb.object.Tid;
import java.util.Collection;
import java.util.Map;

/** Where revisions come from that are not in the shared cache. */
@FunctionalInterface
interface RevisionSource {
  /**
   * Reads the newest revision below {@code before} of each object, all from one snapshot taken
   * after this call began.
   *
   * @return an answer for every oid asked for
   */
  Map<Oid, Revision> read(Collection<Oid> oids, Tid before);
}
