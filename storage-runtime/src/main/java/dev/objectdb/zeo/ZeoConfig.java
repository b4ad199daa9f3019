package dev.objectdb.zeo;

import dev.objectdb.object.Limits;
import java.time.Duration;

/**
 * What a ZEO server needs to know besides its storage.
 *
 * @param host the address to listen on, a name or a literal
 * @param port the port to listen on; 0 lets the system choose, see {@link ZeoServer#port}
 * @param readOnly refuse every client that registers for writing
 * @param maxConnections links served at the same time; further ones are closed at once
 * @param security what is laid over the connections
 * @param queueBytesMax what the queues of all links may hold together, above one message each
 * @param limits bounds of what a client sends
 * @param link bounds of what one link makes the server hold
 * @param maxConnectionAge links that are older, give or take a tenth, are sent away between two
 *     transactions, and their clients come back to any server; zero for never
 */
public record ZeoConfig(
    String host,
    int port,
    boolean readOnly,
    int maxConnections,
    LinkSecurity security,
    long queueBytesMax,
    Limits limits,
    LinkLimits link,
    Duration maxConnectionAge) {

  /** A server that keeps links for as long as clients want them. */
  public ZeoConfig(
      String host,
      int port,
      boolean readOnly,
      int maxConnections,
      LinkSecurity security,
      long queueBytesMax,
      Limits limits,
      LinkLimits link) {
    this(
        host, port, readOnly, maxConnections, security, queueBytesMax, limits, link, Duration.ZERO);
  }

  public ZeoConfig {
    if (port < 0 || port > 65_535) {
      throw new IllegalArgumentException("no such port: " + port);
    }
    if (maxConnections <= 0) {
      throw new IllegalArgumentException("maxConnections must be positive");
    }
    if (maxConnectionAge.isNegative()) {
      throw new IllegalArgumentException("maxConnectionAge must not be negative");
    }
  }

  /** Returns a writable server on this address with the default limits. */
  public static ZeoConfig on(String host, int port) {
    return new ZeoConfig(
        host,
        port,
        false,
        1_000,
        LinkSecurity.PLAIN,
        queueBytesOfThisProcess(),
        Limits.DEFAULT,
        LinkLimits.DEFAULT);
  }

  /** A quarter of its heap: enough to be quick, and the rest does its work beside it. */
  public static long queueBytesOfThisProcess() {
    return Runtime.getRuntime().maxMemory() / 4;
  }

  /** Returns the same over other connections. */
  public ZeoConfig over(LinkSecurity other) {
    return new ZeoConfig(
        host, port, readOnly, maxConnections, other, queueBytesMax, limits, link, maxConnectionAge);
  }

  /** Returns the same as a server that refuses writers. */
  public ZeoConfig asReadOnly() {
    return new ZeoConfig(
        host, port, true, maxConnections, security, queueBytesMax, limits, link, maxConnectionAge);
  }

  /** Returns the same as a server that sends links away that are older. */
  public ZeoConfig withMaxConnectionAge(Duration age) {
    return new ZeoConfig(
        host, port, readOnly, maxConnections, security, queueBytesMax, limits, link, age);
  }
}
