package dev.objectdb.storage.pg;

import dev.objectdb.object.Oid;
import dev.objectdb.object.Tid;
import java.util.Set;

/** Keeps nothing. */
final class NoCache implements FeedCache {
  @Override
  public void changed(Tid upTo, Set<Oid> oids) {}

  @Override
  public void committed(Tid tid, Set<Oid> oids) {}

  @Override
  public void clear() {}
}
