package dev.objectdb.operator.database.manifest;

import dev.objectdb.crds.v1alpha1.ObjectDatabase;
import dev.objectdb.operator.kube.Labels;
import dev.objectdb.operator.kube.Labels.Component;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceBuilder;

/** The one address of all servers, for Python clients. */
public final class ZeoService {
  private ZeoService() {}

  /** Returns the name of the Service. */
  public static String name(ObjectDatabase database) {
    return Metadata.name(database);
  }

  /** Returns host and port, as a client in the cluster uses them. */
  public static String endpoint(ObjectDatabase database) {
    return "%s.%s.svc:%d"
        .formatted(
            name(database), database.getMetadata().getNamespace(), database.getSpec().zeo().port());
  }

  /** Returns the Service. */
  public static Service desired(ObjectDatabase database) {
    return new ServiceBuilder()
        .withMetadata(Metadata.owned(database, name(database), Component.SERVER))
        .withNewSpec()
        .withType("ClusterIP")
        .withSelector(Labels.selector(Metadata.name(database), Component.SERVER))
        .addNewPort()
        .withName(Servers.ZEO)
        .withProtocol("TCP")
        .withPort(database.getSpec().zeo().port())
        .withTargetPort(new IntOrString(Servers.ZEO))
        .endPort()
        .endSpec()
        .build();
  }
}
