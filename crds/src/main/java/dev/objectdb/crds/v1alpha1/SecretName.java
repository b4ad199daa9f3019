package dev.objectdb.crds.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;

/** A Secret in the resource's namespace, by its name. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record SecretName(
    @JsonPropertyDescription("Name of a Secret in the same namespace.")
        @Required
        @Size(min = 1, max = 253)
        @Pattern(SecretName.PATTERN)
        String name) {
  /** What Kubernetes takes as the name of a Secret. */
  static final String PATTERN = "^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$";
}
