package dev.objectdb.storage.pg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.objectdb.object.Bytes;
import dev.objectdb.object.Oid;
import dev.objectdb.object.Tid;
import dev.objectdb.storage.Loaded;
import dev.objectdb.storage.PosKeyException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Loads are right for every snapshot, whatever commits and news come in between. */
class SnapshotReadsTest {
  private static final Oid OID = new Oid(1);
  private static final Oid OTHER = new Oid(2);

  private final SharedCache cache = new SharedCache(1 << 20);
  private final ModelDatabase database = new ModelDatabase(cache);
  private final List<Collection<Oid>> sent = Collections.synchronizedList(new ArrayList<>());
  private Runnable beforeSnapshot = () -> {};
  private Runnable afterSnapshot = () -> {};
  private final SnapshotReads reads = new SnapshotReads(cache, this::read, database);

  private Map<Oid, Revision> read(Collection<Oid> oids, Tid before) {
    sent.add(oids);
    beforeSnapshot.run();
    Map<Oid, Revision> answer = database.read(oids, before);
    afterSnapshot.run();
    return answer;
  }

  private Tid commit(Oid... oids) {
    return database.commit(Set.of(oids), false);
  }

  private static Bytes data(Oid oid, Tid tid) {
    return Bytes.ofUtf8(oid + "@" + tid);
  }

  @Test
  void aSecondLoadSendsNothing() {
    Tid first = commit(OID);
    database.sync();
    Loaded loaded = new Loaded(data(OID, first), first, Tid.MAX, first);
    assertThat(reads.before(OID, Tid.MAX)).contains(loaded);
    assertThat(reads.before(OID, Tid.MAX)).contains(loaded);
    assertThat(reads.before(OID, first.next())).contains(loaded);
    assertThat(sent).hasSize(1);
  }

  @Test
  void onlyWhatIsMissingIsSentAndInOneStatement() {
    Tid tid = commit(OID, OTHER, new Oid(3));
    database.sync();
    reads.before(OID, Tid.MAX);
    Map<Oid, Loaded> loaded = reads.current(List.of(OTHER, OID, new Oid(3), new Oid(4), OTHER));
    assertThat(loaded.keySet()).containsExactly(OTHER, OID, new Oid(3));
    assertThat(loaded.get(OID)).isEqualTo(new Loaded(data(OID, tid), tid, Tid.MAX, tid));
    assertThat(sent).hasSize(2);
    assertThat(sent.get(1)).containsExactlyInAnyOrder(OTHER, new Oid(3), new Oid(4));
  }

  @Test
  void nobodyIsAnsweredWithMoreThanTheFeedHasTold() {
    Tid first = commit(OID);
    database.sync();
    Tid second = commit(OID);
    assertThat(reads.before(OID, Tid.MAX))
        .contains(new Loaded(data(OID, first), first, second, first));
    assertThat(database.position()).isEqualTo(first);
  }

  @Test
  void anObjectAheadOfTheFeedAdvancesItForWhoWantsTheNewest() {
    commit(OTHER);
    database.sync();
    Tid second = commit(OID);
    assertThat(reads.before(OID, Tid.MAX))
        .contains(new Loaded(data(OID, second), second, Tid.MAX, second));
    assertThat(database.position()).isEqualTo(second);
  }

  @Test
  void aLostRevisionAdvancesTheFeedAndIsAnsweredWithNothing() {
    Tid first = commit(OID);
    database.sync();
    Tid second = commit(OID);
    database.lose(OID);
    assertThat(reads.before(OID, first.next())).isEmpty();
    assertThat(database.position()).as("so that a retry sees more").isEqualTo(second);
    assertThat(reads.before(OID, Tid.MAX))
        .contains(new Loaded(data(OID, second), second, Tid.MAX, second));
  }

  @Test
  void whatDoesNotExistIsAskedForEachTime() {
    commit(OTHER);
    database.sync();
    for (int i = 0; i < 2; i++) {
      assertThatExceptionOfType(PosKeyException.class).isThrownBy(() -> reads.before(OID, Tid.MAX));
    }
    assertThat(sent).hasSize(2);
    Tid tid = commit(OID);
    database.sync();
    assertThat(reads.before(OID, tid.next())).isPresent();
  }

  @Test
  void anObjectFromAfterTheSnapshotIsNoError() {
    Tid first = commit(OTHER);
    commit(OID);
    database.sync();
    assertThat(reads.before(OID, first.next())).isEmpty();
  }

  @Test
  void aLoadThatWasOvertakenByAChangeIsSentAgain() {
    Tid first = commit(OID);
    database.sync();
    afterSnapshot =
        () -> {
          if (sent.size() == 1) {
            commit(OID);
            database.sync();
          }
        };
    Loaded loaded = reads.before(OID, first.next()).orElseThrow();
    assertThat(loaded.tid()).isEqualTo(first);
    assertThat(loaded.next()).as("the end is known now").isEqualTo(database.position());
    assertThat(sent).hasSize(2);
  }

  @Test
  void anObjectThatChangesAllTheTimeIsStillAnswered() {
    commit(OID);
    database.sync();
    afterSnapshot =
        () -> {
          commit(OID);
          database.sync();
        };
    Loaded loaded = reads.before(OID, Tid.MAX).orElseThrow();
    assertThat(database.truth(OID, loaded.asOf().next()))
        .isInstanceOfSatisfying(
            Revision.Found.class, found -> assertThat(found.tid()).isEqualTo(loaded.tid()));
    assertThat(sent.size()).isLessThan(10);
  }

