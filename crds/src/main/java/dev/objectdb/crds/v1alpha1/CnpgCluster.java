package dev.objectdb.crds.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import org.jspecify.annotations.Nullable;

/** A cluster of CloudNativePG in the resource's namespace. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record CnpgCluster(
    @JsonPropertyDescription(
            "Name of the Cluster. Its Secret with the suffix -app tells how to log in, that with"
                + " the suffix -ca which certificates to trust.")
        @Required
        @Size(min = 1, max = 50)
        @Pattern(SecretName.PATTERN)
        String name,
    @JsonPropertyDescription(
            "Name of a database in the cluster, owned by its application user. When left out, it is"
                + " the one that the Secret names.")
        @Size(min = 1, max = 63)
        @Nullable String database) {

  /** Returns the name of the Secret that tells how to log in. */
  public String loginSecret() {
    return name + "-app";
  }

  /** Returns the name of the Secret that tells which certificates to trust. */
  public String trustSecret() {
    return name + "-ca";
  }
}
