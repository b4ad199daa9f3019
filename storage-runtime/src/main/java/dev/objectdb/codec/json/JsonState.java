package dev.objectdb.codec.json;

import dev.objectdb.object.Bytes;

/**
 * The JSON form of a state.
 *
 * @param json the document, UTF-8; {@code null} where JSON cannot hold the state
 * @param exact whether the state can be made again from what JSONB keeps of the document
 */
public record JsonState(Bytes json, boolean exact) {
  /** What stands for a state that JSON cannot hold. */
  public static final JsonState NONE = new JsonState(Bytes.ofUtf8("null"), false);
}
