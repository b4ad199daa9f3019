package dev.objectdb.crds.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The Service that Python clients connect to. */
@JsonInclude(JsonInclude.Include.NON_NULL)
@ValidationRule(
    value =
        "(has(self.type) && self.type == 'LoadBalancer')"
            + " || (!has(self.loadBalancerClass) && !has(self.sourceRanges))",
    message =
        "zeo.service: loadBalancerClass and sourceRanges only mean something to a load balancer:"
            + " set type to LoadBalancer, or take them out")
public record ClientService(
    @JsonPropertyDescription(
            "ClusterIP serves clients in the cluster; NodePort and LoadBalancer also those outside."
                + " The protocol asks nobody who they are: use zeo.tls with clientAuth there.")
        @Default("ClusterIP")
        Type type,
    @JsonPropertyDescription("Annotations of the Service, which load balancers are set up by.")
        @Nullable Map<String, String> annotations,
    @JsonPropertyDescription("Which implementation of load balancers is to serve it.")
        @Size(min = 1, max = 253)
        @Nullable String loadBalancerClass,
    @JsonPropertyDescription(
            "Networks that the load balancer lets in. Example: [10.0.0.0/8]. When left out, all.")
        @Size(max = 64)
        @Nullable List<String> sourceRanges,
    @JsonPropertyDescription(
            "PreferClose sends clients to servers in their own zone where there are any.")
        @Nullable Distribution trafficDistribution) {

  /** Kinds of Services. */
  public enum Type {
    ClusterIP,
    NodePort,
    LoadBalancer,
  }

  /** Wishes for the way of traffic. */
  public enum Distribution {
    PreferClose,
  }
}
