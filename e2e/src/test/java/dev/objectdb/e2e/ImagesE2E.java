package dev.objectdb.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.spi.ToolProvider;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is in the images of our programs, and what is not. */
class ImagesE2E {
  private static final Path TARS = Path.of("../images/target").toAbsolutePath().normalize();

  /** Used by Jackson and logback for JavaBeans, which we have none of; both do without it. */
  private static final Set<String> OPTIONAL_MODULES = Set.of("java.desktop");

  @Test
  void theServerImageHoldsTheseLibrariesAndNoOther(@TempDir Path directory) throws IOException {
    Path root = unpack("storage-runtime", directory);

    // Embedded PostgreSQL, the Kubernetes client, CEL and JSON schema are for `objectdb up` alone.
    assertThat(libraries(root))
        .containsExactlyInAnyOrder(
            "HdrHistogram",
            "HikariCP",
            "bcpkix-jdk18on",
            "bcprov-jdk18on",
            "bcutil-jdk18on",
            "caffeine",
            "checker-qual",
            "error_prone_annotations",
            "jackson-annotations",
            "jackson-core",
            "jackson-databind",
            "jline-terminal",
            "jspecify",
            "logback-classic",
            "logback-core",
            "micrometer-commons",
            "micrometer-core",
            "micrometer-observation",
            "micrometer-registry-prometheus",
            "objectdb-storage-runtime",
            "picocli",
            "postgresql",
            "progressbar",
            "prometheus-metrics-config",
            "prometheus-metrics-core",
            "prometheus-metrics-exposition-formats",
            "prometheus-metrics-exposition-textformats",
            "prometheus-metrics-model",
            "prometheus-metrics-tracer-common",
            "slf4j-api",
            "sslcontext-kickstart",
            "sslcontext-kickstart-for-pem");
  }

  @Test
  void theOperatorImageHoldsNoStorageRuntime(@TempDir Path directory) throws IOException {
    assertThat(libraries(unpack("operator", directory)))
        .contains("objectdb-operator", "objectdb-crds", "postgresql")
        .doesNotContain("objectdb-storage-runtime", "junit-jupiter-api");
  }

  @ParameterizedTest
  @ValueSource(strings = {"storage-runtime", "operator"})
  void theJavaRuntimeHasEveryModuleThatTheLibrariesUse(String image, @TempDir Path directory)
      throws IOException {
    Path root = unpack(image, directory);
    Properties release = new Properties();
    try (Stream<String> lines = Files.lines(root.resolve("opt/java/release"))) {
      lines
          .map(line -> line.replace("\"", "").split("=", 2))
          .forEach(pair -> release.setProperty(pair[0], pair[1]));
    }

    Set<String> used = usedModules(root.resolve("app/libs"));
    used.removeAll(OPTIONAL_MODULES);

    assertThat(release.getProperty("MODULES").split(" ")).containsAll(used);
  }

  @ParameterizedTest
  @ValueSource(strings = {"storage-runtime", "operator"})
  void aProgramRunsAsANumberedUserWithoutAShell(String image, @TempDir Path directory)
      throws IOException {
    Path root = unpack(image, directory);

    JsonNode config = new ObjectMapper().readTree(root.resolve("config.json").toFile());
    assertThat(config.at("/config/User").asText()).isEqualTo("65532:65532");
    assertThat(config.at("/created").asText()).isEqualTo("1970-01-01T00:00:00Z");
    for (String program : List.of("sh", "dash", "bash", "busybox", "apt", "dpkg")) {
      assertThat(root.resolve("usr/bin").resolve(program)).doesNotExist();
    }
  }

  private static List<String> libraries(Path root) throws IOException {
    try (Stream<Path> jars = Files.list(root.resolve("app/libs"))) {
      return jars.map(jar -> jar.getFileName().toString())
          .map(name -> name.replaceFirst("(-[0-9][^-]*(-[a-zA-Z]+)?)?\\.jar$", ""))
          .sorted()
          .toList();
    }
  }

  private static Set<String> usedModules(Path libraries) throws IOException {
    List<String> arguments =
        new ArrayList<>(
            List.of("--multi-release", "25", "--ignore-missing-deps", "--print-module-deps"));
    arguments.addAll(List.of("--module-path", libraries.toString())); // some name others by module
    try (Stream<Path> jars = Files.list(libraries)) {
      jars.map(Path::toString).forEach(arguments::add);
    }
    StringWriter output = new StringWriter();
    PrintWriter printer = new PrintWriter(output);
    int exit =
        ToolProvider.findFirst("jdeps")
            .orElseThrow()
            .run(printer, printer, arguments.toArray(String[]::new));
    assertThat(exit).as(output.toString()).isZero();
    String modules = output.toString().strip().lines().toList().getLast(); // warnings come first
    return Arrays.stream(modules.split(",")).collect(Collectors.toCollection(TreeSet::new));
  }

  /** Unpacks the files of an image, and its configuration as config.json. */
  private static Path unpack(String image, Path directory) throws IOException {
    Path layers = Files.createDirectory(directory.resolve("layers"));
    Path root = Files.createDirectory(directory.resolve("root"));
    tar(TARS.resolve(image + ".tar"), layers);
    JsonNode manifest =
        new ObjectMapper().readTree(layers.resolve("manifest.json").toFile()).get(0);
    for (JsonNode layer : manifest.get("Layers")) {
      tar(layers.resolve(layer.asText()), root);
    }
    Files.copy(layers.resolve(manifest.get("Config").asText()), root.resolve("config.json"));
    return root;
  }

  private static void tar(Path archive, Path target) {
    Command.run(
        Timeouts.COMMAND,
        List.of(
            "tar",
            "--extract",
            "--exclude=usr/lib64", // links that lead out of the directory
            "--file=" + archive,
            "--directory=" + target));
  }
}
