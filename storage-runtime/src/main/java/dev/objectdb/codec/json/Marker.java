package dev.objectdb.codec.json;

/** Reads the value of one marker: {@code {"@marker": value}}. */
interface Marker {
  /**
   * Writes the pickle of what the marker stands for.
   *
   * @return false, having written nothing, if the value is not of the marker's type; then the
   *     object is an ordinary dict
   * @throws dev.objectdb.codec.pickle.CodecException if it is of the type, and broken
   */
  boolean read(Json value, JsonStateReader reader);
}
