package dev.objectdb.crds.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.kubernetes.api.model.Quantity;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a container asks of its node, by the name of each resource. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record PodResources(
    @JsonPropertyDescription("What is kept free for it. Example: {cpu: 500m, memory: 1Gi}.")
        @Nullable Map<String, Quantity> requests,
    @JsonPropertyDescription("What it may use at most. Example: {memory: 2Gi}.")
        @Nullable Map<String, Quantity> limits) {}
