package dev.objectdb.operator.tls;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.List;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.openssl.PEMEncryptedKeyPair;
import org.bouncycastle.openssl.PEMKeyPair;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.pkcs.PKCS8EncryptedPrivateKeyInfo;

/** The text form of certificates and keys: RFC 7468, and for keys its forerunners of OpenSSL. */
final class Pem {
  private static final int LINE = 64;

  private Pem() {}

  /**
   * Reads all certificates of a text.
   *
   * @throws BadPemException if there is none, or one that cannot be read
   */
  static List<X509Certificate> certificates(String text) throws BadPemException {
    try {
      List<X509Certificate> certificates =
          CertificateFactory.getInstance("X.509")
              .generateCertificates(
                  new ByteArrayInputStream(text.getBytes(StandardCharsets.US_ASCII)))
              .stream()
              .map(X509Certificate.class::cast)
              .toList();
      if (certificates.isEmpty()) {
        throw new BadPemException("holds no certificate in PEM");
      }
      return certificates;
    } catch (CertificateException e) {
      throw new BadPemException("holds no certificate in PEM", e);
    }
  }

  /**
   * Reads the first key of a text: PKCS#8, PKCS#1 or SEC1, without a password.
   *
   * @throws BadPemException if there is none
   */
  static PrivateKey privateKey(String text) throws BadPemException {
    try (PEMParser parser = new PEMParser(new StringReader(text))) {
      for (Object part = parser.readObject(); part != null; part = parser.readObject()) {
        switch (part) {
          case PEMKeyPair pair -> {
            return key(pair.getPrivateKeyInfo());
          }
          case PrivateKeyInfo info -> {
            return key(info);
          }
          case PEMEncryptedKeyPair _, PKCS8EncryptedPrivateKeyInfo _ ->
              throw new BadPemException("holds a key with a password, which nobody could enter");
          default -> {} // parameters of a curve stand before its key
        }
      }
    } catch (IOException | GeneralSecurityException | RuntimeException e) {
      throw new BadPemException("holds no private key in PEM", e);
    }
    throw new BadPemException("holds no private key in PEM");
  }

  /** By the JDK, which knows each kind of key by the number that stands before it. */
  private static PrivateKey key(PrivateKeyInfo info) throws IOException, GeneralSecurityException {
    return KeyFactory.getInstance(info.getPrivateKeyAlgorithm().getAlgorithm().getId())
        .generatePrivate(new PKCS8EncodedKeySpec(info.getEncoded()));
  }

  /** Returns whether a certificate is that of a key. */
  static boolean belong(PrivateKey key, X509Certificate certificate) throws BadPemException {
    byte[] anything = "anything".getBytes(StandardCharsets.US_ASCII);
    try {
      Signature signature = Signature.getInstance(signatureOf(key));
      signature.initSign(key);
      signature.update(anything);
      byte[] signed = signature.sign();
      if (!certificate.getPublicKey().getAlgorithm().equals(key.getAlgorithm())) {
        return false;
      }
      signature.initVerify(certificate.getPublicKey());
      signature.update(anything);
      return signature.verify(signed);
    } catch (GeneralSecurityException e) {
      throw new BadPemException("holds a key that cannot sign", e);
    }
  }

  private static String signatureOf(PrivateKey key) throws BadPemException {
    return switch (key.getAlgorithm()) {
      case "RSA" -> "SHA256withRSA";
      case "EC" -> "SHA256withECDSA";
      case "EdDSA", "Ed25519", "Ed448" -> "EdDSA";
      default -> throw new BadPemException("holds a key of a kind that TLS does not use");
    };
  }

  static String of(X509Certificate certificate) {
    try {
      return armoured("CERTIFICATE", certificate.getEncoded());
    } catch (CertificateException e) {
      throw new AssertionError("it was made or read here", e);
    }
  }

  static String of(PrivateKey key) {
    return armoured("PRIVATE KEY", key.getEncoded());
  }

  private static String armoured(String what, byte[] content) {
    return "-----BEGIN %s-----%n%s%n-----END %s-----%n"
        .formatted(
            what, Base64.getMimeEncoder(LINE, new byte[] {'\n'}).encodeToString(content), what);
  }
}
