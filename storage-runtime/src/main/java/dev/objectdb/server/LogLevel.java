package dev.objectdb.server;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/**
 * How much of our own doings the log tells. Where the level is in a file, that file is read again
 * and again, so a mounted one changes the level of a program that runs.
 */
public final class LogLevel implements AutoCloseable {
  /** A mounted file itself changes a minute late. */
  private static final Duration PERIOD = Duration.ofSeconds(5);

  private static final Set<String> NAMES = Set.of("error", "warn", "info", "debug", "trace");
  private static final org.slf4j.Logger LOG = LoggerFactory.getLogger(LogLevel.class);

  private final Logger ours = (Logger) LoggerFactory.getLogger("dev.objectdb");
  private final @Nullable Thread loop;
  private String text;

  private LogLevel(String text, Optional<Path> file, Duration period) {
    this.text = text;
    ours.setLevel(Level.valueOf(text));
    this.loop =
        file.map(it -> Thread.ofVirtual().name("log-level").start(() -> follow(it, period)))
            .orElse(null);
  }

  /**
   * Sets the level, and follows the file that it is in.
   *
   * @throws ConfigException for a level that does not exist
   */
  public static LogLevel of(Map<String, String> environment) {
    return of(environment, PERIOD);
  }

  static LogLevel of(Map<String, String> environment, Duration period) {
    String text =
        new Environment(environment)
            .value(ConfigKey.LOG_LEVEL, it -> Optional.of(it).filter(NAMES::contains));
    Optional<Path> file =
        Optional.ofNullable(environment.get(ConfigKey.LOG_LEVEL.key() + ConfigKey.FILE))
            .map(Path::of);
    return new LogLevel(text, file, period);
  }

  private void follow(Path file, Duration period) {
    try {
      while (true) {
        Thread.sleep(period);
        look(file);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // closed
    }
  }

  private void look(Path file) {
    String now;
    try {
      now = Files.readString(file).strip().toLowerCase(Locale.ROOT);
    } catch (IOException e) {
      return; // being replaced: it is there again next time
    }
    if (now.equals(text)) {
      return;
    }
    text = now;
    if (NAMES.contains(now)) {
      ours.setLevel(Level.valueOf(now));
      LOG.atInfo().addKeyValue("level", now).log("the level of the log has changed");
    } else {
      LOG.atWarn().addKeyValue("level", now).log("no such level of the log; it stays as it was");
    }
  }

  @Override
  public void close() {
    if (loop != null) {
      loop.interrupt();
    }
  }
}
