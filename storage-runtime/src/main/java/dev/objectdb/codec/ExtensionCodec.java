package dev.objectdb.codec;

import dev.objectdb.codec.json.PlainJson;
import dev.objectdb.codec.pickle.CodecException;
import dev.objectdb.codec.pickle.PickleReader;
import dev.objectdb.codec.pickle.PickleValue;
import dev.objectdb.codec.pickle.PickleWriter;
import dev.objectdb.object.Bytes;
import dev.objectdb.object.Limits;
import java.util.Optional;

/**
 * The extension of a transaction: a dict, pickled on the wire and JSON in {@code
 * transaction_log.extension}, where Python programs read and write it with their {@code json}
 * module. Any number of threads may use one.
 */
public final class ExtensionCodec {
  private final Limits limits;

  public ExtensionCodec(Limits limits) {
    this.limits = limits;
  }

  /**
   * Returns the JSON of a pickled extension.
   *
   * @return empty if plain JSON would not give the same mapping back: it holds a tuple, bytes, an
   *     object, NaN, or is no dict; then the pickle itself must be kept
   * @throws CodecException if the bytes are no pickle
   */
  public Optional<String> toJson(Bytes pickle) {
    PickleReader reader = new PickleReader(pickle, limits);
    PickleValue extension = reader.read();
    if (!(extension instanceof PickleValue.Dict) || !reader.isPlain()) {
      return Optional.empty();
    }
    // One level less, so that there is room for the scalar inside when it is read again.
    return PlainJson.write(extension, limits.jsonDepthMax() - 1, limits.recordBytesMax())
        .map(Bytes::toUtf8);
  }

  /**
   * Returns the pickle, of protocol 3, of an extension that is there as JSON; no text at all stands
   * for the empty one.
   *
   * @throws CodecException if it is no JSON
   */
  public Bytes toPickle(String json) {
    if (json.isEmpty()) {
      return PickleWriter.write(PickleValue.dict());
    }
    return PickleWriter.write(PlainJson.read(Bytes.ofUtf8(json), limits.jsonDepthMax()));
  }
}
