package dev.objectdb.codec;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class JsonbTest {
  static List<Vector> stored() {
    return Vector.ALL.stream()
        .filter(
            vector -> vector.given("json").isPresent() && vector.given("pg_jsonb_text").isPresent())
        .toList();
  }

  @ParameterizedTest
  @MethodSource("stored")
  void theModelGivesWhatPostgresqlGave(Vector vector) {
    assertThat(Jsonb.text(vector.text("json"))).isEqualTo(vector.text("pg_jsonb_text"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "1e16|10000000000000000",
        "-0.0|0.0",
        "1.50|1.50",
        "1.5e1|15",
        "1e-3|0.001",
        "{\"b\":1,\"a\":2,\"b\":3}|{\"a\": 2, \"b\": 3}",
        "{\"aa\":1,\"b\":2}|{\"b\": 2, \"aa\": 1}"
      })
  void numbersAndKeysAreNormalised(String json, String jsonb) {
    assertThat(Jsonb.text(json)).isEqualTo(jsonb);
  }
}
