package dev.objectdb.storage.pg;

import dev.objectdb.codec.JsonRecord;
import dev.objectdb.object.Bytes;
import dev.objectdb.object.Oid;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * One record, transcoded and ready to be written.
 *
 * <pre>
 *   spooled   head json record
 *   head      module:utf8 class:utf8 exact:1 count:4 oid:8*count
 *             utf8 = length:4, content; big-endian
 * </pre>
 *
 * @param json class, JSON and references
 * @param record what the client sent; written only when the JSON does not give it back
 */
record StagedRow(JsonRecord json, Bytes record) {
  /** Bytes this row takes in memory, on disk and on the wire to the database, roughly. */
  long size() {
    return 64L
        + json.classModule().length()
        + json.className().length()
        + json.json().length()
        + record.length()
        + (long) Oid.WIRE_BYTES * json.refs().size();
  }

  /** Everything but the JSON and the record, which are long. */
  Bytes head() {
    byte[] module = json.classModule().getBytes(StandardCharsets.UTF_8);
    byte[] name = json.className().getBytes(StandardCharsets.UTF_8);
    long length =
        3L * Integer.BYTES
            + 1
            + module.length
            + name.length
            + (long) Oid.WIRE_BYTES * json.refs().size();
    ByteBuffer out = ByteBuffer.allocate(Math.toIntExact(length));
    for (byte[] part : List.of(module, name)) {
      out.putInt(part.length).put(part);
    }
    out.put((byte) (json.exact() ? 1 : 0)).putInt(json.refs().size());
    json.refs().forEach(oid -> out.putLong(oid.value()));
    return Bytes.wrap(out.array());
  }

  static StagedRow of(Bytes head, Bytes state, Bytes record) {
    ByteBuffer in = ByteBuffer.wrap(head.array());
    String module = new String(part(in), StandardCharsets.UTF_8);
    String name = new String(part(in), StandardCharsets.UTF_8);
    boolean exact = in.get() == 1;
    int count = in.getInt();
    List<Oid> refs = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      refs.add(new Oid(in.getLong()));
    }
    return new StagedRow(new JsonRecord(module, name, state, refs, exact), record);
  }

  private static byte[] part(ByteBuffer in) {
    byte[] part = new byte[in.getInt()];
    in.get(part);
    return part;
  }
}
