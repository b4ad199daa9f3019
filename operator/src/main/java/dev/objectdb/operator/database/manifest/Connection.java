package dev.objectdb.operator.database.manifest;

import dev.objectdb.crds.v1alpha1.ObjectDatabase;
import dev.objectdb.operator.kube.Labels.Component;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;

/** What a client has to know, for pods to mount: host, port, and a piece of zope.conf. */
public final class Connection {
  private Connection() {}

  /** Returns the name of the ConfigMap. */
  public static String name(ObjectDatabase database) {
    return Metadata.name(database) + "-connection";
  }

  static ConfigMap desired(ObjectDatabase database) {
    return new ConfigMapBuilder()
        .withMetadata(Metadata.owned(database, name(database), Component.SERVER))
        .addToData("host", ZeoService.host(database))
        .addToData("port", Integer.toString(database.getSpec().zeo().port()))
        .addToData("zope.conf", zopeConf(database))
        .build();
  }

  private static String zopeConf(ObjectDatabase database) {
    return """
    <zodb_db main>
      mount-point /
      <zeoclient>
        server %s
        storage 1
      </zeoclient>
    </zodb_db>
    """
        .formatted(ZeoService.endpoint(database));
  }
}
