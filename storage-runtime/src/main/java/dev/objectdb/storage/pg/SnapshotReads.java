package dev.objectdb.storage.pg;

import dev.objectdb.object.Check;
import dev.objectdb.object.Oid;
import dev.objectdb.object.Tid;
import dev.objectdb.storage.Loaded;
import dev.objectdb.storage.PosKeyException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * Loads for any snapshot: from the {@link SharedCache} without SQL, else all missing ones by one
 * statement, else by waiting for whoever is loading the same object already.
 *
 * <p>With F the feed's position, read first: nobody is answered with anything newer than F, so a
 * bound above F + 1 is lowered to it. Where an object turns out to be ahead of F, and what it was
 * before is not known, the feed is advanced; whoever wanted the newest is then answered with that.
 */
final class SnapshotReads {
  /** So often an object may change while it is read, before the answer is given without keeping. */
  private static final int ROUNDS_KEEPING = 3;

  /** So often the feed may be advanced for one load; each time, one more commit came in. */
  private static final int ROUNDS_MAX = 8;

  private final SharedCache cache;
  private final RevisionSource source;
  private final FeedPosition feed;

  SnapshotReads(SharedCache cache, RevisionSource source, FeedPosition feed) {
    this.cache = cache;
    this.source = source;
    this.feed = feed;
  }

  /**
   * Returns the newest revision below a bound.
   *
   * @return empty if it is not known (any more)
   * @throws PosKeyException if there is none
   */
  Optional<Loaded> before(Oid oid, Tid before) {
    Answers answers = new Answers(before);
    resolve(List.of(oid), answers);
    Loaded loaded = answers.loaded.get(oid);
    if (loaded == null && !answers.hidden.contains(oid)) {
      throw new PosKeyException(oid);
    }
    return Optional.ofNullable(loaded);
  }

  /** Returns the current revisions, in the order asked for; leaves out what does not exist. */
  Map<Oid, Loaded> current(Collection<Oid> oids) {
    Answers answers = new Answers(Tid.MAX);
    Set<Oid> distinct = new LinkedHashSet<>(oids);
    resolve(distinct, answers);
    Map<Oid, Loaded> ordered = new LinkedHashMap<>();
    for (Oid oid : distinct) {
      Loaded loaded = answers.loaded.get(oid);
      if (loaded != null) {
        ordered.put(oid, loaded);
      }
    }
    return ordered;
  }

  /** What is known so far of one call. An oid in neither collection has no answer, or is gone. */
  private static final class Answers {
    private final Tid wanted;
    private final Map<Oid, Loaded> loaded = new HashMap<>();
    private final Set<Oid> hidden = new LinkedHashSet<>();

    Answers(Tid wanted) {
      this.wanted = wanted;
    }

    void add(Oid oid, Revision.Found found, Tid position) {
      loaded.put(oid, new Loaded(found.data(), found.tid(), found.next(), position));
    }
  }

  /**
   * Goes on until nothing is pending. It ends: whoever has waited for another's load in vain sends
   * its own from the second round on, and what that brings is an answer, at the latest when {@link
   * #ROUNDS_KEEPING} or {@link #ROUNDS_MAX} are over.
   */
  private void resolve(Collection<Oid> oids, Answers answers) {
    Set<Oid> pending = new LinkedHashSet<>(oids);
    for (int count = 1; !pending.isEmpty(); count++) {
      Round round = new Round(answers, feed.position(), count);
      round.fromCache(pending);
      if (!pending.isEmpty()) {
        round.fromElsewhere(pending);
      }
    }
  }

  /** One attempt at everything that has no answer yet, at one position of the feed. */
  private final class Round {
    private final Answers answers;
    private final Tid position;
    private final Tid bound;
    private final int count;

    Round(Answers answers, Tid position, int count) {
      this.answers = answers;
      this.position = position;
      this.count = count;
      bound = answers.wanted.isAfter(position) ? position.next() : answers.wanted;
    }

    void fromCache(Set<Oid> pending) {
      pending.removeIf(
          oid -> {
            Optional<Revision.Found> found = cache.find(oid, bound);
            found.ifPresent(revision -> answers.add(oid, revision, position));
            return found.isPresent();
          });
    }

    void fromElsewhere(Set<Oid> pending) {
      List<SharedCache.Flight> others = new ArrayList<>();
      List<SharedCache.Flight> own = new ArrayList<>();
      boolean ahead = false;
      try {
        for (Oid oid : pending) {
          // Who waited once and got nothing to keep asks the database itself.
          Optional<SharedCache.Flight> other = count == 1 ? cache.inFlight(oid) : Optional.empty();
          other.ifPresentOrElse(others::add, () -> own.add(cache.begin(oid)));
        }
        if (!own.isEmpty()) {
          ahead = land(own, pending);
        }
      } finally {
        own.forEach(cache::end);
      }
      // Only now, so that two calls never wait for each other.
      for (SharedCache.Flight flight : others) {
        flight
            .await()
            .filter(found -> found.covers(bound))
            .ifPresent(
                found -> {
                  answers.add(flight.oid(), found, position);
                  pending.remove(flight.oid());
                });
      }
      if (ahead) {
        feed.sync();
      }
    }

    /** Tells whether an object is ahead of the feed. */
    private boolean land(List<SharedCache.Flight> flights, Set<Oid> pending) {
      List<Oid> oids = flights.stream().map(SharedCache.Flight::oid).toList();
      Map<Oid, Revision> revisions = source.read(oids, bound);
      boolean ahead = false;
      for (SharedCache.Flight flight : flights) {
        Oid oid = flight.oid();
        Revision revision = Objects.requireNonNull(revisions.get(oid), "an answer for every oid");
        boolean answered =
            switch (revision) {
              case Revision.Found found -> {
                Check.invariant(found.covers(bound), "a revision was current at the bound");
                boolean kept = cache.land(flight, found);
                if (kept || count > ROUNDS_KEEPING) {
                  answers.add(oid, found, position);
                }
                yield kept || count > ROUNDS_KEEPING;
              }
              case Revision.Hidden hidden -> {
                boolean newer = hidden.later().isAfter(position);
                ahead |= newer;
                boolean again = newer && answers.wanted.isAfter(bound) && count < ROUNDS_MAX;
                if (!again) {
                  answers.hidden.add(oid);
                }
                yield !again;
              }
              case Revision.Gone _ -> true;
            };
        if (answered) {
          pending.remove(oid);
        }
      }
      return ahead;
    }
  }
}
