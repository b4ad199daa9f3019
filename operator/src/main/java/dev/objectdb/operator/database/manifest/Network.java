package dev.objectdb.operator.database.manifest;

import dev.objectdb.crds.v1alpha1.ClientService;
import dev.objectdb.crds.v1alpha1.ObjectDatabase;
import dev.objectdb.crds.v1alpha1.Zeo;
import dev.objectdb.crds.v1alpha1.ZeoNetworkPolicy;
import dev.objectdb.crds.v1alpha1.ZeoNetworkPolicy.Egress;
import dev.objectdb.crds.v1alpha1.ZeoNetworkPolicy.Peer;
import dev.objectdb.operator.kube.Labels;
import dev.objectdb.operator.kube.Labels.Component;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.LabelSelectorBuilder;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyBuilder;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyEgressRule;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyEgressRuleBuilder;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyIngressRule;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyIngressRuleBuilder;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyPeer;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyPeerBuilder;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyPort;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyPortBuilder;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Who may reach servers, port by port, and whom they may reach. The protocol asks nobody who they
 * are, so by default only neighbours come in.
 */
final class Network {
  /** The second one is where OpenShift's name service listens, behind its Service. */
  private static final List<IntOrString> DNS = List.of(new IntOrString(53), new IntOrString(5353));

  private static final LabelSelector ALL = new LabelSelectorBuilder().build();

  private Network() {}

  static NetworkPolicy desired(ObjectDatabase database) {
    Zeo zeo = database.getSpec().zeo();
    ZeoNetworkPolicy declared = zeo.networkPolicy();
    NetworkPolicyBuilder policy =
        new NetworkPolicyBuilder()
            .withMetadata(Metadata.owned(database, Metadata.name(database), Component.SERVER))
            .withNewSpec()
            .withNewPodSelector()
            .withMatchLabels(Labels.selector(Metadata.name(database), Component.SERVER))
            .endPodSelector()
            .withPolicyTypes("Ingress")
            .withIngress(
                ingress(Servers.ZEO, clients(zeo)),
                ingress(Servers.MONITORING, peers(declared.monitoring(), everyPod())))
            .endSpec();
    Egress egress = declared.egress();
    if (egress != null) {
      policy.editSpec().addToPolicyTypes("Egress").withEgress(egress(database, egress)).endSpec();
    }
    return policy.build();
  }

  /** Behind a load balancer clients come from anywhere, also from nodes. */
  private static List<NetworkPolicyPeer> clients(Zeo zeo) {
    boolean inside = zeo.service().type() == ClientService.Type.ClusterIP;
    return peers(zeo.networkPolicy().clients(), inside ? List.of(neighbours()) : List.of());
  }

  private static List<NetworkPolicyPeer> peers(
      @Nullable List<Peer> declared, List<NetworkPolicyPeer> otherwise) {
    return declared == null || declared.isEmpty()
        ? otherwise
        : declared.stream().map(Network::peer).toList();
  }

  private static NetworkPolicyPeer peer(Peer declared) {
    NetworkPolicyPeerBuilder peer =
        new NetworkPolicyPeerBuilder()
            .withPodSelector(declared.podSelector())
            .withNamespaceSelector(declared.namespaceSelector());
    if (declared.cidr() != null) {
      peer.withNewIpBlock().withCidr(declared.cidr()).endIpBlock();
    }
    return peer.build();
  }

  private static NetworkPolicyPeer neighbours() {
    return new NetworkPolicyPeerBuilder().withPodSelector(ALL).build();
  }

  private static List<NetworkPolicyPeer> everyPod() {
    return List.of(new NetworkPolicyPeerBuilder().withNamespaceSelector(ALL).build());
  }

  /**
   * From nobody in particular is from everybody. The port is a name, which each pod has a number
   * for: while servers with another number are rolled out, both are reached.
   */
  private static NetworkPolicyIngressRule ingress(String port, List<NetworkPolicyPeer> from) {
    return new NetworkPolicyIngressRuleBuilder()
        .withFrom(from)
        .withPorts(port("TCP", new IntOrString(port)))
        .build();
  }

  private static List<NetworkPolicyEgressRule> egress(ObjectDatabase database, Egress declared) {
    List<NetworkPolicyEgressRule> rules = new ArrayList<>();
    rules.add(
        new NetworkPolicyEgressRuleBuilder()
            .withPorts(
                DNS.stream().flatMap(it -> Stream.of(port("UDP", it), port("TCP", it))).toList())
            .build());
    if (database.getSpec().postgres().embedded() != null) {
      NetworkPolicyPeer embedded =
          new NetworkPolicyPeerBuilder()
              .withNewPodSelector()
              .withMatchLabels(Labels.selector(Metadata.name(database), Component.POSTGRES))
              .endPodSelector()
              .build();
      rules.add(to(List.of(embedded), PostgresServer.PORT));
    }
    List<NetworkPolicyPeer> postgres = peers(declared.postgres(), List.of());
    if (!postgres.isEmpty() || database.getSpec().postgres().embedded() == null) {
      rules.add(to(postgres, declared.postgresPort()));
    }
    return rules;
  }

  /** To nobody in particular is to everybody. */
  private static NetworkPolicyEgressRule to(List<NetworkPolicyPeer> peers, int port) {
    return new NetworkPolicyEgressRuleBuilder()
        .withTo(peers)
        .withPorts(port("TCP", new IntOrString(port)))
        .build();
  }

  private static NetworkPolicyPort port(String protocol, IntOrString port) {
    return new NetworkPolicyPortBuilder().withProtocol(protocol).withPort(port).build();
  }
}
