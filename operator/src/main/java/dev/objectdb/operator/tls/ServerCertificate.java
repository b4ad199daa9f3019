package dev.objectdb.operator.tls;

import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;

/**
 * What servers show to clients: a certificate, whose key they have, with its issuers after it.
 *
 * @param chain the servers' own first
 */
public record ServerCertificate(List<X509Certificate> chain) {
  /** The ending of a certificate is told so long before, or a sixth of its life before. */
  private static final Duration SOON = Duration.ofDays(14);

  private static final int SOON_PART = 6;

  /** The kind of a name that is a DNS name, RFC 5280 section 4.2.1.6. */
  private static final int DNS_NAME = 2;

  public ServerCertificate {
    chain = List.copyOf(chain);
  }

  /**
   * Reads certificates, the servers' first.
   *
   * @throws BadPemException if there is none
   */
  public static ServerCertificate read(String certificates) throws BadPemException {
    return new ServerCertificate(Pem.certificates(certificates));
  }

  /**
   * Returns whether a text holds the key.
   *
   * @throws BadPemException if it holds none
   */
  public boolean isOfKey(String key) throws BadPemException {
    return Pem.belong(Pem.privateKey(key), own());
  }

  /** Returns from when on it holds: all of the chain. */
  public Instant notBefore() {
    return chain.stream()
        .map(certificate -> certificate.getNotBefore().toInstant())
        .max(Comparator.naturalOrder())
        .orElseThrow();
  }

  /** Returns until when it holds: all of the chain. */
  public Instant notAfter() {
    return chain.stream()
        .map(certificate -> certificate.getNotAfter().toInstant())
        .min(Comparator.naturalOrder())
        .orElseThrow();
  }

  /** Returns whether it should have been renewed by now. */
  public boolean endsSoon(Instant now) {
    Duration sixth = life().dividedBy(SOON_PART);
    return now.isAfter(notAfter().minus(sixth.compareTo(SOON) < 0 ? sixth : SOON));
  }

  /** Returns how long it holds from its beginning on. */
  Duration life() {
    return Duration.between(notBefore(), notAfter());
  }

  /** Returns the names of servers that it is for, sorted. */
  public List<String> dnsNames() {
    try {
      Collection<List<?>> names = own().getSubjectAlternativeNames();
      return names == null
          ? List.of()
          : names.stream()
              .filter(name -> name.get(0).equals(DNS_NAME))
              .map(name -> String.valueOf(name.get(1)))
              .sorted()
              .toList();
    } catch (CertificateParsingException e) {
      return List.of(); // names that cannot be read are none
    }
  }

  X509Certificate own() {
    return chain.getFirst();
  }
}
