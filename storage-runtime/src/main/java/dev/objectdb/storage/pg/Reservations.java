package dev.objectdb.storage.pg;

import dev.objectdb.object.Check;
import dev.objectdb.object.Oid;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Who may be voted beside whom, within this process: what a transaction stores is its own from vote
 * to finish, what it only demands to be current is shared with others that demand the same.
 *
 * <pre>
 *   0x2a   A exclusive (held) ── B shared (waits) ── C shared (waits)
 *   0x2b   B shared (held)
 *   order  A, B, C shared; a transaction that brings its own tid: exclusive
 * </pre>
 *
 * <p>Each object has a queue in order of arrival, and a claim enters all its queues in one step.
 * Nobody overtakes, so nobody starves and no two claims wait for each other. A tid that was chosen
 * elsewhere must stay above the greatest one until it is written; therefore such a transaction is
 * voted alone, by a claim on the order itself.
 *
 * <p>Without shared claims a write skew would pass: X reads o and Y writes o, both are voted, and Y
 * gets the smaller tid. Used by the sequencer's thread alone.
 */
final class Reservations {
  /** Stands for the order of tids in the map; every real key is an oid, so not negative. */
  private static final long ORDER = -1;

  private final Map<Long, Hold> queues = new HashMap<>();

  /** What one transaction wants; {@link #isGranted} once nobody stands before it any more. */
  static final class Claim {
    private final List<Hold> holds = new ArrayList<>();
    private int waitingFor;
    private boolean released;

    private Claim() {}

    boolean isGranted() {
      return waitingFor == 0 && !released;
    }
  }

  /** One claim's place in the queue of one key. */
  private static final class Hold {
    final Claim claim;
    final long key;
    final boolean exclusive;
    private Hold next = this; // itself while it is the last: a chain without null
    private boolean granted;

    Hold(Claim claim, long key, boolean exclusive) {
      this.claim = claim;
      this.key = key;
      this.exclusive = exclusive;
    }

    boolean isLast() {
      return next == this;
    }
  }

  /**
   * Queues up for everything at once.
   *
   * @param stored objects claimed for this transaction alone
   * @param current objects claimed together with others; those also in {@code stored} are
   * @param alone whether no other transaction may be voted meanwhile
   */
  Claim claim(Collection<Oid> stored, Collection<Oid> current, boolean alone) {
    Claim claim = new Claim();
    append(new Hold(claim, ORDER, alone));
    stored.forEach(oid -> append(new Hold(claim, oid.value(), true)));
    Set<Oid> shared = new HashSet<>(current);
    stored.forEach(shared::remove);
    shared.forEach(oid -> append(new Hold(claim, oid.value(), false)));
    return claim;
  }

  private void append(Hold hold) {
    hold.claim.holds.add(hold);
    Hold first = queues.putIfAbsent(hold.key, hold);
    boolean free = true;
    if (first != null) {
      Hold last = first;
      free = !first.exclusive && !hold.exclusive;
      while (!last.isLast()) {
        last = last.next;
        free &= !last.exclusive;
      }
      last.next = hold;
    }
    hold.granted = free;
    if (!free) {
      hold.claim.waitingFor++;
    }
  }

  /** Leaves every queue, held or waiting; who stood behind may be granted by it. */
  void release(Claim claim) {
    Check.invariant(!claim.released, "a claim is released once");
    claim.released = true;
    for (Hold hold : claim.holds) {
      remove(hold);
    }
    claim.holds.clear();
  }

  private void remove(Hold hold) {
    Hold first = Check.present(queues.get(hold.key), "a claim stands in the queues it entered");
    if (first == hold) {
      if (hold.isLast()) {
        queues.remove(hold.key);
        return;
      }
      first = hold.next;
      queues.put(hold.key, first);
    } else {
      Hold before = first;
      while (before.next != hold) {
        Check.invariant(!before.isLast(), "a claim stands in the queues it entered");
        before = before.next;
      }
      before.next = hold.isLast() ? before : hold.next;
    }
    grantFrom(first);
  }

  /** Grants the first, and behind a shared one every further shared one up to an exclusive. */
  private static void grantFrom(Hold first) {
    Hold hold = first;
    while (true) {
      if (!hold.granted && (hold == first || !hold.exclusive)) {
        hold.granted = true;
        hold.claim.waitingFor--;
      }
      if (hold.isLast() || hold.exclusive || hold.next.exclusive) {
        return;
      }
      hold = hold.next;
    }
  }

  /** Returns whether nobody holds or waits for anything. */
  boolean isEmpty() {
    return queues.isEmpty();
  }
}
