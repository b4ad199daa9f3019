package dev.objectdb.zeo;

import com.fasterxml.jackson.databind.JsonNode;
import dev.objectdb.object.Oid;
import dev.objectdb.object.Tid;
import dev.objectdb.storage.HistoryMode;
import dev.objectdb.testing.PythonEnvironment;
import dev.objectdb.testing.PythonPeer;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** One database, servers over it that are processes, and Python processes with stock clients. */
final class Cluster implements AutoCloseable {
  private final TestDatabase database;
  private final Chronicle chronicle;
  private final List<ServerProcess> servers;
  private final PythonPeer zeo6;
  private final PythonPeer zeo5;

  private Cluster(HistoryMode mode, int serverCount) throws SQLException {
    database = TestDatabase.create(mode);
    chronicle = Chronicle.begin(database, mode);
    servers =
        IntStream.range(0, serverCount)
            .mapToObj(_ -> ServerProcess.of(database::name, mode))
            .toList();
    servers.forEach(ServerProcess::start);
    zeo6 = new PythonPeer(PythonEnvironment.zeo6(), "cluster_client.py");
    zeo5 = new PythonPeer(PythonEnvironment.zeo5(), "cluster_client.py");
  }

  /** Starts all of it. */
  static Cluster start(HistoryMode mode, int serverCount)
      throws SQLException, InterruptedException {
    Cluster cluster = new Cluster(mode, serverCount);
    for (ServerProcess server : cluster.servers) {
      server.awaitServing();
    }
    return cluster;
  }

  ServerProcess server(int index) {
    return servers.get(index);
  }

  /** Opens a client of ZEO 6 that knows these servers. */
  StockClient client6(String name, ServerProcess... known) {
    return StockClient.open(zeo6, name, ports(known));
  }

  /** Opens a client of ZEO 5.4 that knows these servers. */
  StockClient client5(String name, ServerProcess... known) {
    return StockClient.open(zeo5, name, ports(known));
  }

  /** Opens a client of ZEO 6 that asks the server for news whenever a transaction begins. */
  StockClient syncingClient(String name, ServerProcess known) {
    return StockClient.open(zeo6, name, ports(known), Map.of("server_sync", true));
  }

  /** Opens a client of ZEO 6 on a port. */
  StockClient client6(String name, int port) {
    return StockClient.open(zeo6, name, List.of(port));
  }

  private static List<Integer> ports(ServerProcess... known) {
    return List.of(known).stream().map(ServerProcess::port).toList();
  }

  /** Fails unless what a client's cache holds is what the database held at the client's tid. */
  void judge(StockClient... clients) throws SQLException {
    for (StockClient client : clients) {
      chronicle.judge(client.toString(), client.cache());
    }
  }

  /** Fails unless this is a cache that is right. */
  void judge(String who, JsonNode cache) throws SQLException {
    chronicle.judge(who, cache);
  }

  /** Returns a plain session. The caller closes it. */
  Connection connect() throws SQLException {
    return database.connect();
  }

  /** Does something to the database as a whole, while no server runs. */
  void replacing(Chronicle.DatabaseChange change) throws SQLException, InterruptedException {
    chronicle.replacing(change);
  }

  String database() {
    return database.name();
  }

  void execute(String sql) throws SQLException {
    try (Connection connection = database.connect();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  /** Returns the first column of all rows. */
  List<String> query(String sql) throws SQLException {
    try (Connection connection = database.connect();
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      List<String> values = new ArrayList<>();
      while (rows.next()) {
        values.add(rows.getString(1));
      }
      return values;
    }
  }

  Tid lastTid() throws SQLException {
    return new Tid(Long.parseLong(query("SELECT max(tid) FROM transaction_log").getFirst()));
  }

  /** From now on, commits ring nobody, or ring again. */
  void ring(boolean on) throws SQLException {
    execute(
        "ALTER TABLE transaction_log %s TRIGGER trg_notify_commit"
            .formatted(on ? "ENABLE" : "DISABLE"));
  }

  /** Stores as Python's own storage does, past all servers; an empty value deletes. */
  Tid commitBySql(Oid oid, String value) throws SQLException {
    String change =
        value.isEmpty()
            ? "DELETE FROM object_state WHERE zoid = ? AND ? > 0 AND ? = ''"
            : """
            INSERT INTO object_state
            VALUES (?, ?, 'ZODB.tests.MinPO', 'MinPO', jsonb_build_object('value', ?), 40, '{}')
            ON CONFLICT (zoid) DO UPDATE SET tid = excluded.tid, state = excluded.state
            """;
    try (Connection connection = database.connect();
        Statement lock = connection.createStatement();
        PreparedStatement statement = connection.prepareStatement(change)) {
      connection.setAutoCommit(false);
      lock.execute("SELECT pg_advisory_xact_lock(0)");
      Tid tid = writeLog(lock);
      statement.setLong(1, oid.value());
      statement.setLong(2, tid.value());
      statement.setString(3, value);
      statement.executeUpdate();
      connection.commit();
      return tid;
    }
  }

  private static Tid writeLog(Statement statement) throws SQLException {
    String sql =
        """
        INSERT INTO transaction_log (tid)
        SELECT greatest(coalesce(max(tid), 0) + 1, objectdb_tid(clock_timestamp()))
        FROM transaction_log RETURNING tid
        """;
    try (ResultSet row = statement.executeQuery(sql)) {
      row.next();
      return new Tid(row.getLong(1));
    }
  }

  @Override
  public void close() throws SQLException {
    try (PythonPeer _ = zeo6;
        PythonPeer _ = zeo5;
        Chronicle _ = chronicle) {
      servers.forEach(ServerProcess::close);
    } finally {
      database.drop();
    }
  }
}
