package dev.objectdb.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.objectdb.operator.OperatorConfig.BadConfigException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class OperatorConfigTest {
  private static final Map<String, String> IMAGES =
      Map.of(
          "OBJECTDB_OPERATOR_RUNTIME_IMAGE", "objectdb/storage-runtime:1",
          "OBJECTDB_OPERATOR_POSTGRES_IMAGE", "postgres:17",
          "PATH", "/bin");

  @Test
  void imagesAreAllThatHasToBeGiven() {
    assertThat(OperatorConfig.read(IMAGES))
        .isEqualTo(
            new OperatorConfig(
                "objectdb/storage-runtime:1",
                "postgres:17",
                Set.of(),
                Optional.empty(),
                "objectdb-operator",
                8080,
                "objectdb-operator"));
  }

  @Test
  void everyKeyIsRead() {
    assertThat(
            read(
                Map.of(
                    "OBJECTDB_OPERATOR_NAMESPACES", "a, b,",
                    "OBJECTDB_OPERATOR_LEASE_NAMESPACE", "system",
                    "OBJECTDB_OPERATOR_LEASE_NAME", "mine",
                    "OBJECTDB_OPERATOR_HEALTH_PORT", "9000",
                    "HOSTNAME", "operator-7")))
        .isEqualTo(
            new OperatorConfig(
                "objectdb/storage-runtime:1",
                "postgres:17",
                Set.of("a", "b"),
                Optional.of("system"),
                "mine",
                9000,
                "operator-7"));
  }

  @Test
  void anUnknownKeyIsRefusedByName() {
    refused(Map.of("OBJECTDB_OPERATOR_IMAGE", "x"), "OBJECTDB_OPERATOR_IMAGE is not a key");
  }

  @Test
  void aMissingKeyIsRefusedByName() {
    assertThatExceptionOfType(BadConfigException.class)
        .isThrownBy(() -> OperatorConfig.read(Map.of()))
        .withMessageContaining("OBJECTDB_OPERATOR_RUNTIME_IMAGE is not set");
  }

  @Test
  void aBadValueIsRefusedByName() {
    refused(Map.of("OBJECTDB_OPERATOR_HEALTH_PORT", "http"), "HEALTH_PORT is \"http\"");
    refused(Map.of("OBJECTDB_OPERATOR_HEALTH_PORT", "65536"), "HEALTH_PORT is \"65536\"");
    refused(Map.of("OBJECTDB_OPERATOR_POSTGRES_IMAGE", " "), "POSTGRES_IMAGE is empty");
  }

  private static void refused(Map<String, String> more, String message) {
    assertThatExceptionOfType(BadConfigException.class)
        .isThrownBy(() -> read(more))
        .withMessageContaining(message);
  }

  private static OperatorConfig read(Map<String, String> more) {
    Map<String, String> environment = new HashMap<>(IMAGES);
    environment.putAll(more);
    return OperatorConfig.read(environment);
  }
}
