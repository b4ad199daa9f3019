package dev.objectdb.crds.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;

/** The ZEO endpoint, the same at every server. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Zeo(
    @JsonPropertyDescription("TCP port of the servers and of the Service.")
        @Default("8100")
        @Min(1024)
        @Max(65535)
        int port,
    @JsonPropertyDescription(
            "Refuses every write, for maintenance. Clients that ask for a read-only fallback go on"
                + " reading.")
        @Default("false")
        boolean readOnly,
    @JsonPropertyDescription(
            "How long a client may keep the commit lock between its vote and its finish before it"
                + " is cut off. Example: 10s.")
        @Default("10s")
        @Size(max = 12)
        @Pattern(ObjectDatabaseSpec.DURATION)
        @ValidationRule(
            value = "duration(self) >= duration('1s') && duration(self) <= duration('1h')",
            message = "zeo.transactionTimeout must be between 1s and 1h: set it to about 10s")
        String transactionTimeout,
    @JsonPropertyDescription("Client connections that each server accepts; more are refused.")
        @Default("1000")
        @Min(1)
        @Max(100000)
        int maxConnections,
    @JsonPropertyDescription(
            "Moves client connections that are older, give or take a tenth, to any server, between"
                + " two of their transactions: connections of clients never spread by themselves"
                + " over servers that were added later. 0s leaves them alone. Example: 6h.")
        @Default("0s")
        @Size(max = 12)
        @Pattern(ObjectDatabaseSpec.DURATION)
        @ValidationRule(
            value = "duration(self) == duration('0s') || duration(self) >= duration('1m')",
            message =
                "zeo.maxConnectionAge must be 0s or at least 1m: set it to some hours, as in 6h")
        String maxConnectionAge,
    @JsonPropertyDescription(
            "How long a server that ends lets open transactions go on. A pod gets"
                + " podTemplate.terminationGracePeriodSeconds in all. Example: 30s.")
        @Default("30s")
        @Size(max = 12)
        @Pattern(ObjectDatabaseSpec.DURATION)
        @ValidationRule(
            value = "duration(self) <= duration('1h')",
            message = "zeo.drainTimeout must be at most 1h: set it to about 30s")
        String drainTimeout,
    @JsonPropertyDescription("TLS on the connections of Python clients.") @Default("{}") ZeoTls tls,
    @JsonPropertyDescription("The Service that Python clients connect to.") @Default("{}")
        ClientService service,
    @JsonPropertyDescription(
            "Who may talk to servers. It takes a network that enforces NetworkPolicies.")
        @Default("{}")
        ZeoNetworkPolicy networkPolicy) {}
