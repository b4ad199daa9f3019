package dev.objectdb.zeo;

import java.io.IOException;
import java.net.Socket;

/** What is laid over a client's connection before the protocol begins. */
@FunctionalInterface
public interface LinkSecurity {
  /** Nothing: whoever is on the way reads along. */
  LinkSecurity PLAIN = socket -> socket;

  /**
   * Lays it over a connection. Sends nothing and waits for nothing: that happens with the first
   * byte that is read or written, on the link's own thread.
   *
   * @return the same socket, or one over it, whose end ends that as well
   */
  Socket over(Socket accepted) throws IOException;
}
