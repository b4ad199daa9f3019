package dev.objectdb.storage.pg;

import static org.assertj.core.api.Assertions.assertThat;

import dev.objectdb.object.Oid;
import dev.objectdb.object.Tid;
import dev.objectdb.storage.HistoryMode;
import dev.objectdb.testing.PostgresExtension;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Oids are handed out once, whatever clients make up. */
class OidAllocatorIT {
  @RegisterExtension
  final PostgresExtension postgres = PostgresExtension.prepared(HistoryMode.FREE);

  private Commits commits;

  @SuppressWarnings("NullAway.Init") // set before each test
  OidAllocatorIT() {}

  @BeforeEach
  void open() {
    commits = new Commits(postgres.config());
  }

  @AfterEach
  void close() {
    commits.close();
  }

  @Test
  void r13OidsThatClientsMakeUpAreNotHandedOutAgain() {
    Oid last = commits.side.newOids(3).getLast();
    Oid high = new Oid(last.value() + 5_000);
    commits.commit(high, Tid.NONE, 1);
    assertThat(commits.side.newOids(100))
        .allMatch(oid -> oid.value() > high.value())
        .isSorted()
        .doesNotHaveDuplicates();
  }

  @Test
  void r13ManyProcessesMayRaiseTheSequenceAtOnce() {
    try (Commits other = new Commits(postgres.config())) {
      List<CompletableFuture<Void>> all = new ArrayList<>();
      for (int thread = 0; thread < 6; thread++) {
        Commits process = thread % 2 == 0 ? commits : other;
        long base = 10_000L * (thread + 1);
        all.add(
            CompletableFuture.runAsync(
                () -> {
                  for (int i = 0; i < 5; i++) {
                    process.commit(new Oid(base + 2_000L * i), Tid.NONE, i);
                  }
                },
                task -> Thread.ofVirtual().start(task)));
      }
      all.forEach(CompletableFuture::join);
      assertThat(commits.side.newOids(1).getFirst().value()).isGreaterThan(68_000);
    }
  }

  @Test
  void oidsThatAnotherProgramCopiedInPastTheSequenceAreNotHandedOut() throws SQLException {
    List<Oid> before = commits.side.newOids(3);
    postgres.execute(SqlRows.log(1) + SqlRows.upsert(1, 5_000, "'1'", 1));
    List<Oid> after = commits.side.newOids(100);
    assertThat(after)
        .allMatch(oid -> oid.value() > 5_000)
        .isSorted()
        .doesNotHaveDuplicates()
        .doesNotContainAnyElementsOf(before);
    assertThat(after.getFirst()).isEqualTo(new Oid(5_001));
  }

  @Test
  void anUnreachablyHighOidDoesNotUseUpTheSequence() {
    commits.commit(new Oid(Long.MAX_VALUE), Tid.NONE, 1);
    assertThat(commits.side.newOids(1).getFirst().value()).isLessThan(1_000_000);
  }
}
