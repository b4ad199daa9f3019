package dev.objectdb.zeo;

import dev.objectdb.codec.pickle.PickleValue;

/**
 * The client's own name for one of its transactions: an integer, in practice an address in its
 * memory. It means nothing here but being equal to itself.
 */
record TxnId(PickleValue id) {}
