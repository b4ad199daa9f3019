package dev.objectdb.storage.pg;

import dev.objectdb.object.Oid;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Hands out oids that nobody else was given, from the sequence that all programs share.
 *
 * <p>The sequence only ever rises, so the greatest value it is known to have drawn is a bound that
 * stays true: an oid at or below it was handed out, or never will be. One above it, which a client
 * made up or copied from elsewhere, raises the sequence before its transaction is voted. Other
 * programs copy databases in here without that, Python's parallel copy for one: so each draw is
 * compared with the greatest oid there is.
 */
final class OidAllocator {
  /** A copy brings rising oids, commit by commit: most commits then find the bound high enough. */
  private static final long SLACK = 1_000;

  /** By counting no sequence gets here; following such an oid would leave no oids at all. */
  private static final long FOLLOWED_MAX = 1L << 62;

  private final Pool pool;
  private final AtomicLong drawn = new AtomicLong(-1);

  OidAllocator(Pool pool) {
    this.pool = pool;
  }

  /** Returns this many new oids, ascending. */
  List<Oid> next(int count) {
    List<Oid> oids = pool.read("new oids", connection -> draw(connection, count));
    learn(oids.getLast().value());
    return oids;
  }

  /** Draws again, further up, if objects have come in past the sequence. */
  private static List<Oid> draw(Connection connection, int count) throws SQLException {
    while (true) {
      Drawn drawn = drawOnce(connection, count);
      if (drawn.oids().getFirst().value() > drawn.greatest()) {
        return drawn.oids();
      }
      raise(connection, drawn.greatest());
    }
  }

  /**
   * What the sequence gave.
   *
   * @param greatest oid of all objects, as the statement found them, so before the first was drawn
   */
  private record Drawn(List<Oid> oids, long greatest) {}

  private static Drawn drawOnce(Connection connection, int count) throws SQLException {
    String sql =
        """
        SELECT nextval('zoid_seq'),
               (SELECT coalesce(max(zoid), 0) FROM object_state WHERE zoid < ?)
        FROM generate_series(1, ?)
        """;
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setLong(1, FOLLOWED_MAX);
      statement.setInt(2, count);
      List<Oid> oids = new ArrayList<>(count);
      long greatest = 0;
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          oids.add(new Oid(rows.getLong(1)));
          greatest = rows.getLong(2);
        }
      }
      Collections.sort(oids);
      return new Drawn(oids, greatest);
    }
  }

  /** Makes sure that no oid up to this one is ever handed out again. */
  void seen(Oid oid) {
    if (oid.value() > drawn.get() && oid.value() < FOLLOWED_MAX) {
      learn(pool.read("the sequence of oids", connection -> follow(connection, oid)));
    }
  }

  private static long follow(Connection connection, Oid oid) throws SQLException {
    long last = read(connection);
    if (last >= oid.value()) {
      return last;
    }
    raise(connection, oid.value() + SLACK);
    return read(connection);
  }

  private static long read(Connection connection) throws SQLException {
    String sql = "SELECT CASE WHEN is_called THEN last_value ELSE last_value - 1 END FROM zoid_seq";
    try (PreparedStatement statement = connection.prepareStatement(sql);
        ResultSet row = statement.executeQuery()) {
      row.next();
      return row.getLong(1);
    }
  }

  private static void raise(Connection connection, long to) throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement("SELECT objectdb_raise_oids(?)")) {
      statement.setLong(1, to);
      statement.execute();
    }
  }

  private void learn(long value) {
    drawn.accumulateAndGet(value, Math::max);
  }

  /** Forgets what was known of the sequence: the database may have lost draws. */
  void forget() {
    drawn.set(-1);
  }
}
