package dev.objectdb.operator.tls;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.InvalidAlgorithmParameterException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.CertIOException;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/**
 * An authority of one database alone. Its certificate is renewed with the same key and the same
 * name, so all that it issued stays good for whoever trusts the former one; clients have years to
 * take the new one.
 *
 * <p>Strict readers, as Python's {@code VERIFY_X509_STRICT}, want every extension that is here.
 */
public final class Authority {
  private static final Duration LIFE = Duration.ofDays(3653);
  private static final Duration ISSUED_LIFE = Duration.ofDays(90);

  /** Clocks of clients may be behind. */
  private static final Duration BEFORE = Duration.ofHours(1);

  private static final int SERIAL_BITS = 127;

  private final X509Certificate certificate;
  private final PrivateKey key;

  /**
   * Texts, PEM.
   *
   * @param key of the certificate, which nobody but servers may see
   */
  public record Issued(String certificate, String key) {}

  private Authority(X509Certificate certificate, PrivateKey key) {
    this.certificate = certificate;
    this.key = key;
  }

  /** Makes one, named after a database. */
  public static Authority create(String namespace, String database, Instant now) {
    X500Name name =
        new X500NameBuilder(BCStyle.INSTANCE)
            .addRDN(BCStyle.O, namespace)
            .addRDN(BCStyle.CN, database + " authority")
            .build();
    KeyPair pair = newPair();
    return new Authority(
        ofItself(name, pair.getPublic(), pair.getPrivate(), now), pair.getPrivate());
  }

  /**
   * Reads what {@link #texts} wrote.
   *
   * @throws BadPemException if it is not that
   */
  public static Authority read(Issued texts) throws BadPemException {
    X509Certificate certificate = Pem.certificates(texts.certificate()).getFirst();
    PrivateKey key = Pem.privateKey(texts.key());
    if (!Pem.belong(key, certificate)) {
      throw new BadPemException("holds another certificate's key");
    }
    return new Authority(certificate, key);
  }

  /** Returns its certificate, and the key with which it issues others. */
  public Issued texts() {
    return new Issued(Pem.of(certificate), Pem.of(key));
  }

  /** Returns whether half of its life is over. */
  public boolean isDue(Instant now) {
    return now.plus(LIFE.dividedBy(2)).isAfter(certificate.getNotAfter().toInstant());
  }

  /** Returns the same authority with a certificate that begins now. */
  public Authority renewed(Instant now) {
    return new Authority(ofItself(name(certificate), certificate.getPublicKey(), key, now), key);
  }

  /** Issues a certificate for servers of these names, with a new key. */
  public Issued issue(List<String> dnsNames, Instant now) {
    KeyPair pair = newPair();
    X500Name subject =
        new X500NameBuilder(BCStyle.INSTANCE).addRDN(BCStyle.CN, "objectdb server").build();
    X509v3CertificateBuilder builder =
        builder(name(certificate), subject, pair.getPublic(), now, ISSUED_LIFE);
    try {
      GeneralName[] names =
          dnsNames.stream()
              .map(name -> new GeneralName(GeneralName.dNSName, name))
              .toArray(GeneralName[]::new);
      builder
          .addExtension(Extension.basicConstraints, true, new BasicConstraints(false))
          .addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature))
          .addExtension(
              Extension.extendedKeyUsage,
              false,
              new ExtendedKeyUsage(KeyPurposeId.id_kp_serverAuth))
          .addExtension(Extension.subjectAlternativeName, false, new GeneralNames(names));
      return new Issued(
          Pem.of(signed(builder, certificate.getPublicKey(), key)), Pem.of(pair.getPrivate()));
    } catch (CertIOException e) {
      throw new AssertionError("names and flags can be encoded", e);
    }
  }

  /** Returns whether it issued this one, which holds for at least a third of its life and names. */
  public boolean standsBehind(ServerCertificate issued, List<String> dnsNames, Instant now) {
    try {
      issued.own().verify(certificate.getPublicKey());
    } catch (GeneralSecurityException e) {
      return false;
    }
    return now.plus(issued.life().dividedBy(3)).isBefore(issued.notAfter())
        && issued.dnsNames().equals(dnsNames.stream().sorted().toList());
  }

  private static X509Certificate ofItself(
      X500Name name, PublicKey own, PrivateKey key, Instant now) {
    X509v3CertificateBuilder builder = builder(name, name, own, now, LIFE);
    try {
      builder
          .addExtension(Extension.basicConstraints, true, new BasicConstraints(0))
          .addExtension(
              Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign));
    } catch (CertIOException e) {
      throw new AssertionError("flags can be encoded", e);
    }
    return signed(builder, own, key);
  }

  private static X509v3CertificateBuilder builder(
      X500Name issuer, X500Name subject, PublicKey own, Instant now, Duration life) {
    X509v3CertificateBuilder builder =
        new JcaX509v3CertificateBuilder(
            issuer,
            new BigInteger(SERIAL_BITS, new SecureRandom()).setBit(0),
            Date.from(now.minus(BEFORE)),
            Date.from(now.plus(life)),
            subject,
            own);
    try {
      return builder.addExtension(
          Extension.subjectKeyIdentifier,
          false,
          new JcaX509ExtensionUtils().createSubjectKeyIdentifier(own));
    } catch (CertIOException | NoSuchAlgorithmException e) {
      throw new AssertionError("every Java has SHA-1", e);
    }
  }

  private static X509Certificate signed(
      X509v3CertificateBuilder builder, PublicKey issuer, PrivateKey key) {
    try {
      builder.addExtension(
          Extension.authorityKeyIdentifier,
          false,
          new JcaX509ExtensionUtils().createAuthorityKeyIdentifier(issuer));
      return new JcaX509CertificateConverter()
          .getCertificate(builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(key)));
    } catch (CertIOException
        | NoSuchAlgorithmException
        | OperatorCreationException
        | CertificateException e) {
      throw new AssertionError("every Java has P-256 and SHA-256", e);
    }
  }

  private static X500Name name(X509Certificate of) {
    return X500Name.getInstance(of.getSubjectX500Principal().getEncoded());
  }

  private static KeyPair newPair() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"));
      return generator.generateKeyPair();
    } catch (NoSuchAlgorithmException | InvalidAlgorithmParameterException e) {
      throw new AssertionError("every Java has P-256", e);
    }
  }
}
