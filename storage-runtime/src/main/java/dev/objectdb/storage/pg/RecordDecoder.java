package dev.objectdb.storage.pg;

import dev.objectdb.codec.JsonRecord;
import dev.objectdb.object.Bytes;

/** Makes the columns of a row from a record; in service, the codec. */
@FunctionalInterface
interface RecordDecoder {
  /**
   * Transcodes on the caller's thread.
   *
   * @throws dev.objectdb.codec.pickle.CodecException if the record cannot be stored
   */
  JsonRecord toJson(Bytes record);
}
