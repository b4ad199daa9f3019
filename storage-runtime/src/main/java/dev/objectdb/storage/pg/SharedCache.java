package dev.objectdb.storage.pg;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.objectdb.object.Bytes;
import dev.objectdb.object.Oid;
import dev.objectdb.object.Tid;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Records of this process's recent loads, right for every snapshot at once.
 *
 * <p>An entry is an interval: the record was the object's state from its tid up to its next tid. A
 * closed interval is true for ever. An open one ({@code next = Tid.MAX}) is true as far as the feed
 * has come, so a reader asks with a bound of at most the feed's position plus one:
 *
 * <pre>
 *   position F:   ──────────[tid ················F]            find(oid, before ≤ F + 1) hits
 *   committed(T): ──────────[tid ················[T            closed at T, its true end
 *   changed(U):   ──────────[tid ·········???···U              dropped: U is only a bound
 * </pre>
 *
 * <p>A load takes a {@link Flight} before its statement is sent. A change that the feed applies
 * while it is in the air hits it: what it brings may be the revision before the change, so an open
 * interval is then refused and read again. A change applied before the flight began is in the
 * statement's snapshot. Nothing is kept of objects that do not exist.
 *
 * <p>Bounded by bytes; which entries stay is Caffeine's choice. Source of the rules: ZODB issue 290
 * and ZEO issues 155, 166 and 209 are each a cache that broke one of them.
 */
final class SharedCache implements FeedCache {
  /** What an entry costs beside its record: keys, headers, a place in the map. */
  private static final int OVERHEAD_BYTES = 160;

  /** Older intervals of one object serve only clients that lag by as many commits to it. */
  private static final int INTERVALS_MAX = 4;

  /** One record may not push out everything else. */
  private static final int RECORD_SHARE = 16;

  private final long bytesMax;
  private final Cache<Oid, List<Revision.Found>> intervals;
  private final ConcurrentHashMap<Oid, List<Flight>> flights = new ConcurrentHashMap<>();
  private final LongAdder hits = new LongAdder();
  private final LongAdder misses = new LongAdder();

  /**
   * @param bytesMax 0 keeps nothing
   */
  SharedCache(long bytesMax) {
    this.bytesMax = bytesMax;
    intervals =
        Caffeine.newBuilder()
            .maximumWeight(bytesMax)
            .<Oid, List<Revision.Found>>weigher((oid, kept) -> weight(kept))
            // Eviction is a few steps: not worth waking another thread for.
            .executor(Runnable::run)
            .build();
  }

  private static int weight(List<Revision.Found> kept) {
    long bytes = 0;
    for (Revision.Found found : kept) {
      bytes += found.data().length() + (long) OVERHEAD_BYTES;
    }
    return (int) Math.min(bytes, Integer.MAX_VALUE);
  }

  /** One load on its way. Its own lock orders its landing against a change that hits it. */
  static final class Flight {
    private final Oid oid;
    private final CompletableFuture<Optional<Revision.Found>> landed = new CompletableFuture<>();
    private @Nullable Tid hitBy;

    private Flight(Oid oid) {
      this.oid = oid;
    }

    Oid oid() {
      return oid;
    }

    private synchronized void hit(Tid upTo) {
      if (hitBy == null || hitBy.isBefore(upTo)) {
        hitBy = upTo;
      }
    }

    /** Tells whether a change may have ended this revision, or all that was known; locked. */
    private boolean isHitFor(Revision.Found found) {
      return hitBy != null
          && (hitBy.equals(Tid.MAX) || (found.isOpen() && found.tid().isBefore(hitBy)));
    }

    /**
     * Waits for somebody else's load of the same object.
     *
     * <p>Between its landing and its end it may be joined by a reader who is further: a change that
     * came in between is in that reader's position, not in what landed. So what landed counts only
     * if no change has hit it by now. A change that finds the flight gone came after whoever joined
     * it, and is above the position they read before.
     *
     * @return empty if it brought nothing that could be kept, or that holds any longer
     */
    Optional<Revision.Found> await() {
      Optional<Revision.Found> found = landed.join();
      synchronized (this) {
        return found.filter(revision -> !isHitFor(revision));
      }
    }
  }

  /**
   * Returns the revision below a bound.
   *
   * @param before at most the feed's position, read before this call, plus one
   */
  Optional<Revision.Found> find(Oid oid, Tid before) {
    List<Revision.Found> kept = intervals.getIfPresent(oid);
    if (kept != null) {
      for (Revision.Found found : kept) {
        if (found.covers(before)) {
          hits.increment();
          return Optional.of(found);
        }
      }
    }
    misses.increment();
    return Optional.empty();
  }

  /** Returns the record of exactly this revision, if it is here. */
  Optional<Bytes> findSerial(Oid oid, Tid serial) {
    List<Revision.Found> kept = intervals.getIfPresent(oid);
    return kept == null
        ? Optional.empty()
        : kept.stream()
            .filter(found -> found.tid().equals(serial))
            .map(Revision.Found::data)
            .findFirst();
  }

  /** Returns a load of this object that is already in the air, to wait for instead of another. */
  Optional<Flight> inFlight(Oid oid) {
    List<Flight> some = flights.get(oid);
    return some == null ? Optional.empty() : Optional.of(some.getFirst());
  }

  /** Announces a load; to be called before its statement is sent, and ended in any case. */
  Flight begin(Oid oid) {
    Flight flight = new Flight(oid);
    flights.merge(oid, List.of(flight), SharedCache::joined);
    return flight;
  }

  private static List<Flight> joined(List<Flight> some, List<Flight> more) {
    List<Flight> all = new ArrayList<>(some);
    all.addAll(more);
    return List.copyOf(all);
  }

  /**
   * Keeps what a load brought.
   *
   * @return false if a change came in between: load again
   */
  boolean land(Flight flight, Revision.Found found) {
    synchronized (flight) {
      if (flight.isHitFor(found)) {
        return false;
      }
      keep(flight.oid, found);
    }
    flight.landed.complete(Optional.of(found));
    return true;
  }

  /** Ends a flight, landed or not. */
  void end(Flight flight) {
    flights.computeIfPresent(
        flight.oid,
        (oid, some) -> {
          List<Flight> rest = some.stream().filter(other -> other != flight).toList();
          return rest.isEmpty() ? null : rest;
        });
    flight.landed.complete(Optional.empty());
  }

  private void keep(Oid oid, Revision.Found found) {
    if (found.data().length() > bytesMax / RECORD_SHARE) {
      return;
    }
    intervals.asMap().merge(oid, List.of(found), SharedCache::merged);
  }

  private static List<Revision.Found> merged(
      List<Revision.Found> kept, List<Revision.Found> added) {
    Revision.Found found = added.getFirst();
    List<Revision.Found> all = new ArrayList<>(kept);
    // Of one revision known twice, the one whose end is known says more.
    boolean known = all.removeIf(old -> old.tid().equals(found.tid()) && old.isOpen());
    if (known || all.stream().noneMatch(old -> old.tid().equals(found.tid()))) {
      all.add(found);
    }
    all.sort(Comparator.comparing(Revision.Found::tid).reversed());
    return List.copyOf(all.subList(0, Math.min(all.size(), INTERVALS_MAX)));
  }

  @Override
  public void changed(Tid upTo, Set<Oid> oids) {
    for (Oid oid : oids) {
      hitFlights(oid, upTo);
      intervals
          .asMap()
          .computeIfPresent(
              oid,
              (key, kept) -> orNull(kept.stream().filter(found -> !endedBy(found, upTo)).toList()));
    }
  }

  @Override
  public void committed(Tid tid, Set<Oid> oids) {
    for (Oid oid : oids) {
      hitFlights(oid, tid);
      intervals
          .asMap()
          .computeIfPresent(
              oid,
              (key, kept) ->
                  kept.stream()
                      .map(
                          found ->
                              endedBy(found, tid)
                                  ? new Revision.Found(found.data(), found.tid(), tid)
                                  : found)
                      .toList());
    }
  }

  /** A revision at or above the change was read ahead of the feed: it may be the change itself. */
  private static boolean endedBy(Revision.Found found, Tid upTo) {
    return found.isOpen() && found.tid().isBefore(upTo);
  }

  private static @Nullable List<Revision.Found> orNull(List<Revision.Found> kept) {
    return kept.isEmpty() ? null : kept;
  }

  /** First the flights, then the entries: what lands in between is dropped with the entries. */
  private void hitFlights(Oid oid, Tid upTo) {
    for (Flight flight : flights.getOrDefault(oid, List.of())) {
      flight.hit(upTo);
    }
  }

  @Override
  public void clear() {
    flights.values().forEach(some -> some.forEach(flight -> flight.hit(Tid.MAX)));
    intervals.invalidateAll();
  }

  long hits() {
    return hits.sum();
  }

  long misses() {
    return misses.sum();
  }

  /** Returns the bytes held, records and what goes with them. */
  long bytes() {
    intervals.cleanUp();
    return intervals.policy().eviction().flatMap(e -> boxed(e.weightedSize())).orElse(0L);
  }

  private static Optional<Long> boxed(java.util.OptionalLong value) {
    return value.isPresent() ? Optional.of(value.getAsLong()) : Optional.empty();
  }
}
