package dev.objectdb.zeo;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.objectdb.testing.EmbeddedPg;
import java.net.URI;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Base64;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What SQL finds of the torture corpus, whose lines torture_corpus.py explains. */
final class TortureRows {
  private static final String CURRENT =
      """
      SELECT s.zoid, s.tid, s.class_mod || '.' || s.class_name AS class, s.state->>'title' AS title,
             s.state = 'null' AS nothing, s.state_size, s.refs
      FROM object_state s
      """;

  private static final String NO_CLASS = ".";

  private final Map<Long, Row> current = new HashMap<>();
  private final Set<List<Long>> recorded = new HashSet<>();

  private record Row(
      long tid, String cls, @Nullable String title, boolean nothing, int size, Set<Long> refs) {}

  TortureRows(String dsn) throws SQLException {
    try (Connection connection =
            EmbeddedPg.shared().connect(URI.create(dsn).getPath().substring(1));
        Statement statement = connection.createStatement()) {
      try (ResultSet rows = statement.executeQuery(CURRENT)) {
        while (rows.next()) {
          current.put(rows.getLong("zoid"), row(rows));
        }
      }
      try (ResultSet rows = statement.executeQuery("SELECT zoid, tid FROM object_record")) {
        while (rows.next()) {
          recorded.add(List.of(rows.getLong("zoid"), rows.getLong("tid")));
        }
      }
    }
  }

  private static Row row(ResultSet rows) throws SQLException {
    return new Row(
        rows.getLong("tid"),
        rows.getString("class"),
        rows.getString("title"),
        rows.getBoolean("nothing"),
        rows.getInt("state_size"),
        new HashSet<>(List.of((Long[]) rows.getArray("refs").getArray())));
  }

  /** Whether the record itself was kept of a revision: an array that begins with oid and tid. */
  boolean hasRecord(JsonNode revision) {
    return recorded.contains(List.of(revision.get(0).asLong(), revision.get(1).asLong()));
  }

  /** Compares the columns with what was sent; returns how many were found by their title. */
  int check(List<JsonNode> truth) {
    int titles = 0;
    for (JsonNode line : truth) {
      if (line.get("end").isNull()) {
        titles += check(line) ? 1 : 0;
      }
    }
    return titles;
  }

  private boolean check(JsonNode line) {
    String name = line.get("name").asText();
    Row row = current.get(line.get("oid").asLong());
    if (row == null) {
      throw new AssertionError("no row: " + name);
    }
    assertThat(row.tid()).as(name).isEqualTo(line.get("tid").asLong());
    assertThat(row.size())
        .as(name)
        .isEqualTo(Base64.getDecoder().decode(line.get("data").asText()).length);
    boolean recorded = this.recorded.contains(List.of(line.get("oid").asLong(), row.tid()));
    if (!line.get("class").isNull() && !(recorded && row.cls().equals(NO_CLASS))) {
      assertThat(row.cls()).as(name).isEqualTo(line.get("class").asText());
    }
    if (!line.get("refs").isNull()) {
      Set<Long> refs = new HashSet<>();
      line.get("refs").forEach(ref -> refs.add(ref.asLong()));
      assertThat(row.refs()).as(name).isEqualTo(refs);
    }
    boolean titled = !line.get("title").isNull() && !(recorded && row.nothing());
    if (titled) {
      assertThat(row.title()).as(name).isEqualTo(line.get("title").asText());
    }
    return titled;
  }
}
