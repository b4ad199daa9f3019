package dev.objectdb.zeo;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.zip.CRC32;

/**
 * What the applications of cluster_application.py have been promised, against what is in the log of
 * transactions: each says in its note what it changes, so the log gives every value at every tid.
 *
 * <pre>
 *   note   = token change              token = thread "#" number
 *   change = kind index amount | "put" key | "drop" key | "flip" oid
 * </pre>
 */
final class Ledger implements AutoCloseable {
  private final Connection connection;

  /** Each value's sum after each transaction that changed it. */
  private final Map<String, NavigableMap<Long, Long>> sums = new HashMap<>();

  private final Map<String, Long> tids = new HashMap<>();
  private final Set<String> committed = new HashSet<>();
  private final Set<String> failed = new HashSet<>();
  private final Set<String> unknown = new HashSet<>();
  private long last;

  Ledger(Connection connection) {
    this.connection = connection;
  }

  /** Notes what an attempt came to, and holds it against the log. */
  synchronized void attempted(String token, JsonNode answer) throws SQLException {
    switch (answer.get("outcome").asText()) {
      case "committed" -> {
        committed.add(token);
        readOn();
        assertThat(tids).as("acknowledged").containsEntry(token, answer.get("tid").asLong());
      }
      case "failed", "idle" -> failed.add(token);
      case "unknown" -> unknown.add(token);
      default -> throw new AssertionError(answer);
    }
  }

  /** Holds what was read against what was there at its tid. */
  synchronized void read(JsonNode answer) throws SQLException {
    readOn();
    long tid = answer.get("tid").asLong();
    answer
        .get("values")
        .properties()
        .forEach(
            value ->
                assertThat(value.getValue().asLong())
                    .as("%s at %x", value.getKey(), tid)
                    .isEqualTo(at(value.getKey(), tid)));
  }

  private long at(String name, long tid) {
    NavigableMap<Long, Long> sum = sums.get(name);
    Map.Entry<Long, Long> entry = sum == null ? null : sum.floorEntry(tid);
    return entry == null ? 0 : entry.getValue();
  }

  /** Returns the greatest tid of the log. */
  synchronized long readOn() throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery(
                "SELECT tid, description FROM transaction_log WHERE tid > %d ORDER BY tid"
                    .formatted(last))) {
      while (row.next()) {
        last = row.getLong(1);
        note(last, row.getString(2).split(" ", -1));
      }
      return last;
    }
  }

  private void note(long tid, String[] note) {
    if (!note[0].contains("#")) {
      return; // of no attempt: the first ones, or one of a server
    }
    assertThat(tids.put(note[0], tid)).as("%s is committed once", note[0]).isNull();
    switch (note[1]) {
      case "put", "drop" -> {
        int sign = note[1].equals("put") ? 1 : -1;
        add("keys", tid, sign);
        add("sum of keys", tid, sign * crc(note[2]));
      }
      case "flip" -> {}
      default -> add(note[1] + " " + note[2], tid, Long.parseLong(note[3]));
    }
  }

  private static long crc(String key) {
    CRC32 crc = new CRC32();
    crc.update(key.getBytes(StandardCharsets.UTF_8));
    return crc.getValue();
  }

  private void add(String name, long tid, long amount) {
    NavigableMap<Long, Long> sum = sums.computeIfAbsent(name, _ -> new TreeMap<>());
    sum.put(tid, amount + (sum.isEmpty() ? 0 : sum.lastEntry().getValue()));
  }

  /** Holds all attempts against the log; each has its outcome now. */
  synchronized void balance() throws SQLException {
    readOn();
    assertThat(tids.keySet()).containsAll(committed).doesNotContainAnyElementsOf(failed);
    Set<String> rest = new HashSet<>(tids.keySet());
    rest.removeAll(committed);
    assertThat(unknown).as("of what nobody answered, some is there").containsAll(rest);
  }

  synchronized int commits() {
    return committed.size();
  }

  synchronized String summary() {
    Set<String> done = new HashSet<>(unknown);
    done.retainAll(tids.keySet());
    return "%d committed, %d failed, %d unknown of which %d are there"
        .formatted(committed.size(), failed.size(), unknown.size(), done.size());
  }

  @Override
  public void close() throws SQLException {
    connection.close();
  }
}
