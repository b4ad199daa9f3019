package dev.objectdb.storage.pg;

import java.sql.Connection;
import java.sql.SQLException;

/**
 * Opens database sessions outside the pool, for whoever keeps one: the committer and the doorbell.
 *
 * <p>A session comes with the schema's search_path, {@code synchronous_commit} and TCP keep-alives
 * set, in auto-commit mode. The caller closes it.
 */
@FunctionalInterface
interface Sessions {
  /**
   * Opens one more session.
   *
   * @param name of the session in {@code pg_stat_activity}, behind the program's own name
   */
  Connection open(String name) throws SQLException;
}
