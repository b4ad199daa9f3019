package dev.objectdb.testing;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A network that a test is the master of, between clients and a server that may come back at
 * another port: it can hold what goes one way or both, be slow, cut its links, and be out of reach.
 *
 * <p>What is held is neither lost nor noticed by anybody, until it goes on or the links are cut.
 */
public final class TcpProxy implements AutoCloseable {
  /** Small, so that a held link is soon a full one. */
  private static final int BUFFER_BYTES = 1 << 14;

  private static final int BACKLOG = 200;
  private static final Duration GLANCE = Duration.ofMillis(50);
  private static final Duration BIND_PATIENCE = Duration.ofSeconds(20);

  private final IntSupplier target;
  private final int port;
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Set<Way> held = EnumSet.noneOf(Way.class); // guarded by lock
  private ServerSocket listener; // guarded by lock
  private @Nullable Socket placeholder; // guarded by lock
  private volatile Duration delay = Duration.ZERO;

  /** Where bytes are going. */
  public enum Way {
    TO_SERVER,
    TO_CLIENT
  }

  /**
   * Begins to listen on a free port of this machine.
   *
   * @param target the server's port on this machine, asked for each new link
   */
  public TcpProxy(IntSupplier target) {
    this.target = target;
    listener = listen(0);
    port = listener.getLocalPort();
  }

  private ServerSocket listen(int wanted) {
    ServerSocket bound =
        patiently(
            () -> {
              ServerSocket socket = new ServerSocket();
              try {
                socket.setReuseAddress(true);
                socket.bind(address(wanted), BACKLOG);
                return socket;
              } catch (IOException e) {
                socket.close();
                throw e;
              }
            });
    Thread.ofVirtual().name("proxy").start(() -> accept(bound));
    return bound;
  }

  /** Opens a socket. */
  @FunctionalInterface
  private interface Opening<T> {
    T open() throws IOException;
  }

  /** A socket that was closed listens until whoever accepts on it has noticed. */
  private static <T> T patiently(Opening<T> opening) {
    long deadline = System.nanoTime() + BIND_PATIENCE.toNanos();
    while (true) {
      try {
        return opening.open();
      } catch (IOException e) {
        if (System.nanoTime() > deadline) {
          throw new UncheckedIOException(e);
        }
        LockSupport.parkNanos(GLANCE.toNanos());
      }
    }
  }

  private static InetSocketAddress address(int port) {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
  }

  public int port() {
    return port;
  }

  /** Keeps back what goes these ways, on every link, from now on. */
  public void hold(Way... ways) {
    lock.lock();
    try {
      held.addAll(Set.of(ways));
    } finally {
      lock.unlock();
    }
  }

  /** Lets everything go on that was kept back. */
  public void release() {
    lock.lock();
    try {
      held.clear();
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Lets each piece of at most 16 KiB take this long; zero ends that. */
  public void slow(Duration perPiece) {
    delay = perPiece;
  }

  /**
   * Cuts every open link without a word, and drops what was kept back; new ones are let through.
   */
  public void cut() {
    lock.lock();
    try {
      open.forEach(TcpProxy::closeQuietly);
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Whoever dials is refused, as where nobody listens. Links that are open stay so. */
  public void refuse() {
    lock.lock();
    try {
      closeQuietly(listener);
      if (placeholder == null) {
        placeholder = occupy();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Binds the port and does not listen, so that nobody else gets it. */
  private Socket occupy() {
    return patiently(
        () -> {
          Socket socket = new Socket();
          try {
            socket.setReuseAddress(true);
            socket.bind(address(port));
            return socket;
          } catch (IOException e) {
            socket.close();
            throw e;
          }
        });
  }

  /** Whoever dials is let through again. */
  public void admit() {
    lock.lock();
    try {
      closeQuietly(placeholder);
      placeholder = null;
      if (listener.isClosed()) {
        listener = listen(port);
      }
    } finally {
      lock.unlock();
    }
  }

  private void accept(ServerSocket socket) {
    while (!socket.isClosed()) {
      try {
        Socket client = socket.accept();
        open.add(client);
        Thread.ofVirtual().name("proxy link").start(() -> serve(client));
      } catch (IOException e) {
        return; // closed
      }
    }
  }

  private void serve(Socket client) {
    Socket server = new Socket();
    open.add(server);
    try (client;
        server) {
      server.setReceiveBufferSize(BUFFER_BYTES);
      server.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), target.getAsInt()));
      client.setTcpNoDelay(true);
      server.setTcpNoDelay(true);
      Thread back =
          Thread.ofVirtual().name("proxy back").start(() -> pass(server, client, Way.TO_CLIENT));
      pass(client, server, Way.TO_SERVER);
      back.join();
    } catch (IOException | InterruptedException e) {
      // the server is away: the client sees its link end
    } finally {
      open.remove(client);
      open.remove(server);
    }
  }

  /** Ends both sides with the first that ends, as nobody here talks on after the other hung up. */
  private void pass(Socket from, Socket to, Way way) {
    byte[] piece = new byte[BUFFER_BYTES];
    try (from;
        to) {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      for (int length = in.read(piece); length >= 0; length = in.read(piece)) {
        Thread.sleep(delay);
        awaitRelease(way, to);
        out.write(piece, 0, length);
      }
    } catch (IOException | InterruptedException e) {
      // one side has hung up, and so does the other
    }
  }

  private void awaitRelease(Way way, Socket to) throws InterruptedException {
    lock.lock();
    try {
      while (held.contains(way) && !to.isClosed()) {
        changed.await(GLANCE.toMillis(), TimeUnit.MILLISECONDS); // the other way may have ended
      }
    } finally {
      lock.unlock();
    }
  }

  private static void closeQuietly(@Nullable Closeable socket) {
    try {
      if (socket != null) {
        socket.close();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    lock.lock();
    try {
      closeQuietly(listener);
      closeQuietly(placeholder);
    } finally {
      lock.unlock();
    }
    cut();
  }
}
