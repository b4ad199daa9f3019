package dev.objectdb.storage.pg;

import dev.objectdb.object.Tid;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

/** Reads the feed through the pool. */
final class PgFeedSource implements FeedSource {
  /** More than this at once is an import; caches that are dropped then cost less than the news. */
  static final int OIDS_MAX = 200_000;

  private static final String PLACE =
      "SELECT ? = 0 OR EXISTS (SELECT FROM transaction_log WHERE tid = ?)";

  private final Pool pool;
  private final DeltaQuery query;

  PgFeedSource(Pool pool, DeltaQuery query) {
    this.pool = pool;
    this.query = query;
  }

  @Override
  public Delta end() {
    Delta none = above(Tid.MAX);
    return new Delta(none.last(), none.last(), List.of(), none.timeline(), none.touched(), true);
  }

  @Override
  public Delta above(Tid position) {
    return pool.read("the feed of commits", connection -> above(connection, position));
  }

  private Delta above(Connection connection, Tid position) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(query.sql())) {
      query.bind(statement, 1, position, OIDS_MAX);
      try (ResultSet rows = statement.executeQuery()) {
        return DeltaQuery.read(rows, position, OIDS_MAX);
      }
    }
  }

  /**
   * {@inheritDoc}
   *
   * <p>The changes are read first, in the same round trip: a tid that is in the log afterwards was
   * so when they were read.
   */
  @Override
  public Optional<Delta> since(Tid tid, int oidsMax) {
    return pool.read("the changes since a tid", connection -> since(connection, tid, oidsMax));
  }

  private Optional<Delta> since(Connection connection, Tid tid, int oidsMax) throws SQLException {
    String sql = query.sql() + ";\n" + PLACE;
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      int next = query.bind(statement, 1, tid, oidsMax);
      statement.setLong(next, tid.value());
      statement.setLong(next + 1, tid.value());
      statement.execute();
      Delta delta;
      try (ResultSet rows = statement.getResultSet()) {
        delta = DeltaQuery.read(rows, tid, oidsMax);
      }
      return knowsPlace(statement) && isPlaceIn(delta, tid) ? Optional.of(delta) : Optional.empty();
    }
  }

  private static boolean knowsPlace(PreparedStatement statement) throws SQLException {
    statement.getMoreResults();
    try (ResultSet row = statement.getResultSet()) {
      return row.next() && row.getBoolean(1);
    }
  }

  /** Nothing is before the first commit: "no tid" is a place in an empty database only. */
  private static boolean isPlaceIn(Delta delta, Tid tid) {
    return tid.equals(Tid.NONE) ? delta.last().equals(Tid.NONE) : !delta.isBehind();
  }
}
