package dev.objectdb.zeo;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.objectdb.storage.HistoryMode;
import dev.objectdb.testing.EmbeddedPg;
import dev.objectdb.testing.PythonEnvironment;
import dev.objectdb.testing.PythonProgram;
import java.net.URI;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A site in the shapes of Zope and Plone: how much of it has to be kept twice. */
class SiteCorpusIT {
  private static final Duration PATIENCE = Duration.ofMinutes(10);
  private static final int DOCUMENTS = 800;

  /** Above this the codec would need a better rule. */
  private static final double ROWS_PERCENT_MAX = 20;

  private static final String SHARES =
      """
      SELECT count(*) AS rows, sum(state_size) AS bytes,
             100.0 * count(r.zoid) / count(*) AS rows_percent,
             100.0 * sum(length(r.record)) / sum(state_size) AS bytes_percent,
             count(*) FILTER (
               WHERE class_name = 'Content' AND state->>'title' <> ''
                 AND state->'workflow_history'->'@ref'->>1 LIKE '%Mapping') AS documents
      FROM object_state LEFT JOIN object_record r USING (zoid, tid)
      """;

  @Test
  void fewRowsOfARealisticSiteNeedTheirRecord() throws Exception {
    List<JsonNode> said = new ArrayList<>();
    try (ServedDatabases databases = new ServedDatabases(HistoryMode.FREE)) {
      new PythonProgram(PythonEnvironment.zeo6(), "site_corpus.py", PATIENCE, "" + DOCUMENTS)
          .run(
              message -> {
                said.add(message);
                return databases.answer(message);
              });
      check(said.getLast().get("dsn").asText());
    }
  }

  private static void check(String dsn) throws SQLException {
    try (Connection connection =
            EmbeddedPg.shared().connect(URI.create(dsn).getPath().substring(1));
        Statement statement = connection.createStatement();
        ResultSet found = statement.executeQuery(SHARES)) {
      assertThat(found.next()).isTrue();
      System.out.printf(
          "site of %d documents: %d rows, of which %.1f %% need the column record;"
              + " %d bytes, of which %.1f %% are kept in it%n",
          DOCUMENTS,
          found.getLong("rows"),
          found.getDouble("rows_percent"),
          found.getLong("bytes"),
          found.getDouble("bytes_percent"));
      assertThat(found.getInt("documents")).isEqualTo(DOCUMENTS);
      assertThat(found.getDouble("rows_percent")).isBetween(1.0, ROWS_PERCENT_MAX);
    }
  }
}
