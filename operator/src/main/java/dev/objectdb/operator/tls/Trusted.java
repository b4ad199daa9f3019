package dev.objectdb.operator.tls;

import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;

/** Certificates by whose owners others have to be issued. */
public final class Trusted {
  private final List<X509Certificate> certificates;

  private Trusted(List<X509Certificate> certificates) {
    this.certificates = certificates;
  }

  /**
   * Reads them.
   *
   * @throws BadPemException if there is none
   */
  public static Trusted read(String certificates) throws BadPemException {
    return new Trusted(Pem.certificates(certificates));
  }

  /** Returns until when any of them holds; former ones may stand beside their successors. */
  public Instant notAfter() {
    return certificates.stream()
        .map(certificate -> certificate.getNotAfter().toInstant())
        .max(Comparator.naturalOrder())
        .orElseThrow();
  }
}
