package dev.objectdb.storage.pg;

import static org.assertj.core.api.Assertions.assertThat;

import dev.objectdb.codec.JsonRecord;
import dev.objectdb.object.Allowance;
import dev.objectdb.object.Bytes;
import dev.objectdb.object.Oid;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rows come back the same from memory and from disk, and neither is kept too long. */
class SpoolTest {
  private final Path directory;

  SpoolTest(@TempDir Path directory) {
    this.directory = directory;
  }

  private static StagedRow row(int seed, int bytes) {
    byte[] record = new byte[bytes];
    java.util.Arrays.fill(record, (byte) seed);
    return new StagedRow(
        new JsonRecord(
            "pkg.mod\u00e9",
            "Cl\u4e16s" + seed,
            Bytes.ofUtf8("{\"n\":" + seed + "}"),
            List.of(new Oid(seed), new Oid(Long.MAX_VALUE), new Oid(seed)),
            seed % 2 == 0),
        Bytes.wrap(record));
  }

  private long files() throws IOException {
    try (var list = Files.list(directory)) {
      return list.count();
    }
  }

  @Test
  void aSmallTransactionStaysInMemory() throws IOException {
    Allowance memory = new Allowance(1 << 20);
    try (Spool spool = new Spool(memory, directory)) {
      Spool.Slot slot = spool.put(row(1, 100));
      assertThat(spool.get(slot)).isEqualTo(row(1, 100));
      assertThat(memory.held()).isPositive();
      assertThat(files()).isZero();
    }
    assertThat(memory.held()).isZero();
  }

  @Test
  void aLargeOneGoesToAFileThatNobodyElseSees() throws IOException {
    Allowance memory = new Allowance(64L << 20);
    List<Spool.Slot> slots = new ArrayList<>();
    try (Spool spool = new Spool(memory, directory)) {
      for (int i = 0; i < 100; i++) {
        slots.add(spool.put(row(i, 100_000 + i)));
      }
      assertThat(memory.held()).isLessThanOrEqualTo(Spool.MEMORY_BYTES);
      for (int i = 99; i >= 0; i--) {
        assertThat(spool.get(slots.get(i))).isEqualTo(row(i, 100_000 + i));
      }
    }
    assertThat(files()).isZero();
    assertThat(memory.held()).isZero();
  }

  @Test
  void rowsLongerThanAPieceComeBackToo() throws IOException {
    try (Spool spool = new Spool(new Allowance(0), directory)) {
      List<StagedRow> rows = List.of(row(1, (1 << 20) - 60), row(2, 1 << 20), row(3, 3_500_000));
      List<Spool.Slot> slots = new ArrayList<>();
      for (StagedRow row : rows) {
        slots.add(spool.put(row));
      }
      for (int i = 0; i < rows.size(); i++) {
        assertThat(spool.get(slots.get(i))).isEqualTo(rows.get(i));
      }
    }
  }

  @Test
  void transactionsShareTheMemoryAndSpillWhenItIsUsedUp() throws IOException {
    Allowance memory = new Allowance(2_000);
    try (Spool one = new Spool(memory, directory);
        Spool two = new Spool(memory, directory)) {
      one.put(row(1, 1_500));
      long used = memory.held();
      Spool.Slot slot = two.put(row(2, 1_500));
      assertThat(memory.held()).isEqualTo(used);
      assertThat(two.get(slot)).isEqualTo(row(2, 1_500));
    }
    assertThat(memory.held()).isZero();
  }

  @Test
  void closingTwiceIsHarmless() throws IOException {
    Allowance memory = new Allowance(1 << 20);
    Spool spool = new Spool(memory, directory);
    spool.put(row(1, 10));
    spool.close();
    spool.close();
    assertThat(memory.held()).isZero();
  }
}
