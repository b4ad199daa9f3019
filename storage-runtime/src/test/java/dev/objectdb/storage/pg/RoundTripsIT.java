package dev.objectdb.storage.pg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.objectdb.object.Oid;
import dev.objectdb.object.Tid;
import dev.objectdb.storage.HistoryMode;
import dev.objectdb.storage.StorageTransaction;
import dev.objectdb.testing.CountingProxy;
import dev.objectdb.testing.EmbeddedPg;
import dev.objectdb.testing.PostgresExtension;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A commit takes the same few round trips for one object and for a thousand. */
class RoundTripsIT {
  /** Lock, check, log row, objects, COMMIT, unlock. */
  private static final int ROUND_TRIPS = 6;

  /** Check of the stale ones' bases, unlock, both revisions of all, lock, check. */
  private static final int MERGE_ROUND_TRIPS = 5;

  abstract static class Both {
    @RegisterExtension final PostgresExtension postgres;
    private final HistoryMode mode;

    Both(HistoryMode mode) {
      this.mode = mode;
      postgres = PostgresExtension.prepared(mode);
    }

    private static Map<Oid, Tid> objects(int count, Tid base) {
      Map<Oid, Tid> bases = new HashMap<>();
      for (int i = 0; i < count; i++) {
        bases.put(new Oid(1 + i), base);
      }
      return bases;
    }

    @Test
    void aCommitOfOneOrAThousandObjectsTakesAtMostSix() throws SQLException {
      try (CountingProxy proxy = new CountingProxy(() -> EmbeddedPg.shared().port())) {
        PgUri uri =
            PgUri.parse(
                "postgresql://postgres@localhost:%d/%s"
                    .formatted(proxy.port(), postgres.database()));
        // Without the doorbell the timer's looks would be counted, too.
        postgres.execute("ALTER TABLE transaction_log DISABLE TRIGGER trg_notify_commit");
        try (Commits commits = new Commits(PgConfig.of(uri, mode))) {
          commits.side.newOids(2_000);
          Tid base = commits.commit(objects(1_000, Tid.NONE), 0);
          for (int count : List.of(1, 1_000, 1, 1_000, 1, 1_000)) {
            base = counted(proxy, commits, count, base);
          }
        }
      }
    }

    /** The timer's look may fall into the measurement, so the best of a few counts. */
    private Tid counted(CountingProxy proxy, Commits commits, int count, Tid base) {
      int best = Integer.MAX_VALUE;
      Tid tid = base;
      for (int attempt = 0; attempt < 4; attempt++) {
        int before = proxy.roundTrips();
        StorageTransaction transaction = commits.begin();
        Tid on = tid;
        objects(count, on)
            .forEach((oid, ignored) -> transaction.restore(oid, Commits.record(count)));
        transaction.vote();
        tid = transaction.finish();
        await().until(() -> proxy.roundTrips() - before >= ROUND_TRIPS);
        best = Math.min(best, proxy.roundTrips() - before);
      }
      assertThat(best).as("round trips for %d objects", count).isEqualTo(ROUND_TRIPS);
      return tid;
    }

    @Test
    void aMergeTakesOneReadAndOneMoreVote() throws SQLException {
      try (CountingProxy proxy = new CountingProxy(() -> EmbeddedPg.shared().port())) {
        PgUri uri =
            PgUri.parse(
                "postgresql://postgres@localhost:%d/%s"
                    .formatted(proxy.port(), postgres.database()));
        postgres.execute("ALTER TABLE transaction_log DISABLE TRIGGER trg_notify_commit");
        try (Commits commits = new Commits(PgConfig.of(uri, mode))) {
          commits.side.newOids(1_000);
          Map<Oid, Tid> bases = objects(500, Tid.NONE);
          Tid first = lengths(commits, bases, 1);
          Tid second = lengths(commits, objects(500, first), 2);
          int best = Integer.MAX_VALUE;
          for (int attempt = 0; attempt < 4; attempt++) {
            int before = proxy.roundTrips();
            Tid third = lengths(commits, objects(500, first), 3);
            await().until(() -> proxy.roundTrips() - before >= ROUND_TRIPS);
            best = Math.min(best, proxy.roundTrips() - before);
            first = second;
            second = third;
          }
          assertThat(best).isEqualTo(ROUND_TRIPS + MERGE_ROUND_TRIPS);
        }
      }
    }

    private static Tid lengths(Commits commits, Map<Oid, Tid> bases, int value) {
      StorageTransaction transaction = commits.begin();
      bases.forEach((oid, base) -> transaction.store(oid, base, Trees.length(value)));
      transaction.vote();
      return transaction.finish();
    }

    @Test
    void aHugeTransactionIsWrittenInChunksAndCompletely() throws SQLException {
      try (Commits commits = new Commits(postgres.config())) {
        StorageTransaction transaction = commits.begin();
        for (int i = 0; i < 45_000; i++) {
          transaction.store(new Oid(1 + i), Tid.NONE, Commits.record(i));
        }
        transaction.vote();
        Tid tid = transaction.finish();
        assertThat(postgres.query("SELECT count(*), min(tid), max(tid) FROM object_state"))
            .containsExactly("45000|%1$d|%1$d".formatted(tid.value()));
        assertThat(Stream.of(17, 20_000, 44_999).map(i -> state(i + 1)).toList())
            .containsExactly("value 0000000017", "value 0000020000", "value 0000044999");
      }
    }

    private String state(int oid) {
      try {
        return postgres
            .query("SELECT state ->> 'a' FROM object_state WHERE zoid = " + oid)
            .getFirst();
      } catch (SQLException e) {
        throw new AssertionError(e);
      }
    }
  }

  @Nested
  class Free extends Both {
    Free() {
      super(HistoryMode.FREE);
    }
  }

  @Nested
  class Preserving extends Both {
    Preserving() {
      super(HistoryMode.PRESERVING);
    }
  }
}
