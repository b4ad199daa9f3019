package dev.objectdb.operator.database.step;

import dev.objectdb.crds.v1alpha1.ObjectDatabase;
import dev.objectdb.crds.v1alpha1.ObjectDatabaseStatus.Certificate;
import dev.objectdb.crds.v1alpha1.SecretName;
import dev.objectdb.crds.v1alpha1.ZeoTls;
import dev.objectdb.operator.database.manifest.ZeoTlsFiles;
import dev.objectdb.operator.database.status.ConditionType;
import dev.objectdb.operator.database.status.Reason;
import dev.objectdb.operator.database.step.StepResult.Done;
import dev.objectdb.operator.database.step.StepResult.Fail;
import dev.objectdb.operator.database.step.StepResult.Hold;
import dev.objectdb.operator.database.step.StepResult.Wait;
import dev.objectdb.operator.kube.Secrets;
import dev.objectdb.operator.tls.BadPemException;
import dev.objectdb.operator.tls.ServerCertificate;
import dev.objectdb.operator.tls.Trusted;
import io.fabric8.kubernetes.api.model.Secret;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Where servers speak TLS: their certificate is there, with its key, and holds; and so do the
 * certificates that clients' ones are judged by. Servers that would start with less would not
 * start, so none is changed before it is so.
 */
public final class CertificatesStep {
  private static final String SERVER_FIELD = "spec.zeo.tls.secretRef";
  private static final String CLIENT_FIELD = "spec.zeo.tls.clientCASecretRef";

  private final Secrets secrets;
  private final SelfSigned selfSigned;
  private final Clock clock;

  public CertificatesStep(Secrets secrets, Clock clock) {
    this.secrets = secrets;
    this.selfSigned = new SelfSigned(secrets, clock);
    this.clock = clock;
  }

  /**
   * Looks at the certificates, and makes those that are the operator's own.
   *
   * @return certificates that clients have to trust, PEM; empty where the servers' Secret tells
   *     none
   */
  public StepResult<String> run(Pass pass) {
    if (!pass.database().getSpec().zeo().tls().enabled()) {
      return new Done<>("");
    }
    Look look = new Look(pass.database());
    StepResult<String> result = look.result();
    pass.found().tellCertificates(look.seen, look.names);
    switch (result) {
      case Done<String> _ -> {
        String message = "the certificate in Secret %s holds".formatted(look.serverSecret);
        pass.found().tell(ConditionType.CertificatesValid, true, Reason.CertificateValid, message);
        look.advice.forEach(advice -> pass.found().advise(Reason.ExpiresSoon, advice));
      }
      case Wait<String>(Reason reason, String message) ->
          pass.found().tell(ConditionType.CertificatesValid, false, reason, message);
      case Hold<String>(Reason reason, String message) ->
          pass.found().tell(ConditionType.CertificatesValid, false, reason, message);
      case Fail<String>(Reason reason, String message) ->
          pass.found().tell(ConditionType.CertificatesValid, false, reason, message);
    }
    return result;
  }

  /** One look at one database. */
  private final class Look {
    private final ObjectDatabase database;
    private final String namespace;
    private final String serverSecret;
    private final Instant now = clock.instant();
    private final List<Certificate> seen = new ArrayList<>();
    private final List<String> advice = new ArrayList<>();
    private List<String> names = List.of();

    Look(ObjectDatabase database) {
      this.database = database;
      this.namespace = database.getMetadata().getNamespace();
      this.serverSecret = ZeoTlsFiles.secretName(database);
    }

    StepResult<String> result() {
      return clients().then(_ -> server());
    }

    private StepResult<String> server() {
      ZeoTls tls = database.getSpec().zeo().tls();
      if (tls.secretRef() != null) {
        return secrets
            .read(namespace, serverSecret)
            .map(this::judged)
            .orElseGet(() -> SecretText.notFound(serverSecret, SERVER_FIELD));
      }
      return selfSigned.secret(database).then(this::judged);
    }