  @Test
  void callersWhoWantTheSameObjectShareOneStatement() throws Exception {
    commit(OID);
    database.sync();
    CountDownLatch sending = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    beforeSnapshot =
        () -> {
          sending.countDown();
          awaitQuietly(go);
        };
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<Optional<Loaded>> leader = threads.submit(() -> reads.before(OID, Tid.MAX));
      sending.await();
      List<Future<Optional<Loaded>>> followers = new ArrayList<>();
      for (int i = 0; i < 10; i++) {
        followers.add(threads.submit(() -> reads.before(OID, Tid.MAX)));
      }
      go.countDown();
      for (Future<Optional<Loaded>> follower : followers) {
        assertThat(follower.get()).isEqualTo(leader.get());
      }
    }
    assertThat(sent).hasSize(1);
  }

  @Test
  void aLoadThatLandedBeforeAChangeIsNoAnswerAfterIt() {
    Tid first = commit(OID);
    database.sync();
    SharedCache.Flight flight = cache.begin(OID);
    Revision.Found landed = new Revision.Found(data(OID, first), first, Tid.MAX);
    assertThat(cache.land(flight, landed)).isTrue();
    Tid second = commit(OID);
    database.sync(); // hits the flight, which has landed and not ended
    assertThat(reads.before(OID, second.next()))
        .contains(new Loaded(data(OID, second), second, Tid.MAX, second));
    assertThat(sent).hasSize(1);
    cache.end(flight);
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void anyInterleavingGivesTrueAnswers(long seed) {
    Random random = new Random(seed);
    Runnable chaos = () -> step(random);
    beforeSnapshot = chaos;
    afterSnapshot = chaos;
    for (int i = 0; i < 5_000; i++) {
      step(random);
      Oid oid = new Oid(random.nextInt(6));
      long reach = database.position().value() + 30;
      Tid before =
          random.nextInt(3) == 0 ? Tid.MAX : new Tid(1 + random.nextLong(Math.max(1, reach)));
      check(oid, before, "seed %d, step %d".formatted(seed, i));
    }
  }

  /** Something happens elsewhere, or nothing. */
  private void step(Random random) {
    switch (random.nextInt(12)) {
      case 0, 1 -> commit(new Oid(random.nextInt(6)));
      case 2 -> {
        int one = random.nextInt(6);
        commit(new Oid(one), new Oid((one + 1) % 6));
      }
      case 3 -> {
        if (random.nextInt(4) == 0) {
          database.commit(Set.of(new Oid(random.nextInt(6))), true);
        }
      }
      case 4, 5 -> database.tellNext();
      case 6 -> database.sync();
      case 7 -> {
        if (random.nextInt(3) == 0) {
          database.lose(new Oid(random.nextInt(6)));
        }
      }
      default -> {}
    }
  }

  private void check(Oid oid, Tid before, String where) {
    Tid told = database.position();
    try {
      Optional<Loaded> answer = reads.before(oid, before);
      if (answer.isEmpty()) {
        return; // not known any more: a retry
      }
      Loaded loaded = answer.get();
      Tid bound = before.isAfter(loaded.asOf()) ? loaded.asOf().next() : before;
      Revision truth = database.truth(oid, bound);
      assertThat(truth).as(where).isInstanceOf(Revision.Found.class);
      Revision.Found found = (Revision.Found) truth;
      assertThat(loaded.data()).as(where).isEqualTo(found.data());
      assertThat(loaded.tid()).as(where).isEqualTo(found.tid());
      if (loaded.isCurrent()) {
        assertThat(found.next()).as(where).isGreaterThan(loaded.asOf());
      } else {
        assertThat(loaded.next()).as(where).isEqualTo(found.next());
      }
      assertThat(loaded.asOf()).as(where).isBetween(told, database.position());
    } catch (PosKeyException e) {
      assertThat(wasMissing(oid, before, told)).as(where).isTrue();
    }
  }

  /** Tells whether the object was not there at some position that this call may have read at. */
  private boolean wasMissing(Oid oid, Tid before, Tid told) {
    for (Tid at = told; !at.isAfter(database.position()); at = at.next()) {
      Tid bound = before.isAfter(at) ? at.next() : before;
      if (!(database.truth(oid, bound) instanceof Revision.Found)) {
        return true;
      }
    }
    return false;
  }

  @Test
  void threadsThatReadAndWriteAtOnceSeeTrueAnswers() throws Exception {
    List<Future<?>> done = new ArrayList<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int thread = 0; thread < 8; thread++) {
        Random random = new Random(thread);
        boolean writes = thread < 3;
        done.add(
            threads.submit(
                () -> {
                  for (int i = 0; i < 5_000; i++) {
                    if (writes) {
                      step(random);
                    } else {
                      checkUnderThreads(new Oid(random.nextInt(6)));
                    }
                  }
                }));
      }
      for (Future<?> each : done) {
        each.get();
      }
    }
  }

  private void checkUnderThreads(Oid oid) {
    try {
      reads
          .before(oid, Tid.MAX)
          .ifPresent(
              loaded -> {
                Revision.Found found = (Revision.Found) database.truth(oid, loaded.asOf().next());
                assertThat(loaded.tid()).isEqualTo(found.tid());
                assertThat(loaded.isCurrent() || loaded.next().equals(found.next())).isTrue();
              });
    } catch (PosKeyException e) {
      assertThat(e.oid()).isEqualTo(oid);
    }
  }
}
