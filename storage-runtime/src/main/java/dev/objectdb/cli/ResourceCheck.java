package dev.objectdb.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.objectdb.crds.v1alpha1.ObjectDatabase;
import dev.objectdb.crds.v1alpha1.ObjectDatabaseSpec;
import dev.objectdb.server.ConfigException;
import java.util.List;

/**
 * Checks an ObjectDatabase as an API server does when it is created: defaults, schema, CEL rules,
 * in this order. So what {@code objectdb up} takes, {@code kubectl apply} takes as well.
 */
final class ResourceCheck {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private final CrdSchema crd = CrdSchema.objectDatabase();
  private final SchemaRules schemaRules = new SchemaRules(crd);
  private final CelRules celRules = new CelRules(crd);

  /**
   * Returns the specification, complete with defaults.
   *
   * @throws ConfigException if it is not valid; the message has one line for each problem
   */
  ObjectDatabaseSpec check(ResourceFile file) {
    ObjectNode resource = file.database().deepCopy();
    resource.remove("status"); // written by an operator, ignored by apply
    refuseOtherVersion(file, resource);
    crd.applyDefaults(resource);
    List<String> problems = schemaRules.problems(resource);
    if (problems.isEmpty()) {
      problems = celRules.problems(resource);
    }
    if (!problems.isEmpty()) {
      throw new ConfigException(
          "%s: ObjectDatabase \"%s\" is not valid:%n  %s"
              .formatted(
                  file.path(), file.name(), String.join(System.lineSeparator() + "  ", problems)));
    }
    try {
      return MAPPER.treeToValue(resource.path("spec"), ObjectDatabaseSpec.class);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("the schema allows what the model cannot hold", e);
    }
  }

  private static void refuseOtherVersion(ResourceFile file, ObjectNode resource) {
    String wanted = ObjectDatabase.GROUP + "/" + ObjectDatabase.VERSION;
    String found = resource.path("apiVersion").asText();
    if (!found.equals(wanted)) {
      throw new ConfigException(
          "%s: apiVersion %s is not known to this version of objectdb: write %s"
              .formatted(file.path(), found, wanted));
    }
  }
}
