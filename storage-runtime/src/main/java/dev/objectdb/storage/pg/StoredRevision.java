package dev.objectdb.storage.pg;

import dev.objectdb.codec.JsonRecord;
import dev.objectdb.codec.RecordCodec;
import dev.objectdb.codec.pickle.CodecException;
import dev.objectdb.object.Bytes;
import dev.objectdb.object.Oid;
import dev.objectdb.object.Tid;
import dev.objectdb.storage.InvalidRecordException;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One revision with every column that says something about it, to be checked against each other.
 *
 * @param ended whether its state is SQL NULL: it says that the object ceased to exist
 * @param size what state_size says
 * @param refs what the column says
 */
record StoredRevision(
    Oid oid, Tid tid, boolean ended, StoredState state, long size, Set<Oid> refs) {
  /** Columns beside those of {@link StoredState}. */
  static final String COLUMNS = "v.zoid, v.tid, v.state IS NULL AS ended, v.state_size, v.refs";

  static StoredRevision of(ResultSet row) throws SQLException {
    Set<Oid> refs = new HashSet<>();
    for (Long ref : (Long[]) row.getArray("refs").getArray()) {
      refs.add(new Oid(ref));
    }
    return new StoredRevision(
        new Oid(row.getLong("zoid")),
        new Tid(row.getLong("tid")),
        row.getBoolean("ended"),
        StoredState.of(row),
        row.getLong("state_size"),
        refs);
  }

  /**
   * What came of checking one.
   *
   * @param refs the objects that it really refers to
   * @param json what its record says that the column state must hold; null without a record
   */
  record Checked(List<Finding> findings, Set<Oid> refs, @Nullable Bytes json) {}

  /** Makes the record and takes it apart again. */
  Checked check(RecordCodec codec) {
    if (ended) {
      return new Checked(List.of(), Set.of(), null);
    }
    if (state.record() == null && state.classModule().isEmpty() && state.className().isEmpty()) {
      return broken("what has no class is kept in object_record, and there is none");
    }
    JsonRecord again;
    try {
      Bytes record = state.encode(oid, codec::toRecord);
      again = codec.toJson(record);
    } catch (CodecException e) {
      return broken(e.getMessage());
    } catch (InvalidRecordException e) {
      return broken(e.getCause() == null ? e.getMessage() : e.getCause().getMessage());
    }
    List<Finding> findings = new ArrayList<>();
    if (!again.classModule().equals(state.classModule())
        || !again.className().equals(state.className())) {
      findings.add(wrong("class_mod and class_name are not those of its record"));
    }
    Set<Oid> found = Set.copyOf(again.refs());
    if (!found.equals(refs)) {
      findings.add(wrong("refs are not those of its state: a pack could remove what it needs"));
    }
    Bytes record = state.record();
    if (record != null && record.length() != size) {
      findings.add(wrong("state_size is %d, its record has %d".formatted(size, record.length())));
    }
    return new Checked(findings, found, record == null ? null : again.json());
  }

  private Checked broken(@Nullable String why) {
    Finding finding =
        new Finding(Finding.Kind.BROKEN_RECORD, "%s cannot be decoded: %s".formatted(name(), why));
    return new Checked(List.of(finding), refs, null);
  }

  Finding wrong(String what) {
    return new Finding(Finding.Kind.WRONG_COLUMN, "%s: %s".formatted(name(), what));
  }

  /** Returns the object's address, its transaction's and its class, for a message. */
  String name() {
    String cls =
        state.className().isEmpty() ? "no class" : state.classModule() + "." + state.className();
    return "object %s (%s) at %s".formatted(oid, cls, tid);
  }
}
