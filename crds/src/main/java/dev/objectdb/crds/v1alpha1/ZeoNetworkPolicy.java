package dev.objectdb.crds.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import io.fabric8.kubernetes.api.model.LabelSelector;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Who may talk to servers, and whom they may talk to; for networks that enforce it. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ZeoNetworkPolicy(
    @JsonPropertyDescription("Whether there is a NetworkPolicy for the servers.") @Default("true")
        boolean enabled,
    @JsonPropertyDescription(
            "Who may connect as a client. When left out, all pods of the same namespace; with a"
                + " service of type NodePort or LoadBalancer everybody.")
        @Size(max = 32)
        @Nullable List<Peer> clients,
    @JsonPropertyDescription(
            "Who may read the metrics, which hold figures only. When left out, all pods of the"
                + " cluster.")
        @Size(max = 32)
        @Nullable List<Peer> monitoring,
    @JsonPropertyDescription(
            "Bounds whom servers may talk to, besides the name service and an embedded PostgreSQL."
                + " When left out, there is no bound.")
        @Nullable Egress egress) {

  /** Pods, or a network. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  @ValidationRule(
      value = "has(self.cidr) != (has(self.podSelector) || has(self.namespaceSelector))",
      message =
          "zeo.networkPolicy: a peer is either pods or a network: set podSelector or"
              + " namespaceSelector or both, or else cidr")
  public record Peer(
      @JsonPropertyDescription(
              "Labels of the pods; in the same namespace where namespaceSelector is left out.")
          @Nullable LabelSelector podSelector,
      @JsonPropertyDescription(
              "Labels of their namespaces; all pods in them where podSelector is left out.")
          @Nullable LabelSelector namespaceSelector,
      @JsonPropertyDescription("A network. Example: 10.0.0.0/8.")
          @Size(max = 64)
          @Pattern("^[0-9a-fA-F.:]+/[0-9]{1,3}$")
          @Nullable String cidr) {}

  /** Whom servers may talk to. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Egress(
      @JsonPropertyDescription(
              "Where PostgreSQL is. When left out, the embedded one, or else any place, by its"
                  + " port.")
          @Size(max = 32)
          @Nullable List<Peer> postgres,
      @JsonPropertyDescription("Port of PostgreSQL there.") @Default("5432") @Min(1) @Max(65535)
          int postgresPort) {}
}
