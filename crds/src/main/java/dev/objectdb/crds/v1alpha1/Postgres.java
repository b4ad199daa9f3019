package dev.objectdb.crds.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import org.jspecify.annotations.Nullable;

/**
 * Where the objects are; exactly one of {@code secretRef}, {@code cnpgRef} and {@code embedded} is
 * there.
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
@ValidationRule(
    value = "[has(self.secretRef), has(self.cnpgRef), has(self.embedded)].filter(x, x).size() == 1",
    message =
        "postgres needs exactly one of secretRef, cnpgRef and embedded: set secretRef.name for a"
            + " server of your own, cnpgRef.name for a cluster of CloudNativePG, or embedded: {} to"
            + " try things out")
@ValidationRule(
    value =
        "has(self.embedded) == has(oldSelf.embedded) && has(self.cnpgRef) == has(oldSelf.cnpgRef)",
    message =
        "postgres cannot move between secretRef, cnpgRef and embedded, which would start with an"
            + " empty database: create a second ObjectDatabase and copy the transactions into it")
@ValidationRule(
    value = "!has(self.embedded) || !has(self.tls)",
    message = "postgres.embedded speaks no TLS, for development: remove postgres.tls")
@ValidationRule(
    value =
        "!has(self.secretRef) || !has(self.tls) || !has(self.tls.mode)"
            + " || !self.tls.mode.startsWith('verify') || has(self.tls.caSecretRef)",
    message =
        "postgres.tls.mode verify-ca and verify-full need something to verify with: name a Secret"
            + " with a ca.crt in postgres.tls.caSecretRef")
public record Postgres(
    @JsonPropertyDescription("A PostgreSQL server of your own, named by a Secret.")
        @Nullable PostgresSecret secretRef,
    @JsonPropertyDescription("A cluster of CloudNativePG, in the same namespace.")
        @Nullable CnpgCluster cnpgRef,
    @JsonPropertyDescription(
            "A single PostgreSQL server that the operator runs beside the servers. For development"
                + " only: it has no replica and no backup.")
        @Nullable EmbeddedPostgres embedded,
    @JsonPropertyDescription(
            "SQL schema of the tables; several databases may share one PostgreSQL database, each"
                + " in its own schema.")
        @Default("public")
        @Size(min = 1, max = 63)
        @Pattern("^[a-z_][a-z0-9_]*$")
        @ValidationRule(
            value = "self == oldSelf",
            message =
                "postgres.schema cannot be changed, the objects would stay behind: create a second"
                    + " ObjectDatabase with the other schema")
        @ValidationRule(
            value = "!self.startsWith('pg_') && self != 'information_schema'",
            message = "postgres.schema must not be one of PostgreSQL's own: choose another name")
        String schema,
    @JsonPropertyDescription("How connections to PostgreSQL are secured.")
        @Nullable PostgresTls tls,
    @JsonPropertyDescription(
            "How long one statement of a reader may take in PostgreSQL. Example: 60s.")
        @Default("60s")
        @Size(max = 12)
        @Pattern(ObjectDatabaseSpec.DURATION)
        @ValidationRule(
            value = "duration(self) >= duration('1s') && duration(self) <= duration('1h')",
            message = "postgres.statementTimeout must be between 1s and 1h: set it to about 60s")
        String statementTimeout,
    @JsonPropertyDescription(
            "How long a statement of a reader may wait for a lock in PostgreSQL. Example: 5s.")
        @Default("5s")
        @Size(max = 12)
        @Pattern(ObjectDatabaseSpec.DURATION)
        @ValidationRule(
            value = "duration(self) >= duration('1s') && duration(self) <= duration('1h')",
            message = "postgres.lockTimeout must be between 1s and 1h: set it to about 5s")
        String lockTimeout,
    @JsonPropertyDescription(
            "What to do about columns that another program, such as a catalog, added to the table"
                + " object_state: they go stale when objects are written here. Refuse serves"
                + " nothing until they are gone; Keep leaves them as they are.")
        @Default("Refuse")
        ForeignColumns foreignColumns) {}
