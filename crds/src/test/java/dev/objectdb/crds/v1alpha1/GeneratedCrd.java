package dev.objectdb.crds.v1alpha1;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.fabric8.crdv2.generator.CRDGenerator;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/**
 * The CustomResourceDefinition of a class, as fabric8's generator makes it, plus what that has no
 * annotation for: printer columns in our order, list types, and the rules of the root.
 */
final class GeneratedCrd {
  private static final YAMLMapper YAML =
      YAMLMapper.builder(
              YAMLFactory.builder()
                  .enable(YAMLGenerator.Feature.MINIMIZE_QUOTES)
                  .enable(YAMLGenerator.Feature.ALWAYS_QUOTE_NUMBERS_AS_STRINGS)
                  .enable(YAMLGenerator.Feature.INDENT_ARRAYS_WITH_INDICATOR)
                  .disable(YAMLGenerator.Feature.SPLIT_LINES)
                  .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER)
                  .build())
          .build();

  private static final String POD = "spec/properties/podTemplate/properties/";

  /** Lists whose items have a name of their own, by which appliers own them one by one. */
  private static final Map<String, String> LIST_KEYS =
      Map.of(
          "status/properties/conditions",
          "type",
          "spec/properties/imagePullSecrets",
          "name",
          POD + "env",
          "name",
          POD + "volumes",
          "name",
          POD + "volumeMounts",
          "mountPath",
          POD + "initContainers",
          "name",
          POD + "sidecars",
          "name");

  private static final int MAP_ENTRIES_MAX = 64;
  private static final int TEXT_MAX = 1024;

  /** As Kubernetes writes its own quantities, but without a sign and without end. */
  private static final String QUANTITY =
      "^([0-9]{1,18}(\\.[0-9]{0,9})?|\\.[0-9]{1,9})"
          + "([KMGTPE]i|[numkMGTPE]|[eE][+-]?[0-9]{1,2})?$";

  private GeneratedCrd() {}

  /** The definition of {@link ObjectDatabase}, as text. */
  static String objectDatabase() throws IOException {
    ObjectNode crd = generate(ObjectDatabase.class);
    ((ObjectNode) crd.at("/metadata")).remove("creationTimestamp");
    ObjectNode version = (ObjectNode) crd.at("/spec/versions/0");
    version.set("additionalPrinterColumns", printerColumns());
    ObjectNode schema = (ObjectNode) version.at("/schema/openAPIV3Schema");
    schema.put(
        "description",
        "An object database: ZODB objects in PostgreSQL, served to Python clients over ZEO.");
    schema.putArray("required").add("spec");
    schema.withArray("x-kubernetes-validations").add(nameRule());
    metadata(schema);
    int32(schema.at("/properties/spec"));
    LIST_KEYS.forEach(
        (path, key) -> {
          ObjectNode list = (ObjectNode) schema.at("/properties/" + path);
          list.put("x-kubernetes-list-type", "map");
          list.putArray("x-kubernetes-list-map-keys").add(key);
          ArrayNode required = ((ObjectNode) list.get("items")).withArray("required");
          required.add(key); // Kubernetes' own types do not say so; once is left of two
        });
    return YAML.writeValueAsString(canonical(crd));
  }

  static JsonNode parse(String yaml) throws JsonProcessingException {
    return YAML.readTree(yaml);
  }

  private static ObjectNode generate(Class<? extends HasMetadata> type) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    JsonMapper mapper =
        JsonMapper.builder().enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS).build();
    new CRDGenerator()
        .customResourceClasses(type)
        .forCRDVersions("v1")
        .withObjectMapper(mapper, new KubernetesSerialization(mapper, false))
        .withOutput(new InMemory(bytes))
        .generate();
    return (ObjectNode) YAML.readTree(bytes.toString(StandardCharsets.UTF_8));
  }

  /** The name becomes the name of a Service, and with suffixes that of Jobs and their pods. */
  private static ObjectNode nameRule() {
    return YAML.createObjectNode()
        .put(
            "rule",
            "self.metadata.name.size() <= 40"
                + " && self.metadata.name.matches('^[a-z]([-a-z0-9]*[a-z0-9])?$')")
        .put(
            "message",
            "metadata.name must be at most 40 lower-case letters, digits and '-', with a letter"
                + " first and no '-' last: it becomes the name of a Service");
  }

  /** Gives the name a bound, without which the API server would refuse our rule as too costly. */
  private static void metadata(ObjectNode schema) {
    ObjectNode name = YAML.createObjectNode().put("type", "string").put("maxLength", 253);
    ObjectNode metadata = YAML.createObjectNode().put("type", "object");
    metadata.set("properties", YAML.createObjectNode().set("name", name));
    ((ObjectNode) schema.get("properties")).set("metadata", metadata);
  }

  private static ArrayNode printerColumns() {
    ArrayNode columns = YAML.createArrayNode();
    columns.add(column("Ready", "string", ".status.ready", "Ready and wanted server pods"));
    columns.add(column("Mode", "string", ".status.historyMode", "History mode in force"));
    columns.add(column("Phase", "string", ".status.phase", "The state in one word"));
    columns.add(column("Age", "date", ".metadata.creationTimestamp", "Time since creation"));
    columns.add(column("Image", "string", ".status.image", "Image of the servers").put(WIDE, 1));
    columns.add(column("Message", "string", ".status.message", "The state").put(WIDE, 1));
    return columns;
  }

  private static final String WIDE = "priority";

  private static ObjectNode column(String name, String type, String path, String description) {
    return YAML.createObjectNode()
        .put("name", name)
        .put("type", type)
        .put("jsonPath", path)
        .put("description", description);
  }

  /**
   * Keys in alphabetical order and numbers without fractions. What the generator reads twice, from
   * field and accessor of a record, is once; a default of an object is empty, because it is made of
   * the defaults of its fields. Maps are bounded.
   */
  private static JsonNode canonical(JsonNode node) {
    if (node instanceof ObjectNode object) {
      ObjectNode sorted = YAML.createObjectNode();
      object.properties().stream()
          .sorted(Map.Entry.comparingByKey())
          .forEach(field -> sorted.set(field.getKey(), canonical(field.getValue())));
      bound(sorted);
      if (sorted.path("type").asText().equals("object") && sorted.has("default")) {
        sorted.putObject("default");
      }
      return sorted;
    }
    if (node instanceof ArrayNode array) {
      Set<JsonNode> once = new LinkedHashSet<>();
      array.forEach(item -> once.add(canonical(item)));
      return YAML.createArrayNode().addAll(once);
    }
    if (node.isDouble() && node.doubleValue() == Math.rint(node.doubleValue())) {
      return YAML.getNodeFactory().numberNode(node.longValue());
    }
    return node;
  }

  /** One number that the model cannot hold keeps an operator from reading any resource at all. */
  private static void int32(JsonNode node) {
    if (node.has("x-kubernetes-int-or-string")) {
      return; // a quantity
    }
    if (node instanceof ObjectNode number && number.path("type").asText().equals("integer")) {
      number.put("format", "int32");
      if (!number.has("minimum")) {
        number.put("minimum", Integer.MIN_VALUE);
      }
      if (!number.has("maximum")) {
        number.put("maximum", Integer.MAX_VALUE);
      }
    }
    node.forEach(GeneratedCrd::int32);
  }

  /**
   * There is no annotation for what maps and lists of texts may hold, nor for what a quantity looks
   * like, of which one that cannot be read is as bad as such a number.
   */
  private static void bound(ObjectNode schema) {
    if (schema.path("x-kubernetes-int-or-string").asBoolean()) {
      schema.put("pattern", QUANTITY);
    }
    if (schema.has("additionalProperties")) {
      schema.put("maxProperties", MAP_ENTRIES_MAX);
    }
    JsonNode items = schema.path("items");
    if (items.path("type").asText().equals("string") && !items.has("enum")) {
      ((ObjectNode) items).put("maxLength", TEXT_MAX);
    }
  }

  private record InMemory(ByteArrayOutputStream bytes)
      implements CRDGenerator.CRDOutput<ByteArrayOutputStream> {
    @Override
    public ByteArrayOutputStream outputFor(String crdName) {
      return bytes;
    }

    @Override
    public URI crdURI(String crdName) {
      return Path.of(crdName).toUri(); // nothing is there: the generator only reports it
    }

    @Override
    public void close() {}
  }
}
