package dev.objectdb.house;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/** Every Java source of every module. */
final class SourceTree {
  private static final Path ROOT = Objects.requireNonNull(Path.of("").toAbsolutePath().getParent());
  private static final List<String> MODULES =
      List.of("crds", "storage-runtime", "operator", "e2e", "bench");

  private SourceTree() {}

  static List<Path> javaFiles() throws IOException {
    Stream.Builder<Path> roots = Stream.builder();
    for (String module : MODULES) {
      Path source = ROOT.resolve(module).resolve("src");
      if (Files.isDirectory(source)) {
        roots.add(source);
      }
    }
    return roots.build().flatMap(SourceTree::walk).sorted().toList();
  }

  /** A file by its place below the root of the project. */
  static Path file(String name) {
    return ROOT.resolve(name);
  }

  static String relative(Path file) {
    return ROOT.relativize(file).toString();
  }

  private static Stream<Path> walk(Path root) {
    try (Stream<Path> files = Files.walk(root)) {
      return files.filter(file -> file.toString().endsWith(".java")).toList().stream();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
