package dev.objectdb.storage.pg;

import dev.objectdb.object.Allowance;
import dev.objectdb.object.Bytes;
import dev.objectdb.object.Check;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Where one transaction keeps its records until they are written: a little in memory, the rest in a
 * temporary file, which the operating system forgets when it is closed.
 *
 * <p>Rows are only ever added; the space of a replaced one is not used again. Used by one thread at
 * a time.
 */
final class Spool implements AutoCloseable {
  /** What one transaction may keep in memory: nearly every transaction is smaller. */
  static final long MEMORY_BYTES = 4L << 20;

  /**
   * What is read or written at once: the channel copies it to memory outside the heap, and keeps
   * that for the next time. Longer rows are not put together in one piece either.
   */
  private static final int PIECE_BYTES = 1 << 20;

  private final Allowance memory;
  private final Path directory;
  private long inMemory;
  private long written;
  private long total;
  private @Nullable FileChannel file;
  private boolean closed;

  /** A row's place. */
  sealed interface Slot {
    /** Returns roughly the bytes that reading the row takes. */
    long size();
  }

  record Kept(StagedRow row, long size) implements Slot {}

  /** Where the three parts of a row stand one after the other. */
  private record Spilled(long offset, int head, int json, int record) implements Slot {
    @Override
    public long size() {
      return (long) head + json + record;
    }
  }

  /**
   * @param memory what all transactions of a process may keep in memory, in bytes
   * @param directory where a file is made if one is needed
   */
  Spool(Allowance memory, Path directory) {
    this.memory = memory;
    this.directory = directory;
  }

  Slot put(StagedRow row) throws IOException {
    Check.invariant(!closed, "a spool is written while its transaction is open");
    long size = row.size();
    total += size;
    if (inMemory + size <= MEMORY_BYTES && memory.tryTake(size)) {
      inMemory += size;
      return new Kept(row, size);
    }
    Bytes head = row.head();
    Bytes json = row.json().json();
    Bytes record = row.record();
    Spilled slot = new Spilled(written, head.length(), json.length(), record.length());
    if (slot.size() <= PIECE_BYTES) {
      ByteBuffer all = ByteBuffer.allocate((int) slot.size());
      append(all.put(head.array()).put(json.array()).put(record.array()).flip());
    } else {
      for (Bytes part : List.of(head, json, record)) {
        append(ByteBuffer.wrap(part.array()));
      }
    }
    return slot;
  }

  private void append(ByteBuffer from) throws IOException {
    FileChannel channel = file();
    int end = from.limit();
    while (from.position() < end) {
      from.limit(Math.min(end, from.position() + PIECE_BYTES));
      written += channel.write(from, written);
    }
  }

  StagedRow get(Slot slot) throws IOException {
    return switch (slot) {
      case Kept kept -> kept.row();
      case Spilled spilled -> read(spilled);
    };
  }

  private StagedRow read(Spilled slot) throws IOException {
    long json = slot.offset() + slot.head();
    if (slot.size() > PIECE_BYTES) {
      return StagedRow.of(
          read(slot.offset(), slot.head()),
          read(json, slot.json()),
          read(json + slot.json(), slot.record()));
    }
    byte[] all = read(slot.offset(), (int) slot.size()).array();
    int record = slot.head() + slot.json();
    return StagedRow.of(
        Bytes.copyOf(all, 0, slot.head()),
        Bytes.copyOf(all, slot.head(), record),
        Bytes.copyOf(all, record, all.length));
  }

  private Bytes read(long offset, int length) throws IOException {
    ByteBuffer in = ByteBuffer.allocate(length);
    FileChannel channel = file();
    while (in.position() < length) {
      in.limit(Math.min(length, in.position() + PIECE_BYTES));
      if (channel.read(in, offset + in.position()) < 0) {
        throw new EOFException("the spool file ends early");
      }
    }
    return Bytes.wrap(in.array());
  }

  private FileChannel file() throws IOException {
    if (file == null) {
      Path path = Files.createTempFile(directory, "objectdb-transaction-", ".spool");
      file =
          FileChannel.open(
              path,
              Set.of(
                  StandardOpenOption.READ,
                  StandardOpenOption.WRITE,
                  StandardOpenOption.DELETE_ON_CLOSE));
    }
    return file;
  }

  /** Returns all bytes ever put, also those of replaced rows. */
  long total() {
    return total;
  }

  /** Forgets everything; idempotent. */
  @Override
  public void close() throws IOException {
    if (closed) {
      return;
    }
    closed = true;
    memory.giveBack(inMemory);
    if (file != null) {
      file.close();
    }
  }
}
