package dev.objectdb.storage.pg;

import static org.assertj.core.api.Assertions.assertThat;

import dev.objectdb.object.Bytes;
import dev.objectdb.object.Oid;
import dev.objectdb.object.Tid;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The rules of the cache, one by one. */
class SharedCacheTest {
  private static final Oid OID = new Oid(1);
  private static final Oid OTHER = new Oid(2);

  private final SharedCache cache = new SharedCache(1 << 20);

  private static Tid tid(long value) {
    return new Tid(value);
  }

  private static Revision.Found open(long from) {
    return new Revision.Found(Bytes.ofUtf8("r" + from), tid(from), Tid.MAX);
  }

  private static Revision.Found closed(long from, long to) {
    return new Revision.Found(Bytes.ofUtf8("r" + from), tid(from), tid(to));
  }

  private boolean load(Revision.Found found) {
    SharedCache.Flight flight = cache.begin(OID);
    try {
      return cache.land(flight, found);
    } finally {
      cache.end(flight);
    }
  }

  @Test
  void anOpenEntryAnswersFromItsTidOn() {
    load(open(10));
    assertThat(cache.find(OID, tid(11))).contains(open(10));
    assertThat(cache.find(OID, tid(99))).contains(open(10));
    assertThat(cache.find(OID, tid(10))).isEmpty();
    assertThat(cache.find(OTHER, tid(11))).isEmpty();
  }

  @Test
  void aClosedEntryAnswersUpToItsEndAndNotBeyond() {
    load(closed(10, 20));
    assertThat(cache.find(OID, tid(20))).contains(closed(10, 20));
    assertThat(cache.find(OID, tid(21))).isEmpty();
  }

  @Test
  void anOwnCommitClosesAnEntryAtItsTrueEnd() {
    load(open(10));
    cache.committed(tid(20), Set.of(OID, OTHER));
    assertThat(cache.find(OID, tid(20))).contains(closed(10, 20));
    assertThat(cache.find(OID, tid(21))).isEmpty();
  }

  @Test
  void aFrameOfSeveralCommitsDropsTheEntryBecauseItsTidIsOnlyABound() {
    load(open(10));
    cache.changed(tid(20), Set.of(OID));
    assertThat(cache.find(OID, tid(11))).isEmpty();
  }

  @Test
  void aChangeLeavesClosedEntriesAndOtherObjectsAlone() {
    load(closed(5, 10));
    load(open(10));
    cache.changed(tid(20), Set.of(OTHER));
    assertThat(cache.find(OID, tid(20))).contains(open(10));
    cache.changed(tid(30), Set.of(OID));
    assertThat(cache.find(OID, tid(10))).contains(closed(5, 10));
    assertThat(cache.find(OID, tid(20))).isEmpty();
  }

  @Test
  void anEntryReadAheadOfTheChangeIsTheChangeItselfAndStays() {
    load(open(20));
    cache.changed(tid(20), Set.of(OID));
    assertThat(cache.find(OID, tid(21))).contains(open(20));
    cache.committed(tid(20), Set.of(OID));
    assertThat(cache.find(OID, tid(21))).contains(open(20));
  }

  @Test
  void aLoadHitByAChangeWhileItIsInTheAirIsNotKept() {
    SharedCache.Flight flight = cache.begin(OID);
    cache.changed(tid(20), Set.of(OID));
    assertThat(cache.land(flight, open(10))).as("load again").isFalse();
    assertThat(cache.find(OID, tid(11))).isEmpty();
    assertThat(cache.land(flight, open(20))).as("it brought the change").isTrue();
    cache.end(flight);
  }

  @Test
  void aLoadHitByAChangeStillKnowsWhatHadEndedBefore() {
    SharedCache.Flight flight = cache.begin(OID);
    cache.committed(tid(20), Set.of(OID));
    assertThat(cache.land(flight, closed(5, 10))).isTrue();
    assertThat(cache.find(OID, tid(10))).contains(closed(5, 10));
    cache.end(flight);
  }

  @Test
  void everyLoadOfTheObjectInTheAirIsHit() {
    SharedCache.Flight first = cache.begin(OID);
    SharedCache.Flight second = cache.begin(OID);
    SharedCache.Flight other = cache.begin(OTHER);
    cache.end(first);
    cache.changed(tid(20), Set.of(OID));
    assertThat(cache.land(second, open(10))).isFalse();
    assertThat(cache.land(other, open(10))).isTrue();
  }

