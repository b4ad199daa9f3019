package dev.objectdb.operator.database.manifest;

import dev.objectdb.crds.v1alpha1.ClientService;
import dev.objectdb.crds.v1alpha1.ObjectDatabase;
import dev.objectdb.operator.kube.Labels;
import dev.objectdb.operator.kube.Labels.Component;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import io.fabric8.kubernetes.api.model.ServicePort;
import io.fabric8.kubernetes.api.model.ServicePortBuilder;
import io.fabric8.kubernetes.api.model.ServiceSpecBuilder;
import java.util.List;

/**
 * The one address of all servers, for Python clients; and a headless one, which answers with the
 * addresses of all that are ready, for clients that are given several and for what reads metrics.
 */
public final class ZeoService {
  private ZeoService() {}

  /** Returns the name of the Service. */
  public static String name(ObjectDatabase database) {
    return Metadata.name(database);
  }

  /** Returns host and port, as a client in the cluster uses them. */
  public static String endpoint(ObjectDatabase database) {
    return "%s:%d".formatted(host(database), database.getSpec().zeo().port());
  }

  /** Returns host and port with the addresses of all servers behind it. */
  public static String headlessEndpoint(ObjectDatabase database) {
    return "%s:%d".formatted(headlessHost(database), database.getSpec().zeo().port());
  }

  /** Returns host and port of the metrics, with the addresses of all servers behind it. */
  public static String metricsEndpoint(ObjectDatabase database) {
    return "%s:%d".formatted(headlessHost(database), database.getSpec().monitoring().port());
  }

  /** Returns the names of the Services that clients connect to. */
  static List<String> names(ObjectDatabase database) {
    return List.of(name(database), headlessName(database));
  }

  static String host(ObjectDatabase database) {
    return "%s.%s.svc".formatted(name(database), database.getMetadata().getNamespace());
  }

  private static String headlessHost(ObjectDatabase database) {
    return "%s.%s.svc".formatted(headlessName(database), database.getMetadata().getNamespace());
  }

  private static String headlessName(ObjectDatabase database) {
    return Metadata.name(database) + "-headless";
  }

  /** Returns the Service. */
  public static Service desired(ObjectDatabase database) {
    ClientService declared = database.getSpec().zeo().service();
    ClientService.Distribution distribution = declared.trafficDistribution();
    return new ServiceBuilder()
        .withMetadata(Metadata.owned(database, name(database), Component.SERVER))
        .editMetadata()
        .withAnnotations(declared.annotations())
        .endMetadata()
        .withSpec(
            spec(database)
                .withType(declared.type().name())
                .withLoadBalancerClass(declared.loadBalancerClass())
                .withLoadBalancerSourceRanges(declared.sourceRanges())
                .withTrafficDistribution(distribution == null ? null : distribution.name())
                .build())
        .build();
  }

  static Service headless(ObjectDatabase database) {
    return new ServiceBuilder()
        .withMetadata(Metadata.owned(database, headlessName(database), Component.SERVER))
        .withSpec(
            spec(database)
                .withType("ClusterIP")
                .withClusterIP("None")
                .addToPorts(port(Servers.MONITORING, database.getSpec().monitoring().port()))
                .build())
        .build();
  }

  private static ServiceSpecBuilder spec(ObjectDatabase database) {
    return new ServiceSpecBuilder()
        .withSelector(Labels.selector(Metadata.name(database), Component.SERVER))
        .withPorts(port(Servers.ZEO, database.getSpec().zeo().port()));
  }

  private static ServicePort port(String name, int port) {
    return new ServicePortBuilder()
        .withName(name)
        .withProtocol("TCP")
        .withPort(port)
        .withTargetPort(new IntOrString(name))
        .build();
  }
}
