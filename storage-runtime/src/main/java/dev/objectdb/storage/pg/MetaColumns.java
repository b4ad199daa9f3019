package dev.objectdb.storage.pg;

import dev.objectdb.object.Bytes;
import dev.objectdb.storage.TransactionMeta;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * What the log keeps of a transaction's user, description and extension, as it came; decoded after
 * the session was given back.
 *
 * <p>The extension column holds UTF-8 JSON of a mapping, or, in rows of zodb-pgjsonb's first
 * versions, a pickle of it; no pickle of a mapping starts with a brace. Where transaction_record
 * has the client's own bytes, they come first.
 */
record MetaColumns(@Nullable Bytes user, @Nullable Bytes description, @Nullable Bytes extension) {
  /**
   * Columns for a SELECT over {@code t}, the row of the log, and {@code x}, its own bytes, if any.
   */
  static final String COLUMNS =
      """
      coalesce(x.username, convert_to(t.username, 'UTF8')) AS meta_user,
      coalesce(x.description, convert_to(t.description, 'UTF8')) AS meta_description,
      coalesce(x.extension, t.extension) AS meta_extension\
      """;

  static MetaColumns of(ResultSet row) throws SQLException {
    return new MetaColumns(
        bytes(row, "meta_user"), bytes(row, "meta_description"), bytes(row, "meta_extension"));
  }

  private static @Nullable Bytes bytes(ResultSet row, String column) throws SQLException {
    byte[] array = row.getBytes(column);
    return array == null ? null : Bytes.wrap(array);
  }

  TransactionMeta decode(ExtensionDecoder decoder) {
    return new TransactionMeta(
        user == null ? Bytes.EMPTY : user,
        description == null ? Bytes.EMPTY : description,
        extension == null ? Bytes.EMPTY : pickle(extension, decoder));
  }

  private static Bytes pickle(Bytes stored, ExtensionDecoder decoder) {
    if (stored.isEmpty() || stored.get(0) != '{') {
      return stored;
    }
    String json = stored.toUtf8();
    return json.equals("{}") ? Bytes.EMPTY : decoder.toPickle(json);
  }
}
