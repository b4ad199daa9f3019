package dev.objectdb.storage.pg;

import static org.assertj.core.api.Assertions.assertThat;

import dev.objectdb.storage.HistoryMode;
import dev.objectdb.testing.PostgresExtension;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Who logs in may change while a storage is open. */
class LoginIT {
  @RegisterExtension final PostgresExtension postgres = PostgresExtension.empty();

  @AfterEach
  void noRoles() throws SQLException {
    postgres.execute("DROP ROLE IF EXISTS login_one, login_two");
  }

  @Test
  void newSessionsLogInAnewAndOldOnesGoOn() throws SQLException {
    postgres.execute("CREATE ROLE login_one LOGIN");
    postgres.execute("CREATE ROLE login_two LOGIN");
    PgUri[] login = {postgres.uri().with("user", "login_one")};
    PgConfig config = PgConfig.of(() -> login[0], HistoryMode.FREE);
    PgSessions sessions = new PgSessions(config);
    try (Pool pool = new Pool(config, sessions)) {
      assertThat(user(pool)).isEqualTo("login_one");

      login[0] = login[0].with("user", "login_two");
      try (Connection opened = sessions.open("test")) {
        assertThat(user(opened)).isEqualTo("login_two");
      }
      pool.renew(); // as each session is after its lifetime
      assertThat(user(pool)).isEqualTo("login_two");
    }
  }

  private static String user(Pool pool) {
    return pool.read("who it is", LoginIT::user);
  }

  private static String user(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("SELECT current_user")) {
      row.next();
      return row.getString(1);
    }
  }
}
