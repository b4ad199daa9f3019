package dev.objectdb.crds.v1alpha1;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** {@code mvn test -pl crds -Dtest=CrdTest -Dcrd.write=true} writes the schema anew. */
class CrdTest {
  private static final Path CHECKED_IN = Path.of(ObjectDatabase.SCHEMA);

  /** A chart cannot reach files outside of it. */
  private static final Path IN_CHART =
      Path.of("../charts/objectdb-operator/files", ObjectDatabase.SCHEMA);

  private static final String POD = "spec.podTemplate.";
  private static final String NETWORK = "spec.zeo.networkPolicy.";

  /** From 256 KiB on, {@code kubectl apply} cannot keep its copy in an annotation. */
  private static final int BYTES_MAX = 200_000;

  /** Whose fields are Kubernetes' own, and explained by its documentation. */
  private static final Set<String> KUBERNETES =
      Set.of(
          POD + "affinity",
          POD + "tolerations[]",
          POD + "topologySpreadConstraints[]",
          POD + "env[]",
          POD + "envFrom[]",
          POD + "volumeMounts[]",
          POD + "volumes[].configMap",
          POD + "volumes[].secret",
          POD + "volumes[].emptyDir",
          POD + "volumes[].persistentVolumeClaim",
          POD + "volumes[].projected",
          POD + "volumes[].csi",
          POD + "initContainers[].env[]",
          POD + "initContainers[].envFrom[]",
          POD + "initContainers[].volumeMounts[]",
          POD + "sidecars[].env[]",
          POD + "sidecars[].envFrom[]",
          POD + "sidecars[].volumeMounts[]",
          NETWORK + "clients[].podSelector",
          NETWORK + "clients[].namespaceSelector",
          NETWORK + "monitoring[].podSelector",
          NETWORK + "monitoring[].namespaceSelector",
          NETWORK + "egress.postgres[].podSelector",
          NETWORK + "egress.postgres[].namespaceSelector");

  @Test
  void theSchemaIsCheckedInAsGenerated() throws IOException {
    String generated = GeneratedCrd.objectDatabase();
    if (Boolean.getBoolean("crd.write")) {
      Files.writeString(CHECKED_IN, generated);
      Files.writeString(IN_CHART, generated);
    }
    assertThat(CHECKED_IN).content().isEqualTo(generated);
    assertThat(IN_CHART).content().isEqualTo(generated);
  }

  @Test
  void theSchemaIsGeneratedTheSameEachTime() throws IOException {
    assertThat(GeneratedCrd.objectDatabase()).isEqualTo(GeneratedCrd.objectDatabase());
  }

  @Test
  void theSchemaTravelsInTheJar() {
    assertThat(ObjectDatabase.class.getResource(ObjectDatabase.SCHEMA)).isNotNull();
  }

  @Test
  void kubectlApplyTakesIt() throws IOException {
    assertThat(GeneratedCrd.objectDatabase().getBytes(StandardCharsets.UTF_8).length)
        .isLessThan(BYTES_MAX);
  }

  @Test
  void everyFieldExplainsItself() throws IOException {
    List<String> silent = new ArrayList<>();
    for (String part : List.of("spec", "status")) {
      walk(
          part,
          schema().at("/properties/" + part),
          (path, node) -> {
            if (path.contains(".") && !path.endsWith("[]") && !node.hasNonNull("description")) {
              silent.add(path);
            }
          });
    }
    assertThat(silent).isEmpty();
  }

  @Test
  void everyTextAndListIsBounded() throws IOException {
    List<String> unbounded = new ArrayList<>();
    walk(
        "spec",
        schema().at("/properties/spec"),
        (path, node) -> {
          String type = node.path("type").asText();
          if (type.equals("string") && !node.has("maxLength") && !node.has("enum")) {
            unbounded.add(path);
          }
          if (type.equals("array") && !node.has("maxItems")) {
            unbounded.add(path);
          }
        });
    assertThat(unbounded).isEmpty();
  }

  /** Also inside Kubernetes' own types: the model has to be able to hold it. */
  @Test
  void everyNumberAndQuantityCanBeRead() throws IOException {
    List<String> unreadable = new ArrayList<>();
    unreadable(schema().at("/properties/spec"), unreadable);
    assertThat(unreadable).isEmpty();
  }

  private static void unreadable(JsonNode node, List<String> found) {
    boolean quantity = node.has("x-kubernetes-int-or-string");
    boolean number = node.path("type").asText().equals("integer");
    if ((quantity && !node.has("pattern"))
        || (number && (!node.has("minimum") || !node.has("maximum")))) {
      found.add(node.toString());
    }
    if (!quantity) {
      node.forEach(child -> unreadable(child, found));
    }
  }

  @Test
  void everyRuleNamesItsRemedy() throws IOException {
    Map<String, String> rules = new HashMap<>();
    walk(
        "",
        schema(),
        (path, node) ->
            node.path("x-kubernetes-validations")
                .forEach(
                    rule -> {
                      String message = rule.path("message").asText();
                      assertThat(message).as("%s: %s", path, rule).contains(": ");
                      String other = rules.put(message, rule.path("rule").asText());
                      assertThat(other).as(message).isIn(null, rule.path("rule").asText());
                    }));
    assertThat(rules).hasSizeGreaterThan(8);
  }

  @Test
  void itScalesAndHasAStatusOfItsOwn() throws IOException {
    JsonNode version = GeneratedCrd.parse(GeneratedCrd.objectDatabase()).at("/spec/versions/0");
    assertThat(version.at("/subresources/status").isObject()).isTrue();
    assertThat(version.at("/subresources/scale"))
        .isEqualTo(
            GeneratedCrd.parse(
                """
                labelSelectorPath: .status.selector
                specReplicasPath: .spec.replicas
                statusReplicasPath: .status.replicas
                """));
  }

  private static JsonNode schema() throws IOException {
    return GeneratedCrd.parse(GeneratedCrd.objectDatabase())
        .at("/spec/versions/0/schema/openAPIV3Schema");
  }

  private interface Visitor {
    void visit(String path, JsonNode node);
  }

  private static void walk(String path, JsonNode node, Visitor visitor) {
    visitor.visit(path, node);
    if (KUBERNETES.contains(path)) {
      return;
    }
    for (Map.Entry<String, JsonNode> property : node.path("properties").properties()) {
      walk(path + "." + property.getKey(), property.getValue(), visitor);
    }
    if (node.has("items")) {
      walk(path + "[]", node.get("items"), visitor);
    }
  }
}
