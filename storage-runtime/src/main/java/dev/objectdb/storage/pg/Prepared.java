package dev.objectdb.storage.pg;

import dev.objectdb.object.Oid;
import dev.objectdb.object.Tid;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Everything a transaction asks for, transcoded and sorted, as it goes to the vote. What a vote
 * needs is here, in memory; the rows are read from the spool only while they are written.
 *
 * @param changes by rising oid, each oid at most once
 * @param current what the transaction demands to be current, with the serial it read
 * @param log the transaction's line in the log
 * @param given the tid it brings along, or null to get one
 * @param spool where the rows of its changes are
 */
record Prepared(
    List<Change> changes, Map<Oid, Tid> current, LogEntry log, @Nullable Tid given, Spool spool) {
  Prepared {
    changes = changes.stream().sorted(Comparator.comparing(Change::oid)).toList();
    current = Map.copyOf(current);
  }

  /** Returns the objects it changes, by rising oid. */
  List<Oid> changed() {
    return changes.stream().map(Change::oid).toList();
  }

  /** Returns roughly the bytes that writing it takes. */
  long size() {
    long size = 0;
    for (Change change : changes) {
      size +=
          switch (change) {
            case Change.Store store -> store.slot().size();
            case Change.Restore restore -> restore.slot().size();
            case Change.Delete _ -> Oid.WIRE_BYTES;
          };
    }
    return size;
  }
}
