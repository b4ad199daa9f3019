package dev.objectdb.testing;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;

/**
 * A port for a program that is told its port, and takes it some seconds later.
 *
 * <p>It is none of those that the system hands out by itself: meanwhile it could hand this one to
 * whoever asks for any port, and the tests of another process ask all the time.
 */
public final class FreePort {
  private static final int FIRST = 10_000;

  /** Linux hands out 32,768 and above, other systems 49,152 and above. */
  private static final int END = 32_768;

  private static final int ATTEMPTS_MAX = 1_000;

  private static final Set<Integer> FOUND = ConcurrentHashMap.newKeySet();

  private FreePort() {}

  /** Returns a port of 127.0.0.1 that nobody listens on, another one each time. */
  public static int find() throws IOException {
    for (int attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
      int port = ThreadLocalRandom.current().nextInt(FIRST, END);
      if (isFree(port) && FOUND.add(port)) {
        return port;
      }
    }
    throw new IOException("no port is free");
  }

  private static boolean isFree(int port) throws IOException {
    try (ServerSocket _ = new ServerSocket(port, 1, InetAddress.ofLiteral("127.0.0.1"))) {
      return true;
    } catch (BindException e) {
      return false;
    }
  }
}
