package dev.objectdb.crds.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import org.jspecify.annotations.Nullable;

/** Where the objects are; exactly one of {@code secretRef} and {@code embedded} is there. */
@JsonInclude(JsonInclude.Include.NON_NULL)
@ValidationRule(
    value = "has(self.secretRef) != has(self.embedded)",
    message =
        "postgres needs exactly one of secretRef and embedded: set secretRef.name for a server of"
            + " your own, or embedded: {} to try things out")
@ValidationRule(
    value = "has(self.embedded) == has(oldSelf.embedded)",
    message =
        "postgres cannot move between secretRef and embedded, which would start with an empty"
            + " database: create a second ObjectDatabase and copy the transactions into it")
public record Postgres(
    @JsonPropertyDescription("A PostgreSQL server of your own, named by a Secret.")
        @Nullable PostgresSecret secretRef,
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
        String schema) {}
