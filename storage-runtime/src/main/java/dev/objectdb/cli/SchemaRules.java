package dev.objectdb.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.JsonNodePath;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion.VersionFlag;
import com.networknt.schema.ValidationMessage;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;

/**
 * The shape of a resource: types, bounds, patterns, required fields, and no field that is unknown,
 * as {@code kubectl apply} checks them.
 */
final class SchemaRules {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  /** Where the value of a keyword is a map from names to schemas. */
  private static final String PROPERTIES = "properties";

  /** Keywords of Kubernetes and OpenAPI that say nothing to a JSON schema. */
  private static final Set<String> NO_KEYWORDS = Set.of("nullable", "default", "description");

  private final CrdSchema crd;
  private final JsonSchema schema;

  SchemaRules(CrdSchema crd) {
    this.crd = crd;
    ObjectNode plain = plain(crd.root());
    // What every resource has; the generated schema leaves it to the API server.
    plain.withObjectProperty(PROPERTIES).withObjectProperty("apiVersion").put("type", "string");
    plain.withObjectProperty(PROPERTIES).withObjectProperty("kind").put("type", "string");
    plain
        .withObjectProperty(PROPERTIES)
        .withObjectProperty("metadata")
        .remove("additionalProperties");
    schema = JsonSchemaFactory.getInstance(VersionFlag.V202012).getSchema(plain);
  }

  /** Returns what is wrong, each as "field: problem", in the order of the fields. */
  List<String> problems(JsonNode resource) {
    return schema.validate(resource).stream().map(this::describe).sorted().distinct().toList();
  }

  /** Rewrites the OpenAPI flavour of Kubernetes into JSON schema. */
  private static ObjectNode plain(JsonNode crd) {
    ObjectNode plain = JSON.objectNode();
    for (Map.Entry<String, JsonNode> it : crd.properties()) {
      if (!it.getKey().startsWith("x-") && !NO_KEYWORDS.contains(it.getKey())) {
        plain.set(it.getKey(), plainKeyword(it.getKey(), it.getValue()));
      }
    }
    if (crd.path("x-kubernetes-int-or-string").asBoolean()) {
      plain.putArray("type").add("integer").add("string");
    }
    if (crd.path("nullable").asBoolean() && plain.has("type")) {
      ArrayNode types = JSON.arrayNode().add("null");
      types.add(crd.path("type").asText());
      plain.set("type", types);
    }
    boolean open =
        crd.has("additionalProperties")
            || crd.path("x-kubernetes-preserve-unknown-fields").asBoolean();
    if (crd.path("type").asText().equals("object") && !open) {
      plain.put("additionalProperties", false);
    }
    return plain;
  }

  private static JsonNode plainKeyword(String keyword, JsonNode value) {
    if (keyword.equals(PROPERTIES)) {
      ObjectNode properties = JSON.objectNode();
      value.properties().forEach(it -> properties.set(it.getKey(), plain(it.getValue())));
      return properties;
    }
    return value.isObject() ? plain(value) : value;
  }

  private String describe(ValidationMessage message) {
    List<String> path = names(message.getInstanceLocation());
    String keyword = message.getType();
    if (keyword.equals("required")) {
      List<String> missing = append(path, message.getProperty());
      return "%s: is missing%s".formatted(dotted(missing), hint(missing));
    }
    if (keyword.equals("additionalProperties")) {
      return "%s: there is no such field, only %s: correct its name or take it out"
          .formatted(dotted(append(path, message.getProperty())), fieldsOf(path));
    }
    return "%s: %s%s".formatted(dotted(path), problem(keyword, message), hint(path));
  }

  private static String problem(String keyword, ValidationMessage message) {
    JsonNode found = message.getInstanceNode();
    JsonNode wanted = message.getSchemaNode();
    return switch (keyword) {
      case "type" -> "must be of type %s, not %s".formatted(text(wanted), text(found));
      case "enum" -> "must be one of %s, not %s".formatted(text(wanted), text(found));
      case "minimum" -> "must be at least %s, not %s".formatted(text(wanted), text(found));
      case "maximum" -> "must be at most %s, not %s".formatted(text(wanted), text(found));
      case "pattern" -> "must match %s, not %s".formatted(text(wanted), text(found));
      case "minLength" -> "must not be shorter than %s characters".formatted(text(wanted));
      case "maxLength" -> "must not be longer than %s characters".formatted(text(wanted));
      default -> message.getError();
    };
  }

  /** What the field is for, which most often says what to write there. */
  private String hint(List<String> path) {
    String description = crd.at(path).path("description").asText();
    return description.isEmpty() ? "" : ". " + description;
  }

  private String fieldsOf(List<String> path) {
    List<String> names = new ArrayList<>();
    crd.at(path).path(PROPERTIES).fieldNames().forEachRemaining(names::add);
    return String.join(", ", names);
  }

  private static String text(JsonNode value) {
    if (value.isArray()) {
      return StreamSupport.stream(value.spliterator(), false)
          .map(JsonNode::asText)
          .collect(Collectors.joining(", "));
    }
    return value.isTextual() ? value.asText() : value.toString();
  }

  private static List<String> names(JsonNodePath location) {
    return IntStream.range(0, location.getNameCount())
        .mapToObj(location::getElement)
        .map(String::valueOf)
        .toList();
  }

  private static List<String> append(List<String> path, String name) {
    List<String> longer = new ArrayList<>(path);
    longer.add(name);
    return longer;
  }

  private static String dotted(List<String> path) {
    return path.isEmpty() ? "the resource" : String.join(".", path);
  }
}
