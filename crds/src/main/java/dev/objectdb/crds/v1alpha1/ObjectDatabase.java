package dev.objectdb.crds.v1alpha1;

import io.fabric8.kubernetes.api.model.Namespaced;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Categories;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.Kind;
import io.fabric8.kubernetes.model.annotation.Plural;
import io.fabric8.kubernetes.model.annotation.ShortNames;
import io.fabric8.kubernetes.model.annotation.Version;
import org.jspecify.annotations.NullUnmarked;

/**
 * One ZODB object database: its place in PostgreSQL and the servers that speak ZEO for it.
 *
 * <p>The name becomes the name of a Service and, with suffixes, of Jobs and pods: a DNS-1035 label
 * of at most 40 characters.
 */
@Group(ObjectDatabase.GROUP)
@Version(ObjectDatabase.VERSION)
@Kind("ObjectDatabase")
@Plural("objectdatabases")
@ShortNames("objdb")
@Categories("objectdb")
public final class ObjectDatabase extends CustomResource<ObjectDatabaseSpec, ObjectDatabaseStatus>
    implements Namespaced {
  public static final String GROUP = "objectdb.dev";
  public static final String VERSION = "v1alpha1";

  /** Class-path resource, beside this class, with the generated CustomResourceDefinition. */
  public static final String SCHEMA = "objectdatabases.objectdb.dev.yaml";

  // Absent until read or set: an empty one would claim fields in every patch that is sent.
  @Override
  @NullUnmarked
  protected ObjectDatabaseSpec initSpec() {
    return null;
  }

  @Override
  @NullUnmarked
  protected ObjectDatabaseStatus initStatus() {
    return null;
  }
}
