package dev.objectdb.cli;

import dev.objectdb.server.ConfigException;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Optional;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.compressors.xz.XZCompressorInputStream;

/**
 * The programs of PostgreSQL that travel with this one, unpacked once per user.
 *
 * <p>They come as a {@code .txz} for each platform, in a library of their own. The directory is
 * named by the archive's digest, so a new version never meets an old one's files, and is moved into
 * place when it is complete, so two commands that unpack at once do not meet either.
 */
final class PostgresBinaries {
  private PostgresBinaries() {}

  /**
   * Returns the directory with {@code bin}, {@code lib} and {@code share}; unpacks it if need be.
   *
   * @param cache where such directories are kept
   * @throws ConfigException if there are no programs for this platform
   */
  static Path unpacked(Path cache) {
    String archive = archive();
    try {
      Path home = cache.resolve("postgres-" + digest(archive));
      if (!Files.isDirectory(home)) {
        Files.createDirectories(cache);
        Path fresh = Files.createTempDirectory(cache, "unpacking");
        try {
          unpack(archive, fresh);
          moveInto(fresh, home);
        } finally {
          Trees.delete(fresh);
        }
      }
      return home;
    } catch (IOException e) {
      throw new CommandFailure(
          "PostgreSQL cannot be unpacked to %s (%s): make it writable, or set XDG_CACHE_HOME"
              .formatted(cache, e));
    }
  }

  /** Where a user's programs keep what can be made again. */
  static Path defaultCache() {
    return Optional.ofNullable(System.getenv("XDG_CACHE_HOME"))
        .filter(it -> !it.isBlank())
        .map(Path::of)
        .orElseGet(() -> home().resolve(".cache"))
        .resolve("objectdb");
  }

  private static Path home() {
    return Path.of(
        Optional.ofNullable(System.getenv("HOME")).orElse(System.getProperty("user.home")));
  }

  private static String archive() {
    String system = System.getProperty("os.name").toLowerCase(Locale.ROOT);
    String os = system.startsWith("mac") ? "darwin" : system;
    boolean arm = System.getProperty("os.arch").equals("aarch64");
    String name = "/postgres-%s-%s.txz".formatted(os, arm ? "arm_64" : "x86_64");
    if (PostgresBinaries.class.getResource(name) == null) {
      throw new ConfigException(
          "there is no embedded PostgreSQL for %s on %s: name a PostgreSQL server in"
                  .formatted(System.getProperty("os.name"), System.getProperty("os.arch"))
              + " spec.postgres.secretRef");
    }
    return name;
  }

  private static InputStream open(String archive) throws IOException {
    InputStream in = PostgresBinaries.class.getResourceAsStream(archive);
    if (in == null) {
      throw new IOException("there is no " + archive);
    }
    return new BufferedInputStream(in, 1 << 16);
  }

  private static String digest(String archive) throws IOException {
    try {
      MessageDigest sha = MessageDigest.getInstance("SHA-256");
      try (InputStream in = new DigestInputStream(open(archive), sha)) {
        in.transferTo(OutputStream.nullOutputStream());
      }
      return HexFormat.of().formatHex(sha.digest(), 0, 8);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  private static void unpack(String archive, Path target) throws IOException {
    try (TarArchiveInputStream tar =
        new TarArchiveInputStream(new XZCompressorInputStream(open(archive)))) {
      for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
        Path path = target.resolve(entry.getName()).normalize();
        if (!path.startsWith(target)) {
          throw new IOException("the archive leaves its directory: " + entry.getName());
        }
        write(tar, entry, path);
      }
    }
  }

  private static void write(InputStream tar, TarArchiveEntry entry, Path path) throws IOException {
    if (entry.isDirectory()) {
      Files.createDirectories(path);
      return;
    }
    Files.createDirectories(path.resolveSibling("."));
    if (entry.isSymbolicLink()) {
      Files.createSymbolicLink(path, Path.of(entry.getLinkName()));
      return;
    }
    Files.copy(tar, path);
    boolean program = (entry.getMode() & 0111) != 0;
    Files.setPosixFilePermissions(
        path, PosixFilePermissions.fromString(program ? "rwxr-xr-x" : "rw-r--r--"));
  }

  private static void moveInto(Path fresh, Path home) throws IOException {
    // Readable by everybody, as programs are: createTempDirectory makes it private.
    Files.setPosixFilePermissions(fresh, PosixFilePermissions.fromString("rwxr-xr-x"));
    try {
      Files.move(fresh, home, StandardCopyOption.ATOMIC_MOVE);
    } catch (FileAlreadyExistsException | DirectoryNotEmptyException e) {
      // another command was faster: its copy is the same
    } catch (AtomicMoveNotSupportedException e) {
      throw new IllegalStateException("siblings on two file systems", e);
    }
  }
}
