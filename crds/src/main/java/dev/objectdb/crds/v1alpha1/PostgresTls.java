package dev.objectdb.crds.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.ValidationRule;
import org.jspecify.annotations.Nullable;

/** How connections to PostgreSQL are secured. */
@JsonInclude(JsonInclude.Include.NON_NULL)
@ValidationRule(
    value = "!has(self.caSecretRef) || (has(self.mode) && self.mode.startsWith('verify'))",
    message =
        "postgres.tls.caSecretRef is used by the modes verify-ca and verify-full only: set"
            + " postgres.tls.mode to verify-full")
public record PostgresTls(
    @JsonPropertyDescription(
            "disable, allow, prefer, require, verify-ca or verify-full, as libpq's sslmode. When"
                + " left out, it is what the URI of the Secret says, else require, and verify-full"
                + " with cnpgRef.")
        @Nullable Mode mode,
    @JsonPropertyDescription(
            "Secret whose key ca.crt holds the certificates to trust, PEM. With cnpgRef it is that"
                + " of the cluster when left out.")
        @Nullable SecretName caSecretRef) {

  /** libpq's sslmode. */
  public enum Mode {
    @JsonProperty("disable")
    DISABLE("disable"),
    @JsonProperty("allow")
    ALLOW("allow"),
    @JsonProperty("prefer")
    PREFER("prefer"),
    @JsonProperty("require")
    REQUIRE("require"),
    @JsonProperty("verify-ca")
    VERIFY_CA("verify-ca"),
    @JsonProperty("verify-full")
    VERIFY_FULL("verify-full");

    private final String word;

    Mode(String word) {
      this.word = word;
    }

    /** Returns libpq's word. */
    public String word() {
      return word;
    }
  }
}
