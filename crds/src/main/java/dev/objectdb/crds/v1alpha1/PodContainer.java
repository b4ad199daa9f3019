package dev.objectdb.crds.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import dev.objectdb.crds.v1alpha1.ObjectDatabaseSpec.PullPolicy;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.kubernetes.api.model.EnvFromSource;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.VolumeMount;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A container of the user's in a server pod; it gets the same narrow rights as the server. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record PodContainer(
    @JsonPropertyDescription("Name of the container.")
        @Required
        @Size(min = 1, max = 63)
        @Pattern("^[a-z0-9]([-a-z0-9]*[a-z0-9])?$")
        String name,
    @JsonPropertyDescription("Its image.") @Required @Size(min = 1, max = 512) String image,
    @JsonPropertyDescription("When its image is pulled.") @Nullable PullPolicy imagePullPolicy,
    @JsonPropertyDescription("What it runs, in place of the image's entry point.") @Size(max = 64)
        @Nullable List<String> command,
    @JsonPropertyDescription("Arguments, in place of the image's.") @Size(max = 64)
        @Nullable List<String> args,
    @JsonPropertyDescription("Its environment variables.") @Size(max = 64)
        @Nullable List<EnvVar> env,
    @JsonPropertyDescription(
            "Secrets and ConfigMaps whose keys become environment variables of it.")
        @Size(max = 16)
        @Nullable List<EnvFromSource> envFrom,
    @JsonPropertyDescription("Where volumes appear in it.") @Size(max = 32)
        @Nullable List<VolumeMount> volumeMounts,
    @JsonPropertyDescription("What it asks of its node.") @Nullable PodResources resources) {}
