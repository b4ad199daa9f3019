package dev.objectdb.storage.pg;

import static org.assertj.core.api.Assertions.assertThat;

import dev.objectdb.object.Oid;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Exclusive and shared claims, first come first served. */
class ReservationsTest {
  private static final Oid A = new Oid(1);
  private static final Oid B = new Oid(2);

  private final Reservations reservations = new Reservations();

  private Reservations.Claim stores(Oid... oids) {
    return reservations.claim(List.of(oids), List.of(), false);
  }

  private Reservations.Claim reads(Oid... oids) {
    return reservations.claim(List.of(), List.of(oids), false);
  }

  @Test
  void differentObjectsDoNotWaitForEachOther() {
    assertThat(stores(A).isGranted()).isTrue();
    assertThat(stores(B).isGranted()).isTrue();
  }

  @Test
  void aSecondWriterWaitsForTheFirst() {
    Reservations.Claim first = stores(A);
    Reservations.Claim second = stores(A, B);
    assertThat(second.isGranted()).isFalse();
    reservations.release(first);
    assertThat(second.isGranted()).isTrue();
    assertThat(first.isGranted()).isFalse();
  }

  @Test
  void aReaderDoesNotOvertakeAWriterThatWaits() {
    Reservations.Claim reader = reads(A);
    Reservations.Claim writer = stores(A);
    Reservations.Claim late = reads(A);
    assertThat(reader.isGranted()).isTrue();
    assertThat(late.isGranted()).isFalse();
    reservations.release(reader);
    assertThat(writer.isGranted()).isTrue();
    assertThat(late.isGranted()).isFalse();
    reservations.release(writer);
    assertThat(late.isGranted()).isTrue();
  }

  @Test
  void severalReadersBehindAWriterAreGrantedTogether() {
    Reservations.Claim writer = stores(A);
    Reservations.Claim one = reads(A);
    Reservations.Claim two = reads(A);
    Reservations.Claim next = stores(A);
    reservations.release(writer);
    assertThat(one.isGranted()).isTrue();
    assertThat(two.isGranted()).isTrue();
    assertThat(next.isGranted()).isFalse();
  }

  @Test
  void whoGivesUpWaitingLetsOthersThrough() {
    Reservations.Claim reader = reads(A);
    Reservations.Claim writer = stores(A);
    Reservations.Claim late = reads(A);
    reservations.release(writer);
    assertThat(late.isGranted()).isTrue();
    reservations.release(late);
    reservations.release(reader);
    assertThat(reservations.isEmpty()).isTrue();
  }

  @Test
  void storingWhatIsAlsoDemandedIsAWriteAndDoesNotWaitForItself() {
    Reservations.Claim both = reservations.claim(List.of(A), List.of(A), false);
    assertThat(both.isGranted()).isTrue();
    assertThat(reads(A).isGranted()).isFalse();
  }

  @Test
  void aTransactionWithItsOwnTidIsAlone() {
    Reservations.Claim normal = stores(A);
    Reservations.Claim alone = reservations.claim(List.of(B), List.of(), true);
    assertThat(alone.isGranted()).isFalse();
    reservations.release(normal);
    assertThat(alone.isGranted()).isTrue();
    assertThat(stores(new Oid(3)).isGranted()).isFalse();
  }

  @Test
  void randomClaimsExcludeEachOtherAndAllEndUpGranted() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    List<Reservations.Claim> open = new ArrayList<>();
    List<Set<Oid>> stored = new ArrayList<>();
    for (int step = 0; step < 20_000; step++) {
      if (random.nextInt(3) > 0 && open.size() < 30) {
        Set<Oid> stores = someOids(random);
        open.add(reservations.claim(stores, someOids(random), random.nextInt(20) == 0));
        stored.add(stores);
      } else if (!open.isEmpty()) {
        int index = random.nextInt(open.size());
        reservations.release(open.remove(index));
        stored.remove(index);
      }
      Set<Oid> held = new HashSet<>();
      for (int i = 0; i < open.size(); i++) {
        if (open.get(i).isGranted()) {
          for (Oid oid : stored.get(i)) {
            assertThat(held.add(oid)).as("seed %d: one writer per object", seed).isTrue();
          }
        }
      }
      assertThat(open.isEmpty() || open.getFirst().isGranted())
          .as("seed %d: the eldest never waits", seed)
          .isTrue();
    }
    open.forEach(reservations::release);
    assertThat(reservations.isEmpty()).isTrue();
  }

  private static Set<Oid> someOids(Random random) {
    Set<Oid> oids = new HashSet<>();
    for (int i = random.nextInt(4); i > 0; i--) {
      oids.add(new Oid(random.nextInt(12)));
    }
    return oids;
  }
}
