package dev.objectdb.crds.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import org.jspecify.annotations.Nullable;

/** One aspect of the state, in the form that all of Kubernetes uses. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Condition(
    @JsonPropertyDescription("The aspect, in CamelCase.")
        @Required
        @Size(min = 1, max = 64)
        @Pattern("^[A-Z][A-Za-z]*$")
        String type,
    @JsonPropertyDescription("Whether it holds: True, False or Unknown.") @Required Status status,
    @JsonPropertyDescription("Why, as one CamelCase word that programs may rely on.")
        @Required
        @Size(min = 1, max = 64)
        @Pattern("^[A-Z][A-Za-z]*$")
        String reason,
    @JsonPropertyDescription("Why, as a sentence for people.") @Required @Size(max = 1024)
        String message,
    @JsonPropertyDescription("The generation of the resource that this condition speaks of.")
        @Nullable Long observedGeneration,
    @JsonPropertyDescription("When the status of this condition changed last, in RFC 3339 form.")
        @Required
        @Size(max = 40)
        String lastTransitionTime) {

  /** Kubernetes' three truth values. */
  public enum Status {
    True,
    False,
    Unknown,
  }
}
