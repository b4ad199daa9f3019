package dev.objectdb.operator.database.step;

import dev.objectdb.crds.v1alpha1.CnpgCluster;
import dev.objectdb.crds.v1alpha1.ObjectDatabase;
import dev.objectdb.crds.v1alpha1.PostgresSecret;
import dev.objectdb.crds.v1alpha1.PostgresSecret.Keys;
import dev.objectdb.crds.v1alpha1.PostgresTls;
import dev.objectdb.crds.v1alpha1.SecretName;
import dev.objectdb.operator.database.manifest.PostgresAccess;
import dev.objectdb.operator.database.manifest.PostgresServer;
import dev.objectdb.operator.database.status.Reason;
import dev.objectdb.operator.database.step.PostgresStep.Credentials;
import dev.objectdb.operator.database.step.StepResult.Done;
import dev.objectdb.operator.database.step.StepResult.Fail;
import dev.objectdb.operator.kube.Fingerprint;
import dev.objectdb.operator.kube.Secrets;
import dev.objectdb.operator.pg.PostgresAddress;
import io.fabric8.kubernetes.api.model.Secret;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Reads from Secrets where PostgreSQL is and how to log in, and says exactly what is missing. */
final class CredentialsReader {
  private final Secrets secrets;

  CredentialsReader(Secrets secrets) {
    this.secrets = secrets;
  }

  /**
   * Which Secrets.
   *
   * @param database name of the database; null for that of the Secret
   * @param tlsMode libpq's sslmode; null for that of the URI, else require
   * @param caSecret null for none
   */
  record Source(
      String secretName,
      Keys keys,
      @Nullable String database,
      @Nullable String tlsMode,
      @Nullable String caSecret) {

    static Source of(PostgresSecret declared, @Nullable PostgresTls tls) {
      return new Source(declared.name(), declared.keys(), null, mode(tls), ca(tls));
    }

    static Source of(CnpgCluster declared, @Nullable PostgresTls tls) {
      String mode = Optional.ofNullable(mode(tls)).orElse(PostgresTls.Mode.VERIFY_FULL.word());
      String ca = ca(tls);
      if (ca == null && mode.startsWith("verify")) {
        ca = declared.trustSecret();
      }
      return new Source(declared.loginSecret(), Keys.CNPG, declared.database(), mode, ca);
    }

    static Source embedded(ObjectDatabase database) {
      String disabled = PostgresTls.Mode.DISABLE.word();
      return new Source(PostgresServer.name(database), Keys.CNPG, null, disabled, null);
    }

    private static @Nullable String mode(@Nullable PostgresTls tls) {
      PostgresTls.Mode mode = tls == null ? null : tls.mode();
      return mode == null ? null : mode.word();
    }

    private static @Nullable String ca(@Nullable PostgresTls tls) {
      SecretName name = tls == null ? null : tls.caSecretRef();
      return name == null ? null : name.name();
    }
  }

  /** Reads them. */
  StepResult<Credentials> read(ObjectDatabase database, Source source) {
    String namespace = database.getMetadata().getNamespace();
    Optional<Secret> secret = secrets.read(namespace, source.secretName());
    if (secret.isEmpty()) {
      return SecretText.notFound(source.secretName(), "spec.postgres");
    }
    String ca = "";
    if (source.caSecret() != null) {
      Optional<Secret> trusted = secrets.read(namespace, source.caSecret());
      if (trusted.isEmpty()) {
        return SecretText.notFound(source.caSecret(), "spec.postgres");
      }
      ca = SecretText.of(trusted.get(), SecretText.CA);
      if (ca.isBlank()) {
        return SecretText.missing(
            source.caSecret(), SecretText.CA, "spec.postgres.tls.caSecretRef");
      }
    }
    return read(database, source, secret.get(), ca);
  }

  private static StepResult<Credentials> read(
      ObjectDatabase database, Source source, Secret secret, String ca) {
    Keys keys = source.keys();
    boolean inParts = SecretText.of(secret, keys.uri()).isBlank();
    if (inParts && SecretText.of(secret, keys.host()).isBlank()) {
      return SecretText.missing(source.secretName(), keys.uri(), "spec.postgres.secretRef.keys");
    }
    if (inParts && SecretText.of(secret, keys.username()).isBlank()) {
      return SecretText.missing(
          source.secretName(), keys.username(), "spec.postgres.secretRef.keys");
    }
    SortedMap<String, String> files =
        inParts ? parts(keys, secret) : new TreeMap<>(Map.of(keys.uri(), "uri"));
    String where =
        "%s of Secret %s"
            .formatted(
                inParts ? "keys " + String.join(", ", files.keySet()) : "key " + keys.uri(),
                source.secretName());
    try {
      PostgresAddress address =
          complete(
              inParts
                  ? PostgresAddress.of(parameters(files, secret))
                  : PostgresAddress.parse(SecretText.of(secret, keys.uri())),
              source);
      // With the Secret's own number, which only its readers know, so that nobody tries out URIs.
      String fingerprint =
          Fingerprint.of(secret.getMetadata().getUid(), parameters(files, secret).toString(), ca);
      PostgresAccess access =
          new PostgresAccess(
              source.secretName(),
              files,
              source.database(),
              address.sslMode(),
              source.caSecret(),
              address.place(),
              fingerprint,
              database.getSpec().pool().max(),
              "");
      PostgresAddress fromHere = address.within(database.getMetadata().getNamespace());
      return new Done<>(new Credentials(access, fromHere, ca, where));
    } catch (IllegalArgumentException e) {
      return new Fail<>(
          Reason.SecretInvalid,
          "%s: no PostgreSQL address (%s): write it as".formatted(where, e.getMessage())
              + " postgresql://user:password@host:5432/dbname");
    }
  }

  private static PostgresAddress complete(PostgresAddress address, Source source) {
    String mode = source.tlsMode();
    if (mode == null) {
      mode = address.sslMode().isEmpty() ? PostgresTls.Mode.REQUIRE.word() : address.sslMode();
    }
    PostgresAddress secured = address.with("sslmode", mode);
    return source.database() == null ? secured : secured.with("dbname", source.database());
  }

  /** The keys that are there, with the names that CloudNativePG gives them. */
  private static SortedMap<String, String> parts(Keys keys, Secret secret) {
    SortedMap<String, String> files = new TreeMap<>();
    files.put(keys.host(), "host");
    files.put(keys.port(), "port");
    files.put(keys.dbname(), "dbname");
    files.put(keys.username(), "username");
    files.put(keys.password(), "password");
    files.keySet().removeIf(key -> SecretText.of(secret, key).isBlank());
    return files;
  }

  /** Values by libpq's names. */
  private static SortedMap<String, String> parameters(
      SortedMap<String, String> files, Secret secret) {
    SortedMap<String, String> parameters = new TreeMap<>();
    files.forEach(
        (key, file) ->
            parameters.put(file.equals("username") ? "user" : file, SecretText.of(secret, key)));
    return parameters;
  }
}
