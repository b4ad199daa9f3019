package dev.objectdb.zeo;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.objectdb.storage.HistoryMode;
import dev.objectdb.testing.PostgresExtension;
import dev.objectdb.testing.PythonEnvironment;
import dev.objectdb.testing.PythonProgram;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The Python package zodb-pgjsonb is here, in the version that we share our tables with. */
class PgjsonbIT {
  private static final Duration PATIENCE = Duration.ofMinutes(1);

  @RegisterExtension final PostgresExtension postgres = PostgresExtension.empty();

  @ParameterizedTest
  @EnumSource
  void itMakesADatabaseOfItsOwn(HistoryMode mode) throws Exception {
    List<JsonNode> said = new ArrayList<>();
    new PythonProgram(
            PythonEnvironment.pgjsonb(),
            "pgjsonb_own.py",
            PATIENCE,
            postgres.uri().toString(),
            mode.name())
        .run(
            message -> {
              said.add(message);
              return Optional.empty();
            });
    assertThat(said).hasSize(1);
    assertThat(said.getFirst().get("storage").asText()).isEqualTo("1.19.0");
    assertThat(said.getFirst().get("codec").asText()).isEqualTo("1.7.0");
    assertThat(said.getFirst().get("read").asText()).isEqualTo("hello");
  }
}
