package dev.objectdb.crds.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.ValidationRule;

/** Bounds of the pool of PostgreSQL connections that each server reads with. */
@JsonInclude(JsonInclude.Include.NON_NULL)
@ValidationRule(
    // The API server checks the default of the pool itself, {}, before it fills in those below.
    value = "!has(self.min) || !has(self.max) || self.min <= self.max",
    message = "pool.min must not exceed pool.max: raise pool.max or lower pool.min")
public record Pool(
    @JsonPropertyDescription("Connections that each server keeps open while idle.")
        @Default("2")
        @Min(2)
        @Max(200)
        int min,
    @JsonPropertyDescription(
            "Connections that each server opens at most for reading. It holds two more, one to"
                + " commit and one to listen: all servers together must stay below max_connections"
                + " of PostgreSQL.")
        @Default("10")
        @Min(2)
        @Max(200)
        int max,
    @JsonPropertyDescription(
            "Connections to leave free on the PostgreSQL server, for people and other programs."
                + " Where pools and reserve exceed what it allows, servers get smaller pools, and"
                + " the condition CapacityOK says so.")
        @Default("5")
        @Min(0)
        @Max(10000)
        int reserve) {}
