package dev.objectdb.cli;

import dev.objectdb.server.ConfigException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;

/**
 * What {@code objectdb up} keeps of one database, locked for as long as it runs.
 *
 * <pre>
 *   DIR/lock           locked by the running command, holds its process id
 *   DIR/postgres/      the cluster: this is the data
 *   DIR/postgres.log   what PostgreSQL says
 *   DIR/postgres.uri   how to reach it with psql while it runs
 *   DIR/password       of its only user
 * </pre>
 *
 * <p>The lock is the operating system's, on the open file: a command that was killed holds none.
 */
final class DataDirectory implements AutoCloseable {
  private final Path path;
  private final FileChannel channel;

  private DataDirectory(Path path, FileChannel channel) {
    this.path = path;
    this.channel = channel;
  }

  /**
   * Makes the directory if it is not there, and locks it.
   *
   * @throws ConfigException if another command has it
   */
  static DataDirectory lock(Path directory) {
    Path path = directory.toAbsolutePath().normalize();
    try {
      Files.createDirectories(path);
      Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwx------"));
      FileChannel channel =
          FileChannel.open(
              path.resolve("lock"),
              StandardOpenOption.CREATE,
              StandardOpenOption.READ,
              StandardOpenOption.WRITE);
      if (!tryLock(channel)) {
        String holder = Files.readString(path.resolve("lock")).strip();
        channel.close();
        throw new ConfigException(
            "%s is in use by another 'objectdb up' (process %s): stop that one, or choose another"
                    .formatted(path, holder)
                + " directory with --data-dir");
      }
      byte[] pid = "%d%n".formatted(ProcessHandle.current().pid()).getBytes(StandardCharsets.UTF_8);
      channel.truncate(0).write(ByteBuffer.wrap(pid), 0);
      return new DataDirectory(path, channel);
    } catch (IOException e) {
      throw new ConfigException(
          "%s cannot be used for data (%s): choose another directory with --data-dir"
              .formatted(path, e.getMessage()));
    }
  }

  private static boolean tryLock(FileChannel channel) throws IOException {
    try {
      FileLock lock = channel.tryLock();
      return lock != null;
    } catch (OverlappingFileLockException e) {
      return false; // this very process has it
    }
  }

  Path resolve(String name) {
    return path.resolve(name);
  }

  /** Writes a file that only this user can read, whole or not at all. */
  void writePrivate(String name, String text) throws IOException {
    Path fresh = path.resolve(name + ".new");
    Files.deleteIfExists(fresh);
    Files.createFile(
        fresh, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    Files.writeString(fresh, text);
    Files.move(fresh, path.resolve(name), StandardCopyOption.ATOMIC_MOVE);
  }

  /** Gives the directory free. */
  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public String toString() {
    return path.toString();
  }
}
