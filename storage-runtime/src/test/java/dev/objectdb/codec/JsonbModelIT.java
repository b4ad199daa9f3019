package dev.objectdb.codec;

import static org.assertj.core.api.Assertions.assertThat;

import dev.objectdb.codec.pickle.CodecException;
import dev.objectdb.object.Bytes;
import dev.objectdb.object.Limits;
import dev.objectdb.testing.PostgresExtension;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The model of JSONB against PostgreSQL, and what the codec makes against both. */
class JsonbModelIT {
  private static final RecordCodec CODEC = new RecordCodec(Limits.DEFAULT, false);

  @RegisterExtension final PostgresExtension postgres = PostgresExtension.empty();

  @Test
  void theModelIsRightAboutVectors() throws SQLException {
    List<String> documents =
        Vector.ALL.stream()
            .flatMap(vector -> vector.given("json").stream())
            .filter(json -> !json.contains("\\u0000"))
            .toList();
    assertThat(jsonb(documents)).isEqualTo(documents.stream().map(Jsonb::text).toList());
  }

  @Test
  void everythingTheCodecWritesIsStoredAndTheModelIsRightAboutIt() throws SQLException {
    PickleGenerator generator = new PickleGenerator(11);
    List<String> documents = new ArrayList<>();
    for (int i = 0; i < 20_000; i++) {
      json(generator.record()).ifPresent(documents::add);
    }
    assertThat(jsonb(documents)).isEqualTo(documents.stream().map(Jsonb::text).toList());
  }

  @Test
  void theDeepestJsonIsStored() throws SQLException {
    Bytes deepest = Bytes.ofHex("636d0a430a2e29" + "85".repeat(499) + "2e");
    String document = json(deepest).orElseThrow();
    assertThat(document).startsWith("{\"@t\":[{");
    assertThat(jsonb(List.of(document))).containsExactly(document.replace(":", ": "));
  }

  /** The densest document is one of ints with one digit: the codec's size limit counts on it. */
  @Test
  void jsonbIsAtMostSixTimesAsLongAsItsText() throws SQLException {
    for (String item : List.of("1", "[]", "{}", "\"\"", "true", "0.1", "{\"\":1}")) {
      int count = 100_000;
      String size =
          postgres
              .query(
                  "SELECT pg_column_size(('[%s' || repeat(',%s', %d) || ']')::jsonb)"
                      .formatted(item, item, count - 1))
              .getFirst();
      assertThat(Integer.parseInt(size)).isLessThanOrEqualTo(6 * count * (item.length() + 1) + 8);
    }
  }

  private static Optional<String> json(Bytes record) {
    try {
      return Optional.of(CODEC.toJson(record).json().toUtf8());
    } catch (CodecException e) {
      return Optional.empty();
    }
  }

  private List<String> jsonb(List<String> documents) throws SQLException {
    try (Connection connection = postgres.connect();
        PreparedStatement query =
            connection.prepareStatement(
                "SELECT document::jsonb::text FROM unnest(?) WITH ORDINALITY AS given(document, n)"
                    + " ORDER BY n")) {
      Array array = connection.createArrayOf("text", documents.toArray());
      query.setArray(1, array);
      List<String> stored = new ArrayList<>();
      try (ResultSet rows = query.executeQuery()) {
        while (rows.next()) {
          stored.add(rows.getString(1));
        }
      }
      return stored;
    }
  }
}
