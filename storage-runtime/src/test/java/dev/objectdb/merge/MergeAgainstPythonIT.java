package dev.objectdb.merge;

import static org.assertj.core.api.Assertions.assertThat;

import dev.objectdb.codec.Loaded;
import dev.objectdb.object.Bytes;
import dev.objectdb.object.Limits;
import dev.objectdb.testing.PythonEnvironment;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Random conflicts, resolved by ZODB with the classes of the BTrees package in a Python process,
 * and here. A million of them, which takes some five minutes:
 *
 * <pre>
 *   mvn verify -pl storage-runtime -am -Dtest=NONE -Dit.test=MergeAgainstPythonIT \
 *       -Dsurefire.failIfNoSpecifiedTests=false -Dfailsafe.failIfNoSpecifiedTests=false \
 *       -Dmerge.cases=1000000
 * </pre>
 */
class MergeAgainstPythonIT {
  private static final int CASES = Integer.getInteger("merge.cases", 20_000);
  private static final long SEED = Long.getLong("merge.seed", 20_261_122);

  /** Four kinds of 22 families, in C and in Python, and the length. */
  private static final int CLASSES = 2 * 4 * 22 + 1;

  private static final RecordMerge MERGE = new RecordMerge(Limits.DEFAULT);

  /**
   * What Python said of one conflict.
   *
   * @param about whether Java should know its keys and values, its number, class and more
   * @param result null if it was refused
   */
  private record Case(
      String about, Bytes base, Bytes committed, Bytes mine, @Nullable Bytes result) {
    static Case read(DataInputStream in) throws IOException {
      String about = present(in).toUtf8();
      return new Case(about, present(in), present(in), present(in), part(in));
    }

    private static Bytes present(DataInputStream in) throws IOException {
      Bytes part = part(in);
      if (part == null) {
        throw new IOException("a part is missing");
      }
      return part;
    }

    private static @Nullable Bytes part(DataInputStream in) throws IOException {
      int length = in.readInt();
      return length < 0 ? null : Bytes.wrap(in.readNBytes(length));
    }

    boolean isPlain() {
      return about.startsWith("plain ");
    }

    String cls() {
      return about.split(" ", 5)[3];
    }

    @Override
    public String toString() {
      return "%s (seed %d): %s %s %s"
          .formatted(about, SEED, base.toHex(), committed.toHex(), mine.toHex());
    }
  }

  /** What came of all of them. */
  private static final class Tally {
    final Set<String> classes = new HashSet<>();
    int plainMerged;
    int plainMissed;
    int oddMerged;
    int oddMissed;
    int refused;

    void add(Case one, boolean merged) {
      if (one.result() == null) {
        refused++;
      } else if (merged) {
        classes.add(one.cls());
        plainMerged += one.isPlain() ? 1 : 0;
        oddMerged += one.isPlain() ? 0 : 1;
      } else {
        plainMissed += one.isPlain() ? 1 : 0;
        oddMissed += one.isPlain() ? 0 : 1;
      }
    }

    @Override
    public String toString() {
      return "merged %d plain and %d odd ones, left %d and %d to the client; ZODB refused %d"
          .formatted(plainMerged, oddMerged, plainMissed, oddMissed, refused);
    }
  }

  @Test
  void whatIsMergedHereIsWhatPythonMakesOfIt(@TempDir Path directory)
      throws IOException, InterruptedException {
    Tally tally = new Tally();
    Path log = directory.resolve("log");
    Process python =
        new ProcessBuilder(
                PythonEnvironment.zeo6().python().toString(),
                PythonEnvironment.script("merge_cases.py").toString(),
                Long.toString(SEED),
                Integer.toString(CASES))
            .redirectError(log.toFile())
            .start();
    try (DataInputStream in =
        new DataInputStream(new BufferedInputStream(python.getInputStream(), 1 << 20))) {
      for (int i = 0; i < CASES; i++) {
        judge(Case.read(in), tally);
      }
      assertThat(python.waitFor(1, TimeUnit.MINUTES)).isTrue();
    } catch (IOException e) {
      throw new AssertionError(Files.readString(log), e);
    } finally {
      python.destroyForcibly();
    }
    System.out.println("merge: " + CASES + " conflicts: " + tally);
    assertThat(tally.classes).hasSize(CLASSES);
    assertThat(tally.plainMissed)
        .as("merged by Python alone, though without code of an application")
        .isLessThan((tally.plainMerged + tally.plainMissed) / 100);
    assertThat(tally.plainMerged).isGreaterThan(CASES / 10);
  }

  private static void judge(Case one, Tally tally) {
    Optional<Bytes> merged = MERGE.merge(one.base(), one.committed(), one.mine());
    if (merged.isPresent()) {
      assertThat(one.result()).as("refused by ZODB: %s", one).isNotNull();
    }
    if (one.result() != null && merged.isPresent()) {
      String expected = Loaded.of(one.result(), true);
      String actual = Loaded.of(merged.get(), true);
      if (!actual.equals(expected)) {
        assertThat(actual).as("%s", one).isEqualTo(expected);
      }
    }
    tally.add(one, merged.isPresent());
  }
}
