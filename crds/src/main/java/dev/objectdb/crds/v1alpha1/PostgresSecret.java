package dev.objectdb.crds.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;

/** The Secret that tells how to reach a PostgreSQL database, in the resource's namespace. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record PostgresSecret(
    @JsonPropertyDescription(
            "Name of a Secret in the same namespace, for example the one that CloudNativePG names"
                + " after its cluster with the suffix -app.")
        @Required
        @Size(min = 1, max = 253)
        @Pattern("^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$")
        String name,
    @JsonPropertyDescription("Which keys of the Secret to read.") @Default("{}") Keys keys) {

  /** Names of keys in the Secret; the defaults are the names that CloudNativePG writes. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Keys(
      @JsonPropertyDescription(
              "Key that holds the connection URI in libpq's form, as in"
                  + " postgresql://user:password@host:5432/dbname.")
          @Default("uri")
          @Size(min = 1, max = 253)
          @Pattern("^[-._a-zA-Z0-9]+$")
          String uri) {}
}
