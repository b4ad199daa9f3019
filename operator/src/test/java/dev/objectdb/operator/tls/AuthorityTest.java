package dev.objectdb.operator.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.objectdb.operator.tls.Authority.Issued;
import java.security.GeneralSecurityException;
import java.security.cert.CertPathValidator;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class AuthorityTest {
  private static final Instant NOW = Instant.parse("2026-11-22T12:00:00Z");
  private static final List<String> NAMES = List.of("site.plone.svc", "site");

  private final Authority authority = Authority.create("plone", "site", NOW);

  @Test
  void whatItIssuesIsGoodForWhoeverTrustsIt() throws Exception {
    Issued issued = authority.issue(NAMES, NOW);
    ServerCertificate certificate = ServerCertificate.read(issued.certificate());
    assertThat(certificate.isOfKey(issued.key())).isTrue();
    assertThat(certificate.dnsNames()).containsExactly("site", "site.plone.svc");
    assertThat(certificate.notAfter()).isEqualTo(NOW.plus(Duration.ofDays(90)));
    assertThat(isTrusted(issued, authority, NOW)).isTrue();
    assertThat(isTrusted(issued, Authority.create("plone", "site", NOW), NOW)).isFalse();
    assertThat(isTrusted(issued, authority, NOW.minus(Duration.ofHours(2)))).isFalse();
  }

  /** RFC 5280 sections 4.2.1.1 to 4.2.1.9, as OpenSSL checks them with X509_V_FLAG_X509_STRICT. */
  @Test
  void strictReadersFindAllThatTheyWant() throws Exception {
    X509Certificate own = Pem.certificates(authority.texts().certificate()).getFirst();
    assertThat(own.getCriticalExtensionOIDs()).containsExactlyInAnyOrder("2.5.29.15", "2.5.29.19");
    assertThat(own.getNonCriticalExtensionOIDs()).contains("2.5.29.14", "2.5.29.35");
    assertThat(own.getBasicConstraints()).isZero();
    X509Certificate issued = Pem.certificates(authority.issue(NAMES, NOW).certificate()).getFirst();
    assertThat(issued.getCriticalExtensionOIDs())
        .containsExactlyInAnyOrder("2.5.29.15", "2.5.29.19");
    assertThat(issued.getNonCriticalExtensionOIDs())
        .contains("2.5.29.14", "2.5.29.17", "2.5.29.35", "2.5.29.37");
    assertThat(issued.getBasicConstraints()).isEqualTo(-1);
    assertThat(issued.getSerialNumber()).isPositive();
  }

  @Test
  void itsRenewalBreaksNoTrust() throws Exception {
    Instant later = NOW.plus(Duration.ofDays(6 * 365));
    assertThat(authority.isDue(NOW)).isFalse();
    assertThat(authority.isDue(later)).isTrue();
    Authority renewed = authority.renewed(later);
    assertThat(renewed.isDue(later)).isFalse();
    assertThat(isTrusted(authority.issue(NAMES, later), renewed, later)).isTrue();
    assertThat(isTrusted(renewed.issue(NAMES, later), authority, later)).isTrue();
  }

  @Test
  void itStandsBehindWhatItIssuedForAWhileAndForTheseNames() throws Exception {
    ServerCertificate issued = ServerCertificate.read(authority.issue(NAMES, NOW).certificate());
    assertThat(authority.standsBehind(issued, NAMES, NOW)).isTrue();
    assertThat(authority.standsBehind(issued, NAMES, NOW.plus(Duration.ofDays(59)))).isTrue();
    assertThat(authority.standsBehind(issued, NAMES, NOW.plus(Duration.ofDays(61)))).isFalse();
    assertThat(authority.standsBehind(issued, List.of("site"), NOW)).isFalse();
    assertThat(Authority.create("plone", "site", NOW).standsBehind(issued, NAMES, NOW)).isFalse();
  }

  @Test
  void itIsReadAsItWasWritten() throws Exception {
    Issued texts = authority.texts();
    assertThat(Authority.read(texts).texts()).isEqualTo(texts);
    Issued other = Authority.create("plone", "site", NOW).texts();
    assertThatExceptionOfType(BadPemException.class)
        .isThrownBy(() -> Authority.read(new Issued(texts.certificate(), other.key())));
  }

  @Test
  void anEndingIsToldTwoWeeksBeforeAndOfShortLivesLater() throws Exception {
    ServerCertificate issued = ServerCertificate.read(authority.issue(NAMES, NOW).certificate());
    assertThat(issued.endsSoon(NOW.plus(Duration.ofDays(75)))).isFalse();
    assertThat(issued.endsSoon(NOW.plus(Duration.ofDays(77)))).isTrue();
  }

  private static boolean isTrusted(Issued issued, Authority by, Instant when) throws Exception {
    X509Certificate anchor = Pem.certificates(by.texts().certificate()).getFirst();
    PKIXParameters parameters = new PKIXParameters(Set.of(new TrustAnchor(anchor, null)));
    parameters.setRevocationEnabled(false);
    parameters.setDate(Date.from(when));
    try {
      CertPathValidator.getInstance("PKIX")
          .validate(
              CertificateFactory.getInstance("X.509")
                  .generateCertPath(Pem.certificates(issued.certificate())),
              parameters);
      return true;
    } catch (GeneralSecurityException e) {
      return false;
    }
  }
}
