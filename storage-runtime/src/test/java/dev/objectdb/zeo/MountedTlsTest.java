package dev.objectdb.zeo;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatIOException;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import java.util.Optional;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MountedTlsTest {
  private final Path directory;

  MountedTlsTest(@TempDir Path directory) {
    this.directory = directory;
  }

  /** As the JDK writes keys, without the public half that other programs write beside them. */
  @ParameterizedTest
  @CsvSource({"RSA,SHA256withRSA", "EC,SHA256withECDSA", "Ed25519,Ed25519"})
  void keysOfAllKindsAreTakenWithTheirOwnCertificateOnly(String kind, String signature)
      throws Exception {
    KeyPair own = KeyPairGenerator.getInstance(kind).generateKeyPair();
    put("tls.crt", "CERTIFICATE", certificate(own, signature).getEncoded());
    put("tls.key", "PRIVATE KEY", own.getPrivate().getEncoded());
    assertThatCode(this::tls).doesNotThrowAnyException();

    for (String other : new String[] {"RSA", "EC", "Ed25519"}) {
      byte[] key = KeyPairGenerator.getInstance(other).generateKeyPair().getPrivate().getEncoded();
      put("tls.key", "PRIVATE KEY", key);
      assertThatIOException().isThrownBy(this::tls).withMessageContaining("is not the key of");
    }
  }

  private MountedTls tls() throws IOException {
    return new MountedTls(
        new MountedTls.Place(directory, MountedTls.ClientAuth.NONE, Optional.empty()), () -> 0);
  }

  private void put(String file, String what, byte[] content) throws IOException {
    Files.writeString(
        directory.resolve(file),
        "-----BEGIN %s-----\n%s\n-----END %s-----\n"
            .formatted(what, Base64.getMimeEncoder().encodeToString(content), what));
  }

  private static X509CertificateHolder certificate(KeyPair pair, String signature)
      throws GeneralSecurityException, OperatorCreationException {
    X500Principal name = new X500Principal("CN=server");
    Instant now = Instant.now();
    return new JcaX509v3CertificateBuilder(
            name,
            BigInteger.ONE,
            Date.from(now),
            Date.from(now.plus(Duration.ofDays(1))),
            name,
            pair.getPublic())
        .build(new JcaContentSignerBuilder(signature).build(pair.getPrivate()));
  }
}