  @Test
  void aLoadThatBeganAfterTheChangeIsKept() {
    cache.changed(tid(20), Set.of(OID));
    assertThat(load(open(10))).isTrue();
  }

  @Test
  void waitersGetWhatLandedAndNothingOfWhatDidNot() {
    SharedCache.Flight lands = cache.begin(OID);
    assertThat(cache.inFlight(OID)).contains(lands);
    cache.land(lands, open(10));
    cache.end(lands);
    assertThat(lands.await()).contains(open(10));
    SharedCache.Flight fails = cache.begin(OID);
    cache.end(fails);
    assertThat(fails.await()).isEmpty();
    assertThat(cache.inFlight(OID)).isEmpty();
  }

  @Test
  void whatLandedBeforeAChangeIsNotHandedOutAfterIt() {
    SharedCache.Flight flight = cache.begin(OID);
    cache.land(flight, open(10));
    assertThat(cache.inFlight(OID)).contains(flight);
    cache.committed(tid(20), Set.of(OID));
    assertThat(flight.await()).isEmpty();
    cache.end(flight);
    SharedCache.Flight newer = cache.begin(OID);
    cache.land(newer, open(20));
    cache.changed(tid(20), Set.of(OID));
    assertThat(newer.await()).as("it brought the change").contains(open(20));
    cache.clear();
    assertThat(newer.await()).isEmpty();
    cache.end(newer);
  }

  @Test
  void clearingForgetsEverythingAndEveryLoadInTheAir() {
    load(open(10));
    SharedCache.Flight flight = cache.begin(OID);
    cache.clear();
    assertThat(cache.find(OID, tid(11))).isEmpty();
    assertThat(cache.land(flight, closed(5, 10))).isFalse();
    assertThat(cache.land(flight, open(10))).isFalse();
  }

  @Test
  void aKnownEndIsNotForgottenForAnOpenOne() {
    load(closed(10, 20));
    load(open(10));
    assertThat(cache.find(OID, tid(30))).isEmpty();
    assertThat(cache.find(OID, tid(20))).contains(closed(10, 20));
  }

  @Test
  void ofOneObjectOnlyTheNewestIntervalsAreKept() {
    for (long from = 10; from <= 100; from += 10) {
      load(closed(from, from + 10));
    }
    load(open(110));
    assertThat(cache.find(OID, tid(111))).contains(open(110));
    assertThat(cache.find(OID, tid(110))).contains(closed(100, 110));
    assertThat(cache.find(OID, tid(20))).isEmpty();
  }

  @Test
  void aSerialIsFoundInAnyInterval() {
    load(closed(10, 20));
    load(open(20));
    assertThat(cache.findSerial(OID, tid(10))).contains(Bytes.ofUtf8("r10"));
    assertThat(cache.findSerial(OID, tid(20))).contains(Bytes.ofUtf8("r20"));
    assertThat(cache.findSerial(OID, tid(15))).isEmpty();
  }

  @Test
  void itsSizeIsBoundedInBytes() {
    Bytes data = Bytes.wrap(new byte[10_000]);
    for (int i = 0; i < 1_000; i++) {
      Oid oid = new Oid(i);
      SharedCache.Flight flight = cache.begin(oid);
      cache.land(flight, new Revision.Found(data, tid(10), Tid.MAX));
      cache.end(flight);
    }
    assertThat(cache.bytes()).isPositive().isLessThanOrEqualTo(1 << 20);
  }

  @Test
  void aRecordTooLargeForItsShareIsAnsweredAndNotKept() {
    Revision.Found large = new Revision.Found(Bytes.wrap(new byte[1 << 17]), tid(10), Tid.MAX);
    SharedCache.Flight flight = cache.begin(OID);
    assertThat(cache.land(flight, large)).isTrue();
    cache.end(flight);
    assertThat(flight.await()).contains(large);
    assertThat(cache.find(OID, tid(11))).isEmpty();
  }

  @Test
  void aCacheOfNoBytesKeepsNothing() {
    SharedCache none = new SharedCache(0);
    SharedCache.Flight flight = none.begin(OID);
    assertThat(none.land(flight, open(10))).isTrue();
    none.end(flight);
    assertThat(none.find(OID, tid(11))).isEmpty();
  }
}
