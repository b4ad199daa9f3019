package dev.objectdb.storage;

import dev.objectdb.object.Bytes;

/**
 * What a client says about its transaction, kept byte for byte.
 *
 * @param user the user name, UTF-8 by convention but any bytes are kept
 * @param description free text, the same
 * @param extension a pickle (protocol 3) of the extension mapping; empty for an empty mapping
 */
public record TransactionMeta(Bytes user, Bytes description, Bytes extension) {
  public static final TransactionMeta EMPTY =
      new TransactionMeta(Bytes.EMPTY, Bytes.EMPTY, Bytes.EMPTY);
}
