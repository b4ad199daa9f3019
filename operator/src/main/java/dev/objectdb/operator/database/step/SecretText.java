package dev.objectdb.operator.database.step;

import dev.objectdb.operator.database.status.Reason;
import dev.objectdb.operator.database.step.StepResult.Fail;
import io.fabric8.kubernetes.api.model.Secret;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;

/** What Secrets that a resource names hold, and the words for what they lack. */
final class SecretText {
  /** The key of certificates to trust, as cert-manager and CloudNativePG write it. */
  static final String CA = "ca.crt";

  private SecretText() {}

  /** Returns the text under a key; an empty one where there is none. */
  static String of(Secret secret, String key) {
    Map<String, String> data = secret.getData();
    String encoded = data == null ? null : data.get(key);
    return encoded == null
        ? ""
        : new String(Base64.getDecoder().decode(encoded), StandardCharsets.UTF_8).stripTrailing();
  }

  /** Tells that there is no such Secret, which a field names. */
  static <T> Fail<T> notFound(String name, String field) {
    return new Fail<>(
        Reason.SecretNotFound,
        "Secret %s, which %s names, does not exist: create it, or name another"
            .formatted(name, field));
  }

  /** Tells that a key is missing or empty. */
  static <T> Fail<T> missing(String name, String key, String field) {
    return new Fail<>(
        Reason.SecretKeyMissing,
        "Secret %s has no value for key %s: add it, or name another in %s"
            .formatted(name, key, field));
  }
}
