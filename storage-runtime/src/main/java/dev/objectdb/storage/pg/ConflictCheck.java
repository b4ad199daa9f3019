package dev.objectdb.storage.pg;

import dev.objectdb.object.Oid;
import dev.objectdb.object.Tid;
import dev.objectdb.storage.ConflictException;
import dev.objectdb.storage.ReadConflictException;
import dev.objectdb.storage.StorageException;
import dev.objectdb.storage.StorageTransactionException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Compares what transactions started from with what is committed.
 *
 * <pre>
 *   store, base = committed                    fine
 *   store, base z64, object exists             ConflictException
 *   store, base not z64, object missing        ConflictException: it is never created again
 *   store, base other than committed           Stale if the base can be loaded, else a conflict
 *   checkCurrent, serial other than committed  ReadConflictException
 *   restore                                    never compared
 *   a tid brought along                        above all, and not far in the future
 * </pre>
 *
 * <p>One query for all transactions that wait, and a second one only if something is stale. Source:
 * {@code tryToResolveConflict} in ZODB {@code ConflictResolution.py} needs both revisions.
 */
final class ConflictCheck {
  /** A given tid may be a second ahead of the clock: hosts differ by that much. */
  private static final long AHEAD_MAX = (1L << 32) / 60;

  /** Or this far above the greatest tid, so that work goes on after a clock that went back. */
  private static final long ABOVE_LAST_MAX = 65_536;

  private ConflictCheck() {}

  /** The verdict on one transaction, and what writing it will meet. */
  record Checked(Verdict verdict, int existing, int deleted) {}

  /**
   * Checks transactions that do not touch each other's objects.
   *
   * @param last the greatest tid of the log
   * @param clock the database's clock
   */
  static List<Checked> check(CommitSession session, List<Prepared> all, Tid last, Tid clock)
      throws SQLException {
    List<Oid> oids = new ArrayList<>();
    for (Prepared prepared : all) {
      prepared.changes().forEach(change -> oids.add(change.oid()));
      oids.addAll(prepared.current().keySet());
    }
    Map<Oid, Tid> committed = session.current(oids);
    List<List<Verdict.Stale>> stale = new ArrayList<>();
    Set<CommitSession.Revision> bases = new HashSet<>();
    for (Prepared prepared : all) {
      List<Verdict.Stale> found = stale(prepared, committed);
      stale.add(found);
      for (Verdict.Stale one : found) {
        bases.add(new CommitSession.Revision(one.oid(), one.base()));
      }
    }
    bases.removeIf(base -> base.tid().equals(Tid.NONE));
    Set<CommitSession.Revision> loadable = bases.isEmpty() ? Set.of() : session.loadable(bases);
    List<Checked> checked = new ArrayList<>();
    for (int i = 0; i < all.size(); i++) {
      List<Verdict.Stale> found = stale.get(i);
      Verdict verdict =
          failure(all.get(i), committed, last, clock)
              .<Verdict>map(Verdict.Failed::new)
              .orElseGet(() -> onStale(found, loadable));
      checked.add(counted(all.get(i), committed, verdict));
    }
    return checked;
  }

  private static List<Verdict.Stale> stale(Prepared prepared, Map<Oid, Tid> committed) {
    List<Verdict.Stale> stale = new ArrayList<>();
    for (Change change : prepared.changes()) {
      if (change instanceof Change.Store(Oid oid, Tid base, _)) {
        Tid there = committed.getOrDefault(oid, Tid.NONE);
        if (!there.equals(base)) {
          stale.add(new Verdict.Stale(oid, there, base));
        }
      }
    }
    return stale;
  }

  private static Optional<StorageException> failure(
      Prepared prepared, Map<Oid, Tid> committed, Tid last, Tid clock) {
    for (Map.Entry<Oid, Tid> demand : prepared.current().entrySet()) {
      Tid there = committed.getOrDefault(demand.getKey(), Tid.NONE);
      if (!there.equals(demand.getValue())) {
        return Optional.of(new ReadConflictException(demand.getKey(), there, demand.getValue()));
      }
    }
    Tid given = prepared.given();
    return given == null ? Optional.empty() : refusal(given, last, clock);
  }

  /** Tells why a tid from elsewhere cannot be taken, by the same rule as the schema's guard. */
  static Optional<StorageException> refusal(Tid given, Tid last, Tid clock) {
    if (!given.isAfter(last)) {
      return Optional.of(
          new StorageTransactionException("the given tid is not above every committed one"));
    }
    if (given.value() - clock.value() > AHEAD_MAX
        && given.value() - last.value() > ABOVE_LAST_MAX) {
      return Optional.of(new StorageTransactionException("the given tid is in the future"));
    }
    return Optional.empty();
  }

  private static Verdict onStale(List<Verdict.Stale> stale, Set<CommitSession.Revision> loadable) {
    for (Verdict.Stale one : stale) {
      boolean mergeable =
          !one.committed().equals(Tid.NONE)
              && loadable.contains(new CommitSession.Revision(one.oid(), one.base()));
      if (!mergeable) {
        return new Verdict.Failed(new ConflictException(one.oid(), one.committed(), one.base()));
      }
    }
    return stale.isEmpty() ? new Verdict.Voted() : new Verdict.Conflicts(stale);
  }

  private static Checked counted(Prepared prepared, Map<Oid, Tid> committed, Verdict verdict) {
    int existing = 0;
    int deleted = 0;
    for (Change change : prepared.changes()) {
      if (committed.containsKey(change.oid())) {
        existing++;
        deleted += change instanceof Change.Delete ? 1 : 0;
      }
    }
    return new Checked(verdict, existing, deleted);
  }
}
