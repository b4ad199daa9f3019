package dev.objectdb.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.objectdb.crds.v1alpha1.ObjectDatabase;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.StreamSupport;

/**
 * The generated schema of a custom resource, and what an API server does with it before it checks a
 * resource: the defaults are filled in.
 *
 * <p>A structural schema, as Kubernetes demands it: {@code properties}, {@code items} and {@code
 * additionalProperties} carry all structure, so one walk over schema and value side by side reaches
 * everything.
 */
final class CrdSchema {
  private final ObjectNode root;

  private CrdSchema(ObjectNode root) {
    this.root = root;
  }

  /** Reads the schema that is served, from the jar of the resource model. */
  static CrdSchema objectDatabase() {
    try (InputStream in = ObjectDatabase.class.getResourceAsStream(ObjectDatabase.SCHEMA)) {
      JsonNode definition =
          new YAMLMapper().readTree(Objects.requireNonNull(in, "the build has no CRD schema"));
      JsonNode version =
          StreamSupport.stream(definition.at("/spec/versions").spliterator(), false)
              .filter(it -> it.path("name").asText().equals(ObjectDatabase.VERSION))
              .findFirst()
              .orElseThrow();
      return new CrdSchema((ObjectNode) version.at("/schema/openAPIV3Schema"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  ObjectNode root() {
    return root;
  }

  /** Returns the schema of a field by its names from the root; a missing node if there is none. */
  JsonNode at(List<String> path) {
    JsonNode schema = root;
    for (String name : path) {
      schema = child(schema, name);
    }
    return schema;
  }

  /** Fills in every default whose parent is there, as deep as there are values. */
  void applyDefaults(ObjectNode resource) {
    fill(root, resource);
  }

  private static void fill(JsonNode schema, JsonNode value) {
    if (value instanceof ObjectNode object) {
      for (Map.Entry<String, JsonNode> property : schema.path("properties").properties()) {
        JsonNode preset = property.getValue().path("default");
        if (!preset.isMissingNode() && isAbsent(object, property)) {
          object.set(property.getKey(), preset.deepCopy());
        }
      }
      object.properties().forEach(it -> fill(child(schema, it.getKey()), it.getValue()));
    } else if (value.isArray()) {
      value.forEach(item -> fill(schema.path("items"), item));
    }
  }

  /** An explicit null where none is allowed counts as left out. */
  private static boolean isAbsent(ObjectNode object, Map.Entry<String, JsonNode> property) {
    JsonNode value = object.path(property.getKey());
    boolean nullable = property.getValue().path("nullable").asBoolean();
    return value.isMissingNode() || (value.isNull() && !nullable);
  }

  /** Returns the schema of a member of an object, or of an array where the name is an index. */
  static JsonNode child(JsonNode schema, String name) {
    JsonNode property = schema.path("properties").path(name);
    if (!property.isMissingNode()) {
      return property;
    }
    return schema.has("items") ? schema.path("items") : schema.path("additionalProperties");
  }
}
