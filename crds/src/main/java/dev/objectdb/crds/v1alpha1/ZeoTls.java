package dev.objectdb.crds.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** TLS on the connections of Python clients. */
@JsonInclude(JsonInclude.Include.NON_NULL)
@ValidationRule(
    value = "!has(self.enabled) || !self.enabled || has(self.secretRef) || has(self.selfSigned)",
    message =
        "zeo.tls.enabled needs a certificate: set zeo.tls.secretRef.name, or zeo.tls.selfSigned: {}"
            + " for one that the operator makes")
@ValidationRule(
    value = "!has(self.secretRef) || !has(self.selfSigned)",
    message = "zeo.tls takes one certificate: remove secretRef or selfSigned")
@ValidationRule(
    value =
        "!has(self.clientAuth) || self.clientAuth == 'None' || (has(self.enabled) && self.enabled)",
    message =
        "zeo.tls.clientAuth asks for certificates over TLS only: set zeo.tls.enabled, or clientAuth"
            + " to None")
@ValidationRule(
    value = "has(self.clientCASecretRef) == (has(self.clientAuth) && self.clientAuth != 'None')",
    message =
        "zeo.tls.clientAuth Optional and Require go with clientCASecretRef, which says whose"
            + " certificates are good, and None goes without: set both or neither")
public record ZeoTls(
    @JsonPropertyDescription(
            "Whether servers speak TLS, and nothing else. Servers are replaced when this changes,"
                + " and all clients have to change with them.")
        @Default("false")
        boolean enabled,
    @JsonPropertyDescription(
            "Secret of type kubernetes.io/tls, such as cert-manager makes: tls.crt and tls.key,"
                + " PEM, and where clients need it ca.crt, the certificates to trust. A renewed one"
                + " is taken without a restart.")
        @Nullable SecretName secretRef,
    @JsonPropertyDescription(
            "A certificate that the operator makes and renews, by an authority of this database"
                + " alone, whose certificate is in the connection ConfigMap.")
        @Nullable SelfSigned selfSigned,
    @JsonPropertyDescription(
            "Whether clients show certificates: None does not ask, Optional looks at those that are"
                + " shown, Require serves nobody without.")
        @Default("None")
        ClientAuth clientAuth,
    @JsonPropertyDescription(
            "Secret whose key ca.crt holds the certificates, PEM, by whose issuers clients'"
                + " certificates have to be.")
        @Nullable SecretName clientCASecretRef) {

  /**
   * Returns the name of the Secret with the servers' certificate.
   *
   * @param database name of the resource
   */
  public String certificateSecret(String database) {
    return secretRef == null ? database + "-zeo-tls" : secretRef.name();
  }

  /** A certificate of the operator's own making. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record SelfSigned(
      @JsonPropertyDescription(
              "Names that the certificate is for besides those of the Services, for clients"
                  + " outside. Example: [zodb.example.com].")
          @Size(max = 16)
          @ValidationRule(
              value =
                  "self.all(it, it.size() <= 253 &&"
                      + " it.matches('^([*][.])?[a-z0-9]([-a-z0-9]*[a-z0-9])?"
                      + "([.][a-z0-9]([-a-z0-9]*[a-z0-9])?)*$'))",
              message =
                  "zeo.tls.selfSigned.dnsNames: each is a host name in lower case: write it as in"
                      + " zodb.example.com")
          @Nullable List<String> dnsNames) {}

  /** Whether clients show certificates. */
  public enum ClientAuth {
    None,
    Optional,
    Require,
  }
}
