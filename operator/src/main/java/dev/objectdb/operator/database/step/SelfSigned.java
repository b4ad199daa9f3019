package dev.objectdb.operator.database.step;

import dev.objectdb.crds.v1alpha1.ObjectDatabase;
import dev.objectdb.operator.database.manifest.ZeoTlsFiles;
import dev.objectdb.operator.database.status.Reason;
import dev.objectdb.operator.database.step.StepResult.Done;
import dev.objectdb.operator.database.step.StepResult.Fail;
import dev.objectdb.operator.kube.ApiErrors;
import dev.objectdb.operator.kube.Secrets;
import dev.objectdb.operator.tls.Authority;
import dev.objectdb.operator.tls.Authority.Issued;
import dev.objectdb.operator.tls.BadPemException;
import dev.objectdb.operator.tls.ServerCertificate;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Certificates of the operator's own making, in two Secrets: that of the authority, which only the
 * operator reads, and that of the servers. Each is written when its time has come and else left
 * alone; who comes second of two operators takes what the first wrote.
 *
 * <p>Both go with the database, and not before: whoever turns TLS off and on again is trusted by
 * the same clients.
 */
final class SelfSigned {
  private static final Logger LOG = LoggerFactory.getLogger(SelfSigned.class);

  private final Secrets secrets;
  private final Clock clock;

  SelfSigned(Secrets secrets, Clock clock) {
    this.secrets = secrets;
    this.clock = clock;
  }

  /** Returns the servers' Secret, made or renewed if it has to be. */
  StepResult<Secret> secret(ObjectDatabase database) {
    Instant now = clock.instant();
    Authority authority;
    try {
      authority = authority(database, now);
    } catch (BadPemException e) {
      String name = ZeoTlsFiles.authorityName(database);
      return new Fail<>(
          Reason.CertificateInvalid,
          ("Secret %s %s: restore it, or delete it for another authority, which all clients have to"
                  + " be told of")
              .formatted(name, e.what()));
    }
    String name = ZeoTlsFiles.secretName(database);
    List<String> names = ZeoTlsFiles.dnsNames(database);
    Optional<Secret> live = read(database, name);
    String trusted = authority.texts().certificate();
    if (live.isPresent() && isFine(live.get(), authority, names, now)) {
      return new Done<>(live.get());
    }
    Issued issued = authority.issue(names, now);
    return new Done<>(
        written(
            ZeoTlsFiles.secret(
                database,
                name,
                Map.of(
                    ZeoTlsFiles.CERTIFICATE, issued.certificate(),
                    ZeoTlsFiles.KEY, issued.key(),
                    ZeoTlsFiles.TRUSTED, trusted)),
            live));
  }

  /** What cannot be renewed today is used as long as it holds, which the step judges. */
  private Secret written(Secret desired, Optional<Secret> live) {
    try {
      return secrets.write(desired, live);
    } catch (KubernetesClientException e) {
      LOG.atWarn()
          .addKeyValue("secret", desired.getMetadata().getName())
          .addKeyValue("why", ApiErrors.text(e))
          .log("a certificate is due and could not be written");
      return live.orElseThrow(() -> e);
    }
  }

  private static boolean isFine(Secret live, Authority authority, List<String> names, Instant now) {
    try {
      ServerCertificate certificate =
          ServerCertificate.read(SecretText.of(live, ZeoTlsFiles.CERTIFICATE));
      return certificate.isOfKey(SecretText.of(live, ZeoTlsFiles.KEY))
          && authority.standsBehind(certificate, names, now)
          && SecretText.of(live, ZeoTlsFiles.TRUSTED)
              .equals(authority.texts().certificate().strip());
    } catch (BadPemException e) {
      return false; // somebody wrote into it
    }
  }

  private Authority authority(ObjectDatabase database, Instant now) throws BadPemException {
    String name = ZeoTlsFiles.authorityName(database);
    Optional<Secret> live = read(database, name);
    Authority authority =
        live.isPresent()
            ? read(live.get())
            : Authority.create(
                database.getMetadata().getNamespace(), database.getMetadata().getName(), now);
    if (live.isPresent() && !authority.isDue(now)) {
      return authority;
    }
    Issued texts = (live.isPresent() ? authority.renewed(now) : authority).texts();
    return read(
        written(
            ZeoTlsFiles.secret(
                database,
                name,
                Map.of(ZeoTlsFiles.CERTIFICATE, texts.certificate(), ZeoTlsFiles.KEY, texts.key())),
            live));
  }

  private Optional<Secret> read(ObjectDatabase database, String name) {
    return secrets.readOwn(
        database.getMetadata().getNamespace(), name, database.getMetadata().getUid());
  }

  private static Authority read(Secret secret) throws BadPemException {
    return Authority.read(
        new Issued(
            SecretText.of(secret, ZeoTlsFiles.CERTIFICATE),
            SecretText.of(secret, ZeoTlsFiles.KEY)));
  }
}
