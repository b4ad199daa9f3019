package dev.objectdb.crds.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;

/** Bounds of the pool of PostgreSQL connections that each server reads with. */
@JsonInclude(JsonInclude.Include.NON_NULL)
@ValidationRule(
    // The API server checks the default of the pool itself, {}, before it fills in those below.
    value = "!has(self.min) || !has(self.max) || self.min <= self.max",
    message = "pool.min must not exceed pool.max: raise pool.max or lower pool.min")
@ValidationRule(
    value =
        "!has(self.idleTimeout) || !has(self.maxLifetime)"
            + " || duration(self.idleTimeout) < duration(self.maxLifetime)",
    message =
        "pool.idleTimeout must be below pool.maxLifetime: raise pool.maxLifetime or lower"
            + " pool.idleTimeout")
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
    @JsonPropertyDescription("How long a read waits for a free connection. Example: 30s.")
        @Default("30s")
        @Size(max = 12)
        @Pattern(ObjectDatabaseSpec.DURATION)
        @ValidationRule(
            value = "duration(self) >= duration('1s') && duration(self) <= duration('1h')",
            message = "pool.acquireTimeout must be between 1s and 1h: set it to about 30s")
        String acquireTimeout,
    @JsonPropertyDescription(
            "How old a connection gets before another one replaces it. Example: 30m.")
        @Default("30m")
        @Size(max = 12)
        @Pattern(ObjectDatabaseSpec.DURATION)
        @ValidationRule(
            value = "duration(self) >= duration('2m') && duration(self) <= duration('24h')",
            message = "pool.maxLifetime must be between 2m and 24h: set it to about 30m")
        String maxLifetime,
    @JsonPropertyDescription(
            "How long a connection beyond pool.min stays open while nobody uses it. Example: 10m.")
        @Default("10m")
        @Size(max = 12)
        @Pattern(ObjectDatabaseSpec.DURATION)
        @ValidationRule(
            value = "duration(self) >= duration('10s') && duration(self) <= duration('24h')",
            message = "pool.idleTimeout must be between 10s and 24h: set it to about 10m")
        String idleTimeout,
    @JsonPropertyDescription(
            "Connections to leave free on the PostgreSQL server, for people and other programs."
                + " Where pools and reserve exceed what it allows, servers get smaller pools, and"
                + " the condition CapacityOK says so.")
        @Default("5")
        @Min(0)
        @Max(10000)
        int reserve) {}
