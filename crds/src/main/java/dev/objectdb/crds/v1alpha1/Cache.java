package dev.objectdb.crds.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Size;

/** The cache of object records that each server keeps in memory. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Cache(
    @JsonPropertyDescription(
            "Memory for cached objects in each server; the memory that the pod requests grows"
                + " with it. Example: 256Mi.")
        @Default("256Mi")
        @Size(max = 12)
        @Pattern(ObjectDatabaseSpec.BYTES)
        String memory) {}
