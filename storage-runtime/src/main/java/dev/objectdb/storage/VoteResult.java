package dev.objectdb.storage;

import dev.objectdb.object.Bytes;
import dev.objectdb.object.Oid;
import dev.objectdb.object.Tid;
import java.util.List;
import java.util.Set;

/** Answer to a vote that did not fail. */
public sealed interface VoteResult {
  /**
   * The transaction can only be committed or aborted now, and nothing but a crash can stop it.
   *
   * @param changedByServer objects whose committed record will not be the one the client sent
   */
  record Voted(Set<Oid> changedByServer) implements VoteResult {
    public Voted {
      changedByServer = Set.copyOf(changedByServer);
    }
  }

  /** Not voted: the client may resolve each, store the result and vote again, or abort. */
  record Conflicts(List<Conflict> conflicts) implements VoteResult {
    public Conflicts {
      conflicts = List.copyOf(conflicts);
    }
  }

  /**
   * One object that somebody else changed first.
   *
   * @param committed serial of the revision that is there
   * @param base serial the client started from
   * @param data the record the client sent
   */
  record Conflict(Oid oid, Tid committed, Tid base, Bytes data) {}
}
