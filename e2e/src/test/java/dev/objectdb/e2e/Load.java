package dev.objectdb.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Stock clients at work on a database while things happen to it. What each was promised is kept
 * outside the system, and compared at the end with what a fresh client finds.
 */
final class Load implements AutoCloseable {
  private final String database;
  private final List<String> client;
  private final List<CommitLoop> loops;

  private Load(String database, List<String> client, List<CommitLoop> loops) {
    this.database = database;
    this.client = client;
    this.loops = loops;
  }

  /**
   * Starts two clients and waits until both commit.
   *
   * @param client the command line of one, before what it is to do
   */
  static Load start(String database, List<String> client) {
    long now = System.nanoTime();
    // Stock clients that make the root of an empty database at the same moment conflict for good.
    Command.run(Timeouts.COMMAND, with(client, "set", "root", "there"));
    Load load =
        new Load(
            database,
            client,
            List.of(
                CommitLoop.start("a-%s-%x".formatted(database, now), client),
                CommitLoop.start("b-%s-%x".formatted(database, now), client)));
    load.awaitProgress();
    return load;
  }

  private static List<String> with(List<String> client, String... arguments) {
    return Stream.concat(client.stream(), Stream.of(arguments)).toList();
  }

  /** Waits until every client has committed again. */
  void awaitProgress() {
    loops.forEach(CommitLoop::awaitProgress);
  }

  /** The same, and prints how long after something that was. */
  void awaitProgress(String after, Instant began) {
    awaitProgress();
    Site.print("served again after " + after, began);
  }

  /** Ends the clients: all they were promised is there, nothing twice, and no call failed. */
  void check() {
    assertThat(checkPromises()).as("calls that failed for good").isZero();
  }

  /** The same where calls may have failed; returns how many did. */
  long checkPromises() {
    Set<String> promised = new HashSet<>();
    loops.forEach(loop -> promised.addAll(loop.stop()));
    Entries found = Entries.parse(Command.run(Timeouts.COMMAND, with(client, "list")));
    assertThat(found.keys()).containsAll(promised);
    assertThat(found.count()).isEqualTo(found.keys().size());
    long repeated = loops.stream().mapToLong(CommitLoop::repeated).sum();
    long failed = loops.stream().mapToLong(CommitLoop::failed).sum();
    System.out.printf(
        "e2e: %s: %,d commits promised and found, %,d calls repeated, %,d failed%n",
        database, promised.size(), repeated, failed);
    return failed;
  }

  @Override
  public void close() {
    loops.forEach(CommitLoop::close);
  }
}
