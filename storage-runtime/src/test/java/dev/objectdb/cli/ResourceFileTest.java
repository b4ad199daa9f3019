package dev.objectdb.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.objectdb.crds.v1alpha1.PostgresSecret.Keys;
import dev.objectdb.server.ConfigException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ResourceFileTest {
  private static final String SITE =
      """
      apiVersion: objectdb.dev/v1alpha1
      kind: ObjectDatabase
      metadata: {name: site}
      """;

  private final Path directory;

  ResourceFileTest(@TempDir Path directory) {
    this.directory = directory;
  }

  @Test
  void documentsAreSortedByWhatTheyAre() throws IOException {
    ResourceFile file =
        read(
            """
            # a comment first
            ---
            apiVersion: v1
            kind: Secret
            metadata: {name: pg}
            data: {uri: cG9zdGdyZXNxbDovL3pvcGU6Y2FuYXJ5QGRiL3pvZGI=}
            stringData: {other: "postgresql://zope:canary@other/zodb"}
            ---
            %s---
            apiVersion: v1
            kind: ConfigMap
            metadata: {name: extra}
            """
                .formatted(SITE),
            null);
    assertThat(file.name()).isEqualTo("site");
    assertThat(file.ignored()).containsExactly("ConfigMap extra");
    SecretDocument secret = Objects.requireNonNull(file.secrets().get("pg"));
    assertThat(secret.address(keys("uri"))).hasToString("postgresql://zope@db:5432/zodb");
    assertThat(secret.address(keys("other"))).hasToString("postgresql://zope@other:5432/zodb");
    assertThat(secret.toString()).doesNotContain("canary");
  }

  @Test
  void aKeyThatASecretHasNotIsNamedWithThoseItHas() throws IOException {
    ResourceFile file =
        read(SITE + "---\nkind: Secret\nmetadata: {name: pg}\nstringData: {dsn: canary}\n", null);
    SecretDocument secret = Objects.requireNonNull(file.secrets().get("pg"));
    assertThatExceptionOfType(ConfigException.class)
        .isThrownBy(() -> secret.address(keys("uri")))
        .withMessageContaining("Secret \"pg\" has no key \"uri\", only [dsn]: add it")
        .satisfies(e -> assertThat(e.getMessage()).doesNotContain("canary"));
    assertThatExceptionOfType(ConfigException.class)
        .isThrownBy(() -> secret.address(keys("dsn")))
        .withMessageContaining("key \"dsn\" of Secret \"pg\" cannot be used")
        .satisfies(e -> assertThat(e.getMessage()).doesNotContain("canary"));
  }

  @Test
  void amongSeveralDatabasesOneHasToBeChosen() throws IOException {
    String two = SITE + "---\n" + SITE.replace("site", "shop");
    assertRefused(two, null, "there are several ObjectDatabases in it: choose one of site, shop");
    assertRefused(two, "club", "there is no ObjectDatabase \"club\" in it: give one of site, shop");
    assertThat(read(two, "shop").name()).isEqualTo("shop");
  }

  @Test
  void aFileWithoutADatabaseIsRefused() {
    assertRefused("", null, "there is no ObjectDatabase in it: add a document");
    assertRefused("kind: ConfigMap\n", null, "there is no ObjectDatabase in it: add a document");
  }

  @Test
  void whatIsNoYamlIsRefusedWithItsLine() {
    assertRefused("kind: [\n", null, "line 2: this is not YAML (");
    assertRefused(SITE + "kind: Other\n", null, "line 4: this is not YAML (Duplicate field");
    assertRefused("just words\n", null, "document 1 is no mapping");
  }

  @Test
  void aFileThatIsNotThereIsRefused() {
    Path none = directory.resolve("none.yaml");
    assertThatExceptionOfType(ConfigException.class)
        .isThrownBy(() -> ResourceFile.read(none, null))
        .withMessage("%s: there is no such file: correct the path", none);
  }

  private void assertRefused(String text, @Nullable String name, String message) {
    assertThatExceptionOfType(ConfigException.class)
        .isThrownBy(() -> read(text, name))
        .withMessageContaining(message);
  }

  private ResourceFile read(String text, @Nullable String name) throws IOException {
    return ResourceFile.read(Files.writeString(directory.resolve("objectdb.yaml"), text), name);
  }

  private static Keys keys(String uri) {
    return new Keys(uri, "host", "port", "dbname", "username", "password");
  }
}
