package dev.objectdb.storage.pg;

import dev.objectdb.object.Bytes;
import dev.objectdb.object.Check;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
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

  private final Memory memory;
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

  private record Spilled(long offset, int length) implements Slot {
    @Override
    public long size() {
      return length;
    }
  }

  /** The memory that all transactions of a process share for their records. */
  static final class Memory {
    private final long bytesMax;
    private final AtomicLong used = new AtomicLong();

    Memory(long bytesMax) {
      this.bytesMax = bytesMax;
    }

    private boolean take(long bytes) {
      if (used.addAndGet(bytes) <= bytesMax) {
        return true;
      }
      used.addAndGet(-bytes);
      return false;
    }

    private void giveBack(long bytes) {
      Check.invariant(used.addAndGet(-bytes) >= 0, "memory is given back once");
    }

    long used() {
      return used.get();
    }
  }

  /**
   * @param directory where a file is made if one is needed
   */
  Spool(Memory memory, Path directory) {
    this.memory = memory;
    this.directory = directory;
  }

  Slot put(StagedRow row) throws IOException {
    Check.invariant(!closed, "a spool is written while its transaction is open");
    long size = row.size();
    total += size;
    if (inMemory + size <= MEMORY_BYTES && memory.take(size)) {
      inMemory += size;
      return new Kept(row, size);
    }
    Bytes bytes = row.toBytes();
    Spilled slot = new Spilled(written, bytes.length());
    ByteBuffer out = ByteBuffer.wrap(bytes.array());
    FileChannel channel = file();
    while (out.hasRemaining()) {
      written += channel.write(out, written);
    }
    return slot;
  }

  StagedRow get(Slot slot) throws IOException {
    return switch (slot) {
      case Kept kept -> kept.row();
      case Spilled spilled -> read(spilled);
    };
  }

  private StagedRow read(Spilled slot) throws IOException {
    ByteBuffer in = ByteBuffer.allocate(slot.length());
    FileChannel channel = file();
    while (in.hasRemaining()) {
      if (channel.read(in, slot.offset() + in.position()) < 0) {
        throw new EOFException("the spool file ends early");
      }
    }
    return StagedRow.of(Bytes.wrap(in.array()));
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
