package dev.objectdb.codec;

import dev.objectdb.codec.json.JsonState;
import dev.objectdb.codec.json.JsonStateReader;
import dev.objectdb.codec.json.JsonStateWriter;
import dev.objectdb.codec.json.StateKind;
import dev.objectdb.codec.pickle.CodecException;
import dev.objectdb.codec.pickle.Opcode;
import dev.objectdb.codec.pickle.PickleReader;
import dev.objectdb.codec.pickle.PickleValue;
import dev.objectdb.codec.pickle.PickleWriter;
import dev.objectdb.object.Bytes;
import dev.objectdb.object.Limits;
import dev.objectdb.object.Oid;
import java.util.ArrayList;
import java.util.List;

/**
 * Records to columns and back. Any number of threads may use one.
 *
 * <p>Takes every record that has a class and whose pickles can be parsed, and any bytes that have
 * no class: those are kept as they are, with a class of '' and a state of null. A record with a
 * class whose state cannot be parsed is refused, because the objects it refers to would be unknown
 * and a pack would delete them.
 */
public final class RecordCodec {
  /** Protocol of what is made from JSON: the reference codec's, though byte strings are of 3. */
  private static final int PROTOCOL = 2;

  /**
   * JSON of at most this many bytes makes JSONB of at most six times as many (an int of one digit
   * is two bytes of text and twelve of JSONB), which has to stay under 256 MiB.
   */
  private static final int JSON_BYTES_MAX = 40 << 20;

  /** Small records may always grow to this size: short class names by memo are soon expanded. */
  private static final int JSON_BYTES_FREE = 1 << 20;

  private static final String BLOB_MODULE = "ZODB.blob";
  private static final String BLOB_NAME = "Blob";

  private final Limits limits;
  private final boolean strict;

  /**
   * Makes a codec.
   *
   * @param strict whether a record counts as exact only if the order of its attributes survives too
   */
  public RecordCodec(Limits limits, boolean strict) {
    this.limits = limits;
    this.strict = strict;
  }

  /**
   * Splits a record into what PostgreSQL keeps of it.
   *
   * @throws CodecException if it has a class and a state that cannot be parsed, refers to an oid
   *     above 63 bits, or is over a limit
   */
  public JsonRecord toJson(Bytes record) {
    if (record.length() > limits.recordBytesMax()) {
      throw new CodecException("record too large", limits.recordBytesMax());
    }
    PickleReader reader = new PickleReader(record, limits);
    RecordClass cls;
    PickleValue state;
    try {
      cls = RecordClass.of(reader.read());
    } catch (CodecException e) {
      return noRecord(); // a limit: a class takes a few slots
    }
    try {
      state = reader.read();
    } catch (CodecException e) {
      if (cls.isClass()) {
        throw e;
      }
      return noRecord();
    }
    List<Oid> refs = oids(reader.persistentRefs(), record);
    if (!cls.isStorable()) {
      return new JsonRecord("", "", JsonState.NONE.json(), refs, false);
    }
    JsonState json = write(cls, state, record.length());
    boolean exact =
        json.exact()
            && cls.exact()
            && reader.isPlain()
            && reader.position() == record.length()
            && !isBlob(cls.module(), cls.name());
    return new JsonRecord(cls.module(), cls.name(), json.json(), refs, exact);
  }

  private static JsonRecord noRecord() {
    return new JsonRecord("", "", JsonState.NONE.json(), List.of(), false);
  }

  private JsonState write(RecordClass cls, PickleValue state, int recordBytes) {
    long grown = (long) recordBytes * limits.jsonExpansionMax();
    int bytesMax = (int) Math.min(JSON_BYTES_MAX, Math.max(JSON_BYTES_FREE, grown));
    JsonStateWriter.Rules rules =
        new JsonStateWriter.Rules(limits.jsonDepthMax(), bytesMax, strict);
    StateKind kind = StateKind.of(cls.module(), cls.name());
    return JsonStateWriter.write(kind, state, rules, recordBytes + recordBytes / 2);
  }

  private static boolean isBlob(String module, String name) {
    return module.equals(BLOB_MODULE) && name.equals(BLOB_NAME);
  }

  /** Source: {@code referencesf} in {@code ZODB/serialize.py}. */
  private static List<Oid> oids(List<PickleValue.PersistentRef> refs, Bytes record) {
    List<Oid> oids = new ArrayList<>(refs.size());
    for (PickleValue.PersistentRef ref : refs) {
      PickleValue id = ref.id();
      PickleValue oid = id instanceof PickleValue.Tuple pair && pair.size() > 0 ? pair.get(0) : id;
      if (isOid(oid)) {
        oids.add(oid((PickleValue.Slice) oid, record));
      }
    }
    return oids;
  }

  /** ZODB takes text as well: what Python 2 wrote may be read as either. */
  private static boolean isOid(PickleValue value) {
    return switch (value) {
      case PickleValue.Binary slice -> slice.length() == Oid.WIRE_BYTES;
      case PickleValue.ByteString slice -> slice.length() == Oid.WIRE_BYTES;
      case PickleValue.Text slice -> slice.length() == Oid.WIRE_BYTES;
      default -> false;
    };
  }

  private static Oid oid(PickleValue.Slice slice, Bytes record) {
    long value = slice.toBytes().toLong();
    if (value < 0) {
      int offset = slice.array() == record.array() ? slice.from() : 0;
      throw new CodecException("reference to an oid over 63 bits", offset);
    }
    return new Oid(value);
  }

  /**
   * Makes a record from columns.
   *
   * @param jsonUtf8 the state; as JSONB gives it, or as any version of the codec wrote it
   * @throws CodecException if it is no JSON, or a marker in it is broken
   */
  public Bytes toRecord(String classModule, String className, Bytes jsonUtf8) {
    PickleWriter out = new PickleWriter().begin(PROTOCOL);
    if (isBlob(classModule, className)) {
      // ZODB looks for this very form to tell blobs; the tuple would hide them from an export.
      out.global(classModule, className);
    } else {
      out.text(classModule).text(className).op(Opcode.TUPLE2).none().op(Opcode.TUPLE2);
    }
    out.end().begin(PROTOCOL);
    JsonStateReader.read(StateKind.of(classModule, className), jsonUtf8, out);
    return out.end().toBytes();
  }
}
