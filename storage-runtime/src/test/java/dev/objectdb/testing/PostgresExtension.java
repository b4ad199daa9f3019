package dev.objectdb.testing;

import dev.objectdb.storage.HistoryMode;
import dev.objectdb.storage.pg.PgConfig;
import dev.objectdb.storage.pg.PgUri;
import dev.objectdb.storage.pg.Schema;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Gives each test method a fresh database on the shared server.
 *
 * <pre>
 *   &#64;RegisterExtension final PostgresExtension postgres = PostgresExtension.prepared(FREE);
 * </pre>
 */
public final class PostgresExtension implements BeforeEachCallback, AfterEachCallback {
  private static final AtomicInteger COUNT = new AtomicInteger();
  private static final Set<HistoryMode> TEMPLATES = new HashSet<>();

  private final HistoryMode mode;
  private final boolean prepared;
  private @Nullable String database;

  private PostgresExtension(HistoryMode mode, boolean prepared) {
    this.mode = mode;
    this.prepared = prepared;
  }

  /** A database that has the schema of this mode, and no objects. */
  public static PostgresExtension prepared(HistoryMode mode) {
    return new PostgresExtension(mode, true);
  }

  /** A database with nothing in it. */
  public static PostgresExtension empty() {
    return new PostgresExtension(HistoryMode.FREE, false);
  }

  public String database() {
    return Objects.requireNonNull(database, "only inside a test");
  }

  public PgUri uri() {
    return EmbeddedPg.shared().uri(database());
  }

  /** Returns the defaults for this database. */
  public PgConfig config() {
    return PgConfig.of(uri(), mode);
  }

  /** Returns a plain session, as any other program would have it. The caller closes it. */
  public Connection connect() throws SQLException {
    return EmbeddedPg.shared().connect(database());
  }

  /** Runs statements on a session of their own. */
  public void execute(String sql) throws SQLException {
    try (Connection connection = connect();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  /** Returns the rows as text, columns joined by a bar, null as the word. */
  public List<String> query(String sql) throws SQLException {
    try (Connection connection = connect();
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      List<String> lines = new ArrayList<>();
      int columns = rows.getMetaData().getColumnCount();
      while (rows.next()) {
        List<String> line = new ArrayList<>();
        for (int i = 1; i <= columns; i++) {
          line.add(String.valueOf(rows.getString(i)));
        }
        lines.add(String.join("|", line));
      }
      return lines;
    }
  }

  @Override
  public void beforeEach(ExtensionContext context) throws SQLException {
    String name = "test_" + COUNT.incrementAndGet();
    String template = prepared ? template(mode) : "template0";
    EmbeddedPg.shared().execute("CREATE DATABASE %s TEMPLATE %s".formatted(name, template));
    database = name;
  }

  private static synchronized String template(HistoryMode mode) throws SQLException {
    String name = "template_" + mode.name().toLowerCase(java.util.Locale.ROOT);
    if (TEMPLATES.add(mode)) {
      EmbeddedPg.shared().execute("CREATE DATABASE " + name);
      Schema.apply(PgConfig.of(EmbeddedPg.shared().uri(name), mode));
    }
    return name;
  }

  @Override
  public void afterEach(ExtensionContext context) throws SQLException {
    EmbeddedPg.shared().execute("DROP DATABASE %s WITH (FORCE)".formatted(database()));
    database = null;
  }
}
