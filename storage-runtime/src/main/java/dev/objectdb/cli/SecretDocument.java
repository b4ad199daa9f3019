package dev.objectdb.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.objectdb.crds.v1alpha1.PostgresSecret.Keys;
import dev.objectdb.server.ConfigException;
import dev.objectdb.storage.pg.PgUri;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** A Kubernetes Secret from a file: {@code data} in base64 or {@code stringData} as it is. */
final class SecretDocument {
  private final Path path;
  private final String name;
  // Never in a message: only names of keys are.
  private final JsonNode encoded;
  private final JsonNode plain;

  SecretDocument(Path path, String name, ObjectNode document) {
    this.path = path;
    this.name = name;
    this.encoded = document.path("data");
    this.plain = document.path("stringData");
  }

  /**
   * Returns the PostgreSQL address: the URI, or where there is none what the other keys make.
   *
   * @throws ConfigException if it is not there or no such address
   */
  PgUri address(Keys keys) {
    boolean inParts = !has(keys.uri()) && has(keys.host());
    try {
      return inParts ? PgUri.of(parts(keys)) : PgUri.parse(value(keys.uri()));
    } catch (IllegalArgumentException e) {
      throw new ConfigException(
          "%s: key \"%s\" of Secret \"%s\" cannot be used (%s): write it as"
                  .formatted(path, inParts ? keys.host() : keys.uri(), name, e.getMessage())
              + " postgresql://user:password@host:5432/dbname");
    }
  }

  private Map<String, String> parts(Keys keys) {
    Map<String, String> parts = new TreeMap<>();
    Map.of(
            "host", keys.host(),
            "port", keys.port(),
            "dbname", keys.dbname(),
            "user", keys.username(),
            "password", keys.password())
        .forEach(
            (part, key) -> {
              if (has(key)) {
                parts.put(part, value(key));
              }
            });
    return parts;
  }

  private boolean has(String key) {
    return plain.has(key) || encoded.has(key);
  }

  /**
   * Returns the value under a key.
   *
   * @throws ConfigException if there is none, or it is no base64; the message names the keys only
   */
  private String value(String key) {
    if (plain.has(key)) {
      return plain.path(key).asText().strip();
    }
    if (!encoded.has(key)) {
      throw new ConfigException(
          "%s: Secret \"%s\" has no key \"%s\", only %s: add it, or name the right one in"
                  .formatted(path, name, key, keys())
              + " spec.postgres.secretRef.keys.uri");
    }
    try {
      byte[] bytes = Base64.getMimeDecoder().decode(encoded.path(key).asText());
      return new String(bytes, StandardCharsets.UTF_8).strip();
    } catch (IllegalArgumentException e) {
      throw new ConfigException(
          "%s: data.%s of Secret \"%s\" is not base64: encode it, or write it under stringData"
              .formatted(path, key, name));
    }
  }

  private Set<String> keys() {
    Set<String> keys = new TreeSet<>();
    plain.fieldNames().forEachRemaining(keys::add);
    encoded.fieldNames().forEachRemaining(keys::add);
    return keys;
  }

  @Override
  public String toString() {
    return "SecretDocument[%s]".formatted(name);
  }
}
