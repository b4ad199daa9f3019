package dev.objectdb.operator.reference;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import dev.objectdb.crds.v1alpha1.ObjectDatabase;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ResourceReferenceTest {
  @Test
  void everyFieldOfTheResourceIsOnItsPage() throws IOException {
    JsonNode schema = schema();
    Page page =
        new Page(
            "The resource ObjectDatabase",
            "Every field of `objectdb.dev/v1alpha1`, as `kubectl explain objectdb --recursive`"
                + " tells them too. A field without a default may be left out, unless it is"
                + " required.");
    page.heading("spec");
    page.columns("field", "type", "default", "meaning");
    fields(page, schema.at("/properties/spec"), "");
    page.heading("What is refused");
    page.columns("at", "message");
    rules(page, schema, "metadata");
    page.heading("status");
    page.columns("field", "type", "default", "meaning");
    fields(page, schema.at("/properties/status"), "");
    page.check("resource.md");
  }

  private static void fields(Page page, JsonNode object, String prefix) {
    for (Map.Entry<String, JsonNode> property : object.path("properties").properties()) {
      JsonNode field = property.getValue();
      String path = prefix + property.getKey();
      boolean required = contains(object.path("required"), property.getKey());
      page.row(
          "`" + path + "`",
          type(field),
          required ? "required" : field.has("default") ? code(field.get("default")) : "",
          field.path("description").asText());
      if (!isOfKubernetes(path)) {
        fields(page, field, path + ".");
        fields(page, field.path("items"), path + "[].");
      }
    }
  }

  /** What podTemplate has of a pod is as in any pod, and said by Kubernetes. */
  private static boolean isOfKubernetes(String path) {
    return path.startsWith("podTemplate.");
  }

  private static void rules(Page page, JsonNode node, String path) {
    for (JsonNode rule : node.path("x-kubernetes-validations")) {
      page.row("`" + path + "`", rule.path("message").asText());
    }
    for (Map.Entry<String, JsonNode> property : node.path("properties").properties()) {
      boolean root = path.equals("metadata");
      rules(page, property.getValue(), root ? property.getKey() : path + "." + property.getKey());
    }
    if (node.has("items")) {
      rules(page, node.get("items"), path + "[]");
    }
  }

  private static String type(JsonNode field) {
    String type = field.path("type").asText();
    if (field.has("enum")) {
      StringBuilder words = new StringBuilder();
      field
          .get("enum")
          .forEach(word -> words.append(words.isEmpty() ? "" : ", ").append(word.asText()));
      return words.toString();
    }
    if (type.equals("array")) {
      return "list of " + type(field.path("items"));
    }
    if (field.has("minimum") && field.has("maximum")) {
      return "%s, %s to %s".formatted(type, field.get("minimum"), field.get("maximum"));
    }
    return field.path("x-kubernetes-int-or-string").asBoolean() ? "integer or string" : type;
  }

  private static String code(JsonNode value) {
    return "`" + (value.isTextual() ? value.asText() : value.toString()) + "`";
  }

  private static boolean contains(JsonNode list, String word) {
    for (JsonNode item : list) {
      if (item.asText().equals(word)) {
        return true;
      }
    }
    return false;
  }

  private static JsonNode schema() throws IOException {
    try (InputStream in =
        requireNonNull(ObjectDatabase.class.getResourceAsStream(ObjectDatabase.SCHEMA))) {
      return requireNonNull(Serialization.unmarshal(in, JsonNode.class))
          .at("/spec/versions/0/schema/openAPIV3Schema");
    }
  }
}
