package dev.objectdb.zeo;

import dev.objectdb.object.Limits;

/**
 * What a ZEO server needs to know besides its storage.
 *
 * @param host the address to listen on, a name or a literal
 * @param port the port to listen on; 0 lets the system choose, see {@link ZeoServer#port}
 * @param readOnly refuse every client that registers for writing
 * @param maxConnections links served at the same time; further ones are closed at once
 * @param limits bounds of what a client sends
 * @param link bounds of what one link makes the server hold
 */
public record ZeoConfig(
    String host, int port, boolean readOnly, int maxConnections, Limits limits, LinkLimits link) {

  public ZeoConfig {
    if (port < 0 || port > 65_535) {
      throw new IllegalArgumentException("no such port: " + port);
    }
    if (maxConnections <= 0) {
      throw new IllegalArgumentException("maxConnections must be positive");
    }
  }

  /** Returns a writable server on this address with the default limits. */
  public static ZeoConfig on(String host, int port) {
    return new ZeoConfig(host, port, false, 1_000, Limits.DEFAULT, LinkLimits.DEFAULT);
  }

  /** Returns the same as a server that refuses writers. */
  public ZeoConfig asReadOnly() {
    return new ZeoConfig(host, port, true, maxConnections, limits, link);
  }
}
