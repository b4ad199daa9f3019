package dev.objectdb.house;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.LineMap;
import com.sun.source.tree.MethodTree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.SourcePositions;
import com.sun.source.util.TreeScanner;
import com.sun.source.util.Trees;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;

/** The limits of the house: length of files, methods and parameter lists, and what is banned. */
class TidyTest {
  private static final int FILE_LINES_MAX = 500;
  private static final int METHOD_LINES_MAX = 60;
  private static final int PARAMETERS_MAX = 5;
  private static final int COLUMNS_MAX = 100;

  private static final Pattern BANNED_IMPORT =
      Pattern.compile(
          "^import (static )?(org\\.mockito|lombok|java\\.io\\.ObjectInputStream|sun\\.misc"
              + "|java\\.util\\.logging|org\\.junit\\.Test;).*");
  private static final Pattern LOOSE_END = Pattern.compile("\\b(TODO|FIXME|XXX)\\b(?!\\(#\\d+\\))");
  private static final Pattern VAGUE_PACKAGE =
      Pattern.compile("^package .*\\.(util|utils|common|helper|helpers|impl|manager|misc)\\b.*");

  @Test
  void filesStayShortAndNarrow() throws IOException {
    List<String> found = new ArrayList<>();
    for (Path file : SourceTree.javaFiles()) {
      List<String> lines = Files.readAllLines(file);
      if (lines.size() > FILE_LINES_MAX) {
        found.add("%s: %d lines".formatted(SourceTree.relative(file), lines.size()));
      }
      for (int i = 0; i < lines.size(); i++) {
        String line = lines.get(i);
        if (line.codePointCount(0, line.length()) > COLUMNS_MAX && !line.startsWith("import ")) {
          found.add("%s:%d: over %d columns".formatted(relative(file), i + 1, COLUMNS_MAX));
        }
      }
    }
    assertThat(found).isEmpty();
  }

  @Test
  void nothingBannedIsUsed() throws IOException {
    List<String> found = new ArrayList<>();
    for (Path file : SourceTree.javaFiles()) {
      if (file.endsWith("TidyTest.java")) {
        continue; // it names what it bans
      }
      List<String> lines = Files.readAllLines(file);
      for (int i = 0; i < lines.size(); i++) {
        String line = lines.get(i);
        if (BANNED_IMPORT.matcher(line).matches()
            || VAGUE_PACKAGE.matcher(line).matches()
            || LOOSE_END.matcher(line).find()) {
          found.add("%s:%d: %s".formatted(relative(file), i + 1, line.strip()));
        }
      }
    }
    assertThat(found).isEmpty();
  }

  @Test
  void methodsStayShortAndTakeFewParameters() throws IOException {
    List<String> found = new ArrayList<>();
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
      Iterable<? extends JavaFileObject> sources =
          files.getJavaFileObjectsFromPaths(SourceTree.javaFiles());
      JavacTask task = (JavacTask) compiler.getTask(null, files, null, null, null, sources);
      SourcePositions positions = Trees.instance(task).getSourcePositions();
      for (CompilationUnitTree unit : task.parse()) {
        new MethodScanner(unit, positions, found).scan(unit, null);
      }
    }
    assertThat(found).isEmpty();
  }

  private static String relative(Path file) {
    return SourceTree.relative(file);
  }

  private static final class MethodScanner extends TreeScanner<Void, Void> {
    private final CompilationUnitTree unit;
    private final SourcePositions positions;
    private final List<String> found;

    MethodScanner(CompilationUnitTree unit, SourcePositions positions, List<String> found) {
      this.unit = unit;
      this.positions = positions;
      this.found = found;
    }

    @Override
    public Void visitMethod(MethodTree node, Void unused) {
      LineMap lines = unit.getLineMap();
      long start = positions.getStartPosition(unit, node);
      long end = positions.getEndPosition(unit, node);
      if (start >= 0 && end >= 0) {
        long length = lines.getLineNumber(end) - lines.getLineNumber(start) + 1;
        String name =
            "%s:%d: %s"
                .formatted(
                    relative(Path.of(unit.getSourceFile().toUri())),
                    lines.getLineNumber(start),
                    node.getName());
        if (length > METHOD_LINES_MAX) {
          found.add("%s: %d lines".formatted(name, length));
        }
        // A record's canonical constructor names its components, which are data and not a call.
        if (!node.getName().contentEquals("<init>")
            && node.getParameters().size() > PARAMETERS_MAX) {
          found.add("%s: %d parameters".formatted(name, node.getParameters().size()));
        }
      }
      return super.visitMethod(node, null);
    }
  }
}
