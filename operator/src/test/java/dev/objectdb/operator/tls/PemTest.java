package dev.objectdb.operator.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.io.StringWriter;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.interfaces.ECPrivateKey;
import java.security.spec.ECGenParameterSpec;
import java.time.Instant;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.openssl.jcajce.JcePEMEncryptorBuilder;
import org.bouncycastle.util.io.pem.PemObject;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PemTest {
  @ParameterizedTest
  @ValueSource(strings = {"RSA", "EC", "Ed25519"})
  void keysOfAllKindsAreRead(String kind) throws Exception {
    KeyPair pair = KeyPairGenerator.getInstance(kind).generateKeyPair();
    assertThat(Pem.privateKey(Pem.of(pair.getPrivate())).getEncoded())
        .isEqualTo(pair.getPrivate().getEncoded());
  }

  /** PKCS#1, and SEC1 after the parameters of its curve. */
  @Test
  void keysInOpensslsOwnFormsAreReadToo() throws Exception {
    KeyPair rsa = KeyPairGenerator.getInstance("RSA").generateKeyPair();
    assertThat(Pem.privateKey(written(rsa)).getEncoded()).isEqualTo(rsa.getPrivate().getEncoded());

    KeyPairGenerator curves = KeyPairGenerator.getInstance("EC");
    curves.initialize(new ECGenParameterSpec("secp256r1"));
    ECPrivateKey own = (ECPrivateKey) curves.generateKeyPair().getPrivate();
    ASN1Encodable curve =
        PrivateKeyInfo.getInstance(own.getEncoded()).getPrivateKeyAlgorithm().getParameters();
    byte[] sec1 = new org.bouncycastle.asn1.sec.ECPrivateKey(256, own.getS(), curve).getEncoded();
    String text =
        written(new PemObject("EC PARAMETERS", curve.toASN1Primitive().getEncoded()))
            + written(new PemObject("EC PRIVATE KEY", sec1));
    assertThat(((ECPrivateKey) Pem.privateKey(text)).getS()).isEqualTo(own.getS());
  }

  private static String written(Object object) throws IOException {
    StringWriter text = new StringWriter();
    try (JcaPEMWriter writer = new JcaPEMWriter(text)) {
      writer.writeObject(object);
    }
    return text.toString();
  }

  @Test
  void aKeyWithAPasswordIsRefused() throws IOException, GeneralSecurityException {
    StringWriter text = new StringWriter();
    try (JcaPEMWriter writer = new JcaPEMWriter(text)) {
      writer.writeObject(
          KeyPairGenerator.getInstance("EC").generateKeyPair().getPrivate(),
          new JcePEMEncryptorBuilder("AES-128-CBC")
              .setProvider(new BouncyCastleProvider())
              .build("swordfish".toCharArray()));
    }
    assertThatExceptionOfType(BadPemException.class)
        .isThrownBy(() -> Pem.privateKey(text.toString()))
        .withMessageContaining("password");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "swordfish",
        "-----BEGIN CERTIFICATE-----\nswordfish\n-----END CERTIFICATE-----\n",
        "-----BEGIN PRIVATE KEY-----\nc3dvcmRmaXNo\n-----END PRIVATE KEY-----\n",
        "-----BEGIN EC PRIVATE KEY-----\nc3dvcmRmaXNo\n-----END EC PRIVATE KEY-----\n",
      })
  void whatIsNeitherIsToldWithoutShowingIt(String text) {
    assertThatExceptionOfType(BadPemException.class)
        .isThrownBy(() -> Pem.certificates(text))
        .withMessageNotContaining("swordfish")
        .withNoCause();
    assertThatExceptionOfType(BadPemException.class)
        .isThrownBy(() -> Pem.privateKey(text))
        .withMessageNotContaining("swordfish")
        .withNoCause();
  }

  @Test
  void aCertificateBelongsToItsOwnKey() throws Exception {
    Authority one = Authority.create("plone", "site", Instant.now());
    Authority other = Authority.create("plone", "site", Instant.now());
    var certificate = Pem.certificates(one.texts().certificate()).getFirst();
    assertThat(Pem.belong(Pem.privateKey(one.texts().key()), certificate)).isTrue();
    assertThat(Pem.belong(Pem.privateKey(other.texts().key()), certificate)).isFalse();
    KeyPair rsa = KeyPairGenerator.getInstance("RSA").generateKeyPair();
    assertThat(Pem.belong(rsa.getPrivate(), certificate)).isFalse();
  }
}
