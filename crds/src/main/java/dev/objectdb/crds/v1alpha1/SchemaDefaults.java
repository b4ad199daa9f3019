package dev.objectdb.crds.v1alpha1;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;

/**
 * Fills the defaults of a schema into a value, as an API server does on every write and read: from
 * outside in, so that the default of an object is completed by those of its fields. Whoever takes a
 * resource from anywhere but an API server calls this before reading it as {@link ObjectDatabase}.
 */
public final class SchemaDefaults {
  private SchemaDefaults() {}

  /**
   * Completes a value in place.
   *
   * @param schema the {@code openAPIV3Schema} of a version, or a part of it
   * @param value the value that it describes
   */
  public static void fill(JsonNode schema, JsonNode value) {
    if (value instanceof ObjectNode object) {
      for (Map.Entry<String, JsonNode> property : schema.path("properties").properties()) {
        String name = property.getKey();
        JsonNode described = property.getValue();
        if (!object.hasNonNull(name) && described.has("default")) {
          object.set(name, described.get("default").deepCopy());
        }
        fill(described, object.path(name));
      }
    } else if (value.isArray()) {
      value.forEach(item -> fill(schema.path("items"), item));
    }
  }
}
