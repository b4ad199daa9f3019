package dev.objectdb.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

class LogLevelTest {
  private static final Logger OURS = LoggerFactory.getLogger("dev.objectdb.of.this.test");

  private final ch.qos.logback.classic.Logger parent =
      (ch.qos.logback.classic.Logger) LoggerFactory.getLogger("dev.objectdb");
  private final ch.qos.logback.classic.Level before = parent.getLevel();
  private final Path directory;

  LogLevelTest(@TempDir Path directory) {
    this.directory = directory;
  }

  @AfterEach
  void putBack() {
    parent.setLevel(before);
  }

  @Test
  void theLevelIsSet() {
    LogLevel.of(environment("OBJECTDB_LOG_LEVEL", "error")).close();
    assertThat(OURS.isWarnEnabled()).isFalse();
    LogLevel.of(environment("OBJECTDB_LOG_LEVEL", "trace")).close();
    assertThat(OURS.isTraceEnabled()).isTrue();
  }

  @Test
  void aFileThatChangesChangesTheLevel() throws IOException {
    Path file = Files.writeString(directory.resolve("log-level"), "warn\n");
    try (LogLevel _ =
        LogLevel.of(
            environment("OBJECTDB_LOG_LEVEL_FILE", file.toString()), Duration.ofMillis(5))) {
      assertThat(OURS.isInfoEnabled()).isFalse();
      Files.writeString(file, "debug");
      await().until(OURS::isDebugEnabled);
      Files.writeString(file, "loud");
      Files.writeString(file, "warn");
      await().until(() -> !OURS.isInfoEnabled());
    }
  }

  @Test
  void aLevelThatDoesNotExistIsRefused() {
    assertThatExceptionOfType(ConfigException.class)
        .isThrownBy(() -> LogLevel.of(environment("OBJECTDB_LOG_LEVEL", "loud")))
        .withMessageContaining("OBJECTDB_LOG_LEVEL is \"loud\": give error, warn");
  }

  private static Map<String, String> environment(String key, String value) {
    Map<String, String> environment = new HashMap<>();
    environment.put("OBJECTDB_POSTGRES_URI", "postgresql://db/zodb");
    environment.put(key, value);
    return environment;
  }
}
