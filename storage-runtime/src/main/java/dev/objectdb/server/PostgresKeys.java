package dev.objectdb.server;

import dev.objectdb.storage.pg.PgLogin;
import dev.objectdb.storage.pg.PgUri;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** The keys that say where the database is; apart, because no message may show such a text. */
final class PostgresKeys {
  private static final Set<String> TLS_MODES =
      Set.of("", "disable", "allow", "prefer", "require", "verify-ca", "verify-full");

  private PostgresKeys() {}

  /** Reads an address, or the directory that one is mounted in. */
  static PgLogin login(Environment texts) {
    Map<String, String> settings = settings(texts);
    String uri = texts.text(ConfigKey.POSTGRES_URI);
    String directory = texts.text(ConfigKey.POSTGRES_DIRECTORY);
    if (uri.isEmpty() == directory.isEmpty()) {
      throw new ConfigException(problem(uri));
    }
    ConfigKey key = uri.isEmpty() ? ConfigKey.POSTGRES_DIRECTORY : ConfigKey.POSTGRES_URI;
    try {
      PgLogin login =
          uri.isEmpty()
              ? new MountedLogin(Path.of(directory), settings)
              : MountedLogin.complete(PgUri.parse(uri), settings);
      return atItsPlace(login, texts.text(ConfigKey.POSTGRES_PLACE));
    } catch (IOException | IllegalArgumentException e) {
      throw new ConfigException(
          "%s cannot be used (%s): %s".formatted(key.key(), e.getMessage(), key.remedy()));
    }
  }

  /** Who starts where others of the same kind are not would split the database in two. */
  private static PgLogin atItsPlace(PgLogin login, String place) {
    if (!place.isEmpty() && !place.equals(login.now().place())) {
      throw new ConfigException(
          ("the PostgreSQL address names %s, and this program was made for %s: whoever changed the"
                  + " address has to start others, which the operator does once it has seen the new"
                  + " place")
              .formatted(login.now().place(), place));
    }
    return login;
  }

  private static String problem(String uri) {
    return uri.isEmpty()
        ? "%s is not set: %s, or name a file that holds it in %s%s"
            .formatted(
                ConfigKey.POSTGRES_URI.key(),
                ConfigKey.POSTGRES_URI.remedy(),
                ConfigKey.POSTGRES_URI.key(),
                ConfigKey.FILE)
        : "%s and %s are both set: unset one of them"
            .formatted(ConfigKey.POSTGRES_URI.key(), ConfigKey.POSTGRES_DIRECTORY.key());
  }

  private static Map<String, String> settings(Environment texts) {
    Map<String, String> settings = new TreeMap<>();
    String mode =
        texts.value(
            ConfigKey.POSTGRES_TLS_MODE, text -> Optional.of(text).filter(TLS_MODES::contains));
    String ca = texts.text(ConfigKey.POSTGRES_TLS_CA_DIRECTORY);
    String database = texts.text(ConfigKey.POSTGRES_DATABASE);
    if (!mode.isEmpty()) {
      settings.put("sslmode", mode);
    }
    if (!ca.isEmpty()) {
      settings.put("sslrootcert", Path.of(ca).resolve("ca.crt").toString());
    }
    if (!database.isEmpty()) {
      settings.put("dbname", database);
    }
    return settings;
  }

  static Optional<Boolean> keeps(String text) {
    return switch (text) {
      case "Keep" -> Optional.of(true);
      case "Refuse" -> Optional.of(false);
      default -> Optional.empty();
    };
  }
}
