package dev.objectdb.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPairGenerator;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClientKeyTest {
  @Test
  void aKeyWithoutTheNameOfItsAlgorithmIsToldByItsContent(@TempDir Path directory)
      throws Exception {
    assertThat(ClientKey.told(withData(pem("EC", 256))).getClientKeyAlgo()).isEqualTo("EC");
    assertThat(ClientKey.told(withData(pem("RSA", 2048))).getClientKeyAlgo()).isEqualTo("RSA");

    Path file = Files.writeString(directory.resolve("key"), pem("EC", 256));
    Config config = config().withClientKeyFile(file.toString()).build();
    assertThat(ClientKey.told(config).getClientKeyAlgo()).isEqualTo("EC");
  }

  @Test
  void aKubeconfigWithoutAKeyIsLeftAsItIs() {
    assertThat(ClientKey.told(config().build()).getClientKeyAlgo()).isEqualTo("RSA");
  }

  @Test
  void aKeyThatIsNotThereIsSaid(@TempDir Path directory) {
    Config config = config().withClientKeyFile(directory.resolve("none").toString()).build();
    assertThatThrownBy(() -> ClientKey.told(config))
        .isInstanceOf(CommandFailure.class)
        .hasMessageContaining("key that your kubeconfig names");
  }

  private static ConfigBuilder config() {
    return new ConfigBuilder(Config.empty()).withClientKeyAlgo("RSA");
  }

  private static Config withData(String pem) {
    byte[] bytes = pem.getBytes(StandardCharsets.UTF_8);
    return config().withClientKeyData(Base64.getEncoder().encodeToString(bytes)).build();
  }

  private static String pem(String algorithm, int bits) throws GeneralSecurityException {
    KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm);
    generator.initialize(bits);
    byte[] key = generator.generateKeyPair().getPrivate().getEncoded();
    return "-----BEGIN PRIVATE KEY-----\n%s\n-----END PRIVATE KEY-----\n"
        .formatted(Base64.getMimeEncoder().encodeToString(key));
  }
}
