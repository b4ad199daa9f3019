package dev.objectdb.storage.pg;

import dev.objectdb.object.Bytes;
import dev.objectdb.testing.PostgresExtension;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * Writes revisions by plain SQL, the way Python's writers do: the log row, then the object rows.
 * The JSON form of a state is its text in quotes, and {@link #ENCODER} gives it back with its
 * class.
 */
final class SqlRows {
  /** Stands in for the codec: shows what it was given. */
  static final RecordEncoder ENCODER =
      (module, name, json) -> Bytes.ofUtf8(module + "." + name + ":" + json.toUtf8());

  static final ExtensionDecoder DECODER = json -> Bytes.ofUtf8("pickle of " + json);

  private final PostgresExtension postgres;

  SqlRows(PostgresExtension postgres) {
    this.postgres = postgres;
  }

  /** What {@link #store} makes of a text, as the encoder shows it. */
  static String shown(String text) {
    return "m.C:\"" + text + "\"";
  }

  void begin(long tid) throws SQLException {
    postgres.execute("INSERT INTO transaction_log (tid) VALUES (%d)".formatted(tid));
  }

  /** Stores one object in a transaction of its own. */
  void store(long tid, long zoid, String text) throws SQLException {
    postgres.execute(log(tid) + upsert(tid, zoid, "'\"" + text + "\"'", text.length()));
  }

  /** Stores an object whose state is JSON null, and its record if there is one. */
  void storeNull(long tid, long zoid, @Nullable String recordHex) throws SQLException {
    String record =
        recordHex == null
            ? ""
            : "INSERT INTO object_record VALUES (%d, %d, '\\x%s');".formatted(zoid, tid, recordHex);
    postgres.execute(log(tid) + upsert(tid, zoid, "'null'", 4) + record);
  }

  /** Deletes an object in a transaction of its own. */
  void delete(long tid, long zoid) throws SQLException {
    postgres.execute(log(tid) + "DELETE FROM object_state WHERE zoid = " + zoid + ";");
  }

  static String log(long tid) {
    return "INSERT INTO transaction_log (tid) VALUES (%d); ".formatted(tid);
  }

  static String upsert(long tid, long zoid, String json, int size) {
    return """
    INSERT INTO object_state VALUES (%d, %d, 'm', 'C', %s, %d, '{}')
    ON CONFLICT (zoid) DO UPDATE SET tid = excluded.tid, class_mod = excluded.class_mod,
      class_name = excluded.class_name, state = excluded.state,
      state_size = excluded.state_size, refs = excluded.refs;
    """
        .formatted(zoid, tid, json, size);
  }
}
