package dev.objectdb.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class UnitsTest {
  @ParameterizedTest
  @CsvSource({"0,0", "1024,1024", "1Ki,1024", "256Mi,268435456", "2Gi,2147483648"})
  void quantitiesCountBytesByPowersOf1024(String text, long bytes) {
    assertThat(Units.bytes(text)).contains(bytes);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "Mi", "1.5Gi", "-1Mi", "256M", "256 Mi", "1Mi1Mi", "9999999Ti"})
  void whatIsNoQuantityIsEmpty(String text) {
    assertThat(Units.bytes(text)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"10s,10000", "5m,300000", "1h30m,5400000", "1m30s,90000", "1500ms,1500", "0s,0"})
  void durationsAddTheirParts(String text, long millis) {
    assertThat(Units.duration(text)).contains(Duration.ofMillis(millis));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "10", "s", "1.5h", "-1s", "30m1h", "1h1h", "10 s", "10S", "5 minutes"})
  void whatIsNoDurationIsEmpty(String text) {
    assertThat(Units.duration(text)).isEmpty();
  }

  @Test
  void theLargestDurationFits() {
    assertThat(Units.duration("999999999h999999999m999999999s999999999ms")).isPresent();
  }
}
