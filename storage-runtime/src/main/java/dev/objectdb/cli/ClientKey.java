package dev.objectdb.cli;

import io.fabric8.kubernetes.client.Config;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyFactory;
import java.security.NoSuchAlgorithmException;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The private key of a kubeconfig. The client of the cluster takes one in the form PKCS #8, which
 * does not name its algorithm in its first line, for one of RSA unless it is told.
 */
final class ClientKey {
  private static final Pattern PKCS8 =
      Pattern.compile("-----BEGIN PRIVATE KEY-----(.+?)-----END PRIVATE KEY-----", Pattern.DOTALL);
  private static final String ELLIPTIC = "EC";

  private ClientKey() {}

  /**
   * Tells a configuration the algorithm of its own key.
   *
   * @throws CommandFailure if the key cannot be read
   */
  static Config told(Config config) {
    Matcher key = PKCS8.matcher(text(config));
    if (key.find() && isElliptic(key.group(1))) {
      config.setClientKeyAlgo(ELLIPTIC);
    }
    return config;
  }

  private static String text(Config config) {
    String data = config.getClientKeyData();
    String file = config.getClientKeyFile();
    try {
      if (data != null) {
        return new String(Base64.getMimeDecoder().decode(data), StandardCharsets.UTF_8);
      }
      return file == null ? "" : Files.readString(Path.of(file));
    } catch (IOException | IllegalArgumentException e) {
      throw new CommandFailure(
          "the client's key that your kubeconfig names cannot be read: " + e.getMessage());
    }
  }

  private static boolean isElliptic(String base64) {
    try {
      KeyFactory factory = KeyFactory.getInstance(ELLIPTIC);
      factory.generatePrivate(new PKCS8EncodedKeySpec(Base64.getMimeDecoder().decode(base64)));
      return true;
    } catch (InvalidKeySpecException e) {
      return false;
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has it", e);
    }
  }
}
