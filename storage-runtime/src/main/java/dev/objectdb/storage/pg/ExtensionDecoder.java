package dev.objectdb.storage.pg;

import dev.objectdb.object.Bytes;

/** Makes the pickle of an extension mapping from its JSON form; in service, the codec. */
@FunctionalInterface
interface ExtensionDecoder {
  Bytes toPickle(String json);
}
