package dev.objectdb.zeo;

import dev.objectdb.codec.pickle.PickleValue;

/**
 * One message from a client.
 *
 * @param msgid opaque; the reply carries it back in the same shape
 * @param oneWay no reply is wanted
 * @param name the method, or {@link #REPLY}
 * @param args the arguments, a tuple in every call
 * @param bytes length of its payload
 */
record Message(PickleValue msgid, boolean oneWay, String name, PickleValue args, int bytes) {
  /** The name of replies and of heartbeats. */
  static final String REPLY = ".reply";

  /**
   * Returns what an answer needs to know of a call that is read: its arguments keep the frame in
   * memory, besides what was made of them.
   */
  Message withoutArguments() {
    return new Message(msgid, oneWay, name, PickleValue.None.NONE, bytes);
  }
}
