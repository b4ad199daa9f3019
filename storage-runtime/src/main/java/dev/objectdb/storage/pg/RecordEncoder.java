package dev.objectdb.storage.pg;

import dev.objectdb.object.Bytes;

/** Makes the record of a row that has only its JSON form; in service, the codec. */
@FunctionalInterface
interface RecordEncoder {
  Bytes toRecord(String classModule, String className, Bytes jsonUtf8);
}
