package dev.objectdb.server;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The texts behind each {@link ConfigKey}, taken from the environment or from the files it names.
 */
final class Environment {
  private static final Logger LOG = LoggerFactory.getLogger(Environment.class);

  private final Map<ConfigKey, String> texts = new EnumMap<>(ConfigKey.class);

  /**
   * @throws ConfigException for a key given twice, for a file that cannot be read
   */
  Environment(Map<String, String> environment) {
    for (ConfigKey key : ConfigKey.values()) {
      String direct = environment.get(key.key());
      String file = environment.get(key.key() + ConfigKey.FILE);
      if (direct != null && file != null) {
        throw new ConfigException(
            "%s and %s%s are both set: unset one of them"
                .formatted(key.key(), key.key(), ConfigKey.FILE));
      }
      String text = file == null ? direct : read(key, file);
      if (text == null) {
        text = key.defaultText();
      }
      if (text == null) {
        throw new ConfigException(
            "%s is not set: %s, or name a file that holds it in %s%s"
                .formatted(key.key(), key.remedy(), key.key(), ConfigKey.FILE));
      }
      texts.put(key, text);
    }
  }

  /** Returns the text of a key, which is there: given or by default. */
  String text(ConfigKey key) {
    String text = texts.get(key);
    if (text == null) {
      throw new AssertionError(key);
    }
    return text;
  }

  /**
   * Returns the value of a key.
   *
   * @param reader empty for a text that is no value
   * @throws ConfigException if it is none; the message shows the text
   */
  <T> T value(ConfigKey key, Function<String, Optional<T>> reader) {
    return reader
        .apply(text(key))
        .orElseThrow(
            () ->
                new ConfigException(
                    "%s is \"%s\": %s".formatted(key.key(), text(key), key.remedy())));
  }

  /**
   * Returns the names of variables that look like keys of ours and are none: one of a newer
   * operator, or a slip. Neither is worth not to serve for; somebody has to hear of it.
   */
  static List<String> unknown(Map<String, String> environment) {
    return environment.keySet().stream()
        .filter(name -> name.startsWith(ConfigKey.PREFIX) && !isKnown(name))
        .sorted()
        .toList();
  }

  /** Tells of each of them. */
  static void tellUnknown(Map<String, String> environment) {
    for (String name : unknown(environment)) {
      LOG.atWarn()
          .addKeyValue("key", name)
          .log("this variable is no key of this version, and is ignored");
    }
  }

  private static boolean isKnown(String name) {
    return Arrays.stream(ConfigKey.values())
        .map(ConfigKey::key)
        .anyMatch(key -> name.equals(key) || name.equals(key + ConfigKey.FILE));
  }

  /** Reads a mounted secret; a line end at its end, which editors add, does not count. */
  private static String read(ConfigKey key, String file) {
    try {
      return Files.readString(Path.of(file)).stripTrailing();
    } catch (NoSuchFileException e) {
      throw unreadable(key, file, "there is no such file");
    } catch (IOException | InvalidPathException e) {
      throw unreadable(key, file, String.valueOf(e.getMessage()));
    }
  }

  private static ConfigException unreadable(ConfigKey key, String file, String why) {
    return new ConfigException(
        "%s%s names %s, which cannot be read (%s): mount the file or correct the path"
            .formatted(key.key(), ConfigKey.FILE, file, why));
  }
}
