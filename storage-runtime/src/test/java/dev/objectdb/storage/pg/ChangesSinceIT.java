package dev.objectdb.storage.pg;

import static org.assertj.core.api.Assertions.assertThat;

import dev.objectdb.object.Oid;
import dev.objectdb.object.Tid;
import dev.objectdb.storage.ChangesSince;
import dev.objectdb.storage.HistoryMode;
import dev.objectdb.storage.StorageTransaction;
import dev.objectdb.testing.PostgresExtension;
import java.sql.SQLException;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What a cache has to drop to become current, from the tables alone. */
class ChangesSinceIT {
  private static final Oid A = new Oid(0x2a);
  private static final Oid B = new Oid(0x2b);

  abstract static class Both {
    @RegisterExtension final PostgresExtension postgres;
    private Commits commits;

    @SuppressWarnings("NullAway.Init") // set before each test
    Both(HistoryMode mode) {
      postgres = PostgresExtension.prepared(mode);
    }

    @BeforeEach
    void open() {
      commits = new Commits(postgres.config());
    }

    @AfterEach
    void close() {
      commits.close();
    }

    @Test
    void r8ChangesSinceATidAreItsUnion() {
      Tid first = commits.commit(A, Tid.NONE, 1);
      Tid second = commits.commit(B, Tid.NONE, 1);
      Tid third = commits.commit(B, second, 2);
      assertThat(commits.side.feed().changesSince(first))
          .isEqualTo(new ChangesSince.Known(third, Set.of(B)));
      assertThat(commits.side.feed().changesSince(third))
          .isEqualTo(new ChangesSince.Known(third, Set.of()));
      assertThat(commits.side.feed().changesSince(first.next()))
          .isEqualTo(new ChangesSince.Unknown());
      assertThat(commits.side.feed().changesSince(Tid.NONE)).isEqualTo(new ChangesSince.Unknown());
      assertThat(commits.side.feed().changesSince(third.next()))
          .isEqualTo(new ChangesSince.Unknown());
    }

    @Test
    void anEmptyDatabaseHasNoChangesSinceNothing() {
      assertThat(commits.side.feed().changesSince(Tid.NONE))
          .isEqualTo(new ChangesSince.Known(Tid.NONE, Set.of()));
    }

    @Test
    void r8ChangesBelowTheDeletionFloorAreUnknown() throws SQLException {
      Tid first = commits.commit(A, Tid.NONE, 1);
      Tid second = commits.commit(B, Tid.NONE, 1);
      postgres.execute("UPDATE objectdb_state SET deletion_floor = " + second.value());
      assertThat(commits.side.feed().changesSince(first)).isEqualTo(new ChangesSince.Unknown());
      assertThat(commits.side.feed().changesSince(second))
          .isEqualTo(new ChangesSince.Known(second, Set.of()));
    }

    @Test
    void r8TooManyChangesAreUnknown() throws SQLException {
      Tid first = commits.commit(A, Tid.NONE, 1);
      postgres.execute(
          """
          INSERT INTO transaction_log (tid) SELECT max(tid) + 1 FROM transaction_log;
          INSERT INTO object_state (zoid, tid, class_mod, class_name, state, state_size, refs)
          SELECT 1000 + i, (SELECT max(tid) FROM transaction_log), 'm', 'C', 'null', 1, '{}'
          FROM generate_series(1, %d) AS i
          """
              .formatted(InvalidationFeed.CHANGES_SINCE_MAX + 1));
      assertThat(commits.side.feed().changesSince(first)).isEqualTo(new ChangesSince.Unknown());
    }

    @Test
    void r3DeletionsAreToldToEveryProcess() {
      try (Commits other = new Commits(postgres.config())) {
        Tid first = commits.commit(Map.of(A, Tid.NONE, B, Tid.NONE), 1);
        StorageTransaction deletion = commits.begin();
        deletion.restore(A, null);
        deletion.vote();
        Tid gone = deletion.finish();
        other.side.feed().sync();
        assertThat(other.listener.told()).isEqualTo(gone);
        assertThat(commits.side.feed().changesSince(first))
            .isEqualTo(new ChangesSince.Known(gone, Set.of(A)));
        other.listener.news.clear();
        StorageTransaction second = commits.begin();
        second.restore(B, null);
        second.vote();
        second.finish();
        other.side.feed().sync();
        assertThat(other.listener.changedOids()).containsExactly(B);
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
