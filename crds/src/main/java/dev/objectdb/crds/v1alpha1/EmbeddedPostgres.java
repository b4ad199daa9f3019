package dev.objectdb.crds.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import org.jspecify.annotations.Nullable;

/** A PostgreSQL server that comes and goes with the database; for development. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record EmbeddedPostgres(
    @JsonPropertyDescription(
            "Image of the PostgreSQL server, with the interface of the official postgres image."
                + " When left out, it is the operator's default at the time of creation, and stays"
                + " that one.")
        @Size(min = 1, max = 512)
        @Nullable String image,
    @JsonPropertyDescription("The volume that holds the data.")
        @Default("{}")
        @ValidationRule(
            value = "self == oldSelf",
            message =
                "postgres.embedded.storage cannot be changed: resize the PersistentVolumeClaim"
                    + " itself, or create a second ObjectDatabase and copy the transactions into"
                    + " it")
        Storage storage) {

  /** The volume claim of the PostgreSQL server. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Storage(
      @JsonPropertyDescription("Size of the volume. Example: 10Gi.")
          @Default("10Gi")
          @Size(max = 12)
          @Pattern(ObjectDatabaseSpec.BYTES)
          String size,
      @JsonPropertyDescription(
              "StorageClass of the volume. When left out, it is the default class of the cluster.")
          @Size(min = 1, max = 253)
          @Nullable String storageClassName) {}
}
