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
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Reads from Secrets where PostgreSQL is and how to log in, and says exactly what is missing. */
final class CredentialsReader {
  /** The key of the certificates to trust, as cert-manager and CloudNativePG write it. */
  private static final String CA = "ca.crt";

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
        ca = declared.name() + "-ca";
      }
      return new Source(declared.name() + "-app", Keys.CNPG, declared.database(), mode, ca);
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
      return notFound(source.secretName());
    }
    String ca = "";
    if (source.caSecret() != null) {
      Optional<Secret> trusted = secrets.read(namespace, source.caSecret());
      if (trusted.isEmpty()) {
        return notFound(source.caSecret());
      }
      ca = value(trusted.get(), CA);
      if (ca.isBlank()) {
        return missing(source.caSecret(), CA, "spec.postgres.tls.caSecretRef");
      }
    }
    return read(database, source, secret.get(), ca);
  }

  private static StepResult<Credentials> read(
      ObjectDatabase database, Source source, Secret secret, String ca) {
    Keys keys = source.keys();
    boolean inParts = value(secret, keys.uri()).isBlank();
    if (inParts && value(secret, keys.host()).isBlank()) {
      return missing(source.secretName(), keys.uri(), "spec.postgres.secretRef.keys");
    }
    if (inParts && value(secret, keys.username()).isBlank()) {
      return missing(source.secretName(), keys.username(), "spec.postgres.secretRef.keys");
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
              (inParts
                      ? PostgresAddress.of(parameters(files, secret))
                      : PostgresAddress.parse(value(secret, keys.uri())))
                  .within(database.getMetadata().getNamespace()),
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
              Fingerprint.of(address.place()),
              fingerprint,
              database.getSpec().pool().max(),
              "");
      return new Done<>(new Credentials(access, address, ca, where));
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
    files.keySet().removeIf(key -> value(secret, key).isBlank());
    return files;
  }

  /** Values by libpq's names. */
  private static SortedMap<String, String> parameters(
      SortedMap<String, String> files, Secret secret) {
    SortedMap<String, String> parameters = new TreeMap<>();
    files.forEach(
        (key, file) -> parameters.put(file.equals("username") ? "user" : file, value(secret, key)));
    return parameters;
  }

  /** An empty text where there is none. */
  private static String value(Secret secret, String key) {
    Map<String, String> data = secret.getData();
    String encoded = data == null ? null : data.get(key);
    return encoded == null
        ? ""
        : new String(Base64.getDecoder().decode(encoded), StandardCharsets.UTF_8).stripTrailing();
  }

  private static StepResult<Credentials> notFound(String name) {
    return new Fail<>(
        Reason.SecretNotFound,
        "Secret %s, which spec.postgres names, does not exist: create it, or name another"
            .formatted(name));
  }

  private static StepResult<Credentials> missing(String name, String key, String field) {
    return new Fail<>(
        Reason.SecretKeyMissing,
        "Secret %s has no value for key %s: add it, or name another in %s"
            .formatted(name, key, field));
  }
}