    private StepResult<String> judged(Secret secret) {
      for (String key : List.of(ZeoTlsFiles.CERTIFICATE, ZeoTlsFiles.KEY)) {
        if (SecretText.of(secret, key).isBlank()) {
          return SecretText.missing(serverSecret, key, SERVER_FIELD);
        }
      }
      ServerCertificate certificate;
      try {
        certificate = ServerCertificate.read(SecretText.of(secret, ZeoTlsFiles.CERTIFICATE));
      } catch (BadPemException e) {
        return invalid(ZeoTlsFiles.CERTIFICATE, serverSecret, e.what());
      }
      names = certificate.dnsNames();
      tell(serverSecret, certificate.notAfter());
      try {
        if (!certificate.isOfKey(SecretText.of(secret, ZeoTlsFiles.KEY))) {
          return invalid(
              ZeoTlsFiles.KEY, serverSecret, "is not the key of the first certificate in tls.crt");
        }
      } catch (BadPemException e) {
        return invalid(ZeoTlsFiles.KEY, serverSecret, e.what());
      }
      if (now.isBefore(certificate.notBefore())) {
        return invalid(
            ZeoTlsFiles.CERTIFICATE, serverSecret, "holds only from " + certificate.notBefore());
      }
      if (now.isAfter(certificate.notAfter())) {
        return expired(ZeoTlsFiles.CERTIFICATE, serverSecret, certificate.notAfter());
      }
      if (certificate.endsSoon(now)) {
        advice.add(
            "the certificate in key %s of Secret %s ends at %s: renew it"
                .formatted(ZeoTlsFiles.CERTIFICATE, serverSecret, certificate.notAfter()));
      }
      return trusted(secret);
    }

    /** Clients are told the issuer if the Secret has one, and need none that everybody trusts. */
    private StepResult<String> trusted(Secret secret) {
      String trusted = SecretText.of(secret, ZeoTlsFiles.TRUSTED);
      try {
        if (!trusted.isBlank()) {
          Trusted.read(trusted);
        }
        return new Done<>(trusted);
      } catch (BadPemException e) {
        return invalid(ZeoTlsFiles.TRUSTED, serverSecret, e.what());
      }
    }

    /** What clients' certificates are judged by. */
    private StepResult<String> clients() {
      SecretName reference = database.getSpec().zeo().tls().clientCASecretRef();
      if (reference == null) {
        return new Done<>("");
      }
      Optional<Secret> secret = secrets.read(namespace, reference.name());
      if (secret.isEmpty()) {
        return SecretText.notFound(reference.name(), CLIENT_FIELD);
      }
      String text = SecretText.of(secret.get(), ZeoTlsFiles.TRUSTED);
      if (text.isBlank()) {
        return SecretText.missing(reference.name(), ZeoTlsFiles.TRUSTED, CLIENT_FIELD);
      }
      try {
        Instant notAfter = Trusted.read(text).notAfter();
        tell(reference.name(), notAfter);
        return now.isAfter(notAfter)
            ? expired(ZeoTlsFiles.TRUSTED, reference.name(), notAfter)
            : new Done<>(text);
      } catch (BadPemException e) {
        return invalid(ZeoTlsFiles.TRUSTED, reference.name(), e.what());
      }
    }

    private void tell(String name, Instant notAfter) {
      seen.add(new Certificate(name, notAfter.toString()));
    }
  }

  private static Fail<String> invalid(String key, String secret, String what) {
    return new Fail<>(
        Reason.CertificateInvalid,
        "key %s of Secret %s %s: correct it".formatted(key, secret, what));
  }

  private static Fail<String> expired(String key, String secret, Instant notAfter) {
    return new Fail<>(
        Reason.CertificateExpired,
        "key %s of Secret %s ended at %s: renew it".formatted(key, secret, notAfter));
  }
}
