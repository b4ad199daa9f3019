package dev.objectdb.operator;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.objectdb.crds.v1alpha1.ObjectDatabase;
import dev.objectdb.crds.v1alpha1.SchemaDefaults;
import dev.objectdb.operator.pg.Observation.Counts;
import dev.objectdb.operator.pg.Observation.Reached;
import dev.objectdb.operator.pg.Observation.Tables;
import dev.objectdb.operator.pg.PostgresAddress;
import dev.objectdb.operator.pg.Probe.Target;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;

/** Resources for tests, completed as an API server completes them. */
public final class Databases {
  /** The namespace of all of them. */
  public static final String NAMESPACE = "plone";

  private static final JsonNode SCHEMA = schema();

  private Databases() {}

  /** A PostgreSQL where all is well, and nothing is in it yet. */
  public static Reached reached() {
    return new Reached(
        "17.11", 170_011, false, 97, null, List.of(), new Counts(null, null, null, null));
  }

  /** A PostgreSQL where all is well, and the tables belong to somebody. */
  public static Reached owned(String owner) {
    Reached reached = reached();
    return new Reached(
        reached.version(),
        reached.versionNumber(),
        false,
        reached.connectionsMax(),
        new Tables(6, 1, owner),
        List.of(),
        reached.counts());
  }

  /** The variables that servers are made with. */
  public static List<EnvVar> environment(Deployment servers) {
    return servers.getSpec().getTemplate().getSpec().getContainers().get(0).getEnv();
  }

  /** What to look at, by its URI. */
  public static Target target(String uri) {
    return new Target(PostgresAddress.parse(uri), "", "public");
  }

  /** Reads the {@code spec} of a database named site. */
  public static ObjectDatabase site(String spec) {
    return read(
        """
        apiVersion: objectdb.dev/v1alpha1
        kind: ObjectDatabase
        metadata: {name: site, namespace: plone, uid: 0b5ec7, generation: 1}
        spec: %s
        """
            .formatted(spec));
  }

  /** Reads a whole resource. */
  public static ObjectDatabase read(String yaml) {
    ObjectNode resource = (ObjectNode) Serialization.unmarshal(yaml, JsonNode.class);
    SchemaDefaults.fill(SCHEMA, resource);
    return Serialization.unmarshal(resource.toString(), ObjectDatabase.class);
  }

  private static JsonNode schema() {
    try (InputStream in =
        requireNonNull(ObjectDatabase.class.getResourceAsStream(ObjectDatabase.SCHEMA))) {
      return requireNonNull(Serialization.unmarshal(in, JsonNode.class))
          .at("/spec/versions/0/schema/openAPIV3Schema");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
