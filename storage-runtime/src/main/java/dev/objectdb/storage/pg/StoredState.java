package dev.objectdb.storage.pg;

import dev.objectdb.codec.pickle.CodecException;
import dev.objectdb.object.Bytes;
import dev.objectdb.object.Oid;
import dev.objectdb.storage.InvalidRecordException;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * The four columns a record is made from, as they came: the record itself where it was kept, else
 * class and JSON. Read while a session is held, encoded after it was given back.
 */
record StoredState(
    String classModule, String className, @Nullable Bytes json, @Nullable Bytes record) {
  private static final Bytes JSON_NULL = Bytes.ofUtf8("null");

  /**
   * Columns for a SELECT over {@code v}, the revision, and {@code r}, its row of object_record, if
   * any. Only one of the two forms is sent.
   */
  static final String COLUMNS = columnsIf("true");

  /** The same columns, with the state left out where a condition does not hold. */
  static String columnsIf(String condition) {
    return "v.class_mod, v.class_name,"
        + " CASE WHEN r.zoid IS NULL AND %1$s THEN v.state::text END AS json,".formatted(condition)
        + " CASE WHEN %s THEN r.record END AS record".formatted(condition);
  }

  static StoredState of(ResultSet row) throws SQLException {
    return new StoredState(
        row.getString("class_mod"),
        row.getString("class_name"),
        bytes(row, "json"),
        bytes(row, "record"));
  }

  private static @Nullable Bytes bytes(ResultSet row, String column) throws SQLException {
    byte[] array = row.getBytes(column);
    return array == null ? null : Bytes.wrap(array);
  }

  /**
   * Makes the record.
   *
   * @throws InvalidRecordException if the JSON is none that a record was ever made into, for
   *     example because somebody edited it
   */
  Bytes encode(Oid oid, RecordEncoder encoder) {
    if (record != null) {
      return record;
    }
    try {
      return encoder.toRecord(classModule, className, json == null ? JSON_NULL : json);
    } catch (CodecException e) {
      throw new InvalidRecordException(oid, "the stored state gives no record", e);
    }
  }
}
