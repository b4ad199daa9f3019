package dev.objectdb.zeo;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** One address before several servers, as a Service is before pods: each link gets the next one. */
final class Front implements AutoCloseable {
  private final ServerSocket listener;
  private final List<Integer> ports;
  private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();

  private Front(ServerSocket listener, List<Integer> ports) {
    this.listener = listener;
    this.ports = List.copyOf(ports);
  }

  /**
   * Begins to listen.
   *
   * @param ports of the servers, on this machine
   * @throws UncheckedIOException if the address cannot be listened on
   */
  static Front start(String host, int port, List<Integer> ports) {
    try {
      ServerSocket listener = new ServerSocket();
      listener.setReuseAddress(true);
      try {
        listener.bind(new InetSocketAddress(host, port));
      } catch (IOException e) {
        listener.close();
        throw e;
      }
      Front front = new Front(listener, ports);
      Thread.ofVirtual().name("front").start(front::accept);
      return front;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  int port() {
    return listener.getLocalPort();
  }

  private void accept() {
    for (int count = 0; !listener.isClosed(); count++) {
      try {
        Socket client = kept(listener.accept());
        int port = ports.get(count % ports.size());
        Socket server = kept(new Socket(InetAddress.getLoopbackAddress(), port));
        client.setTcpNoDelay(true);
        server.setTcpNoDelay(true);
        Thread.ofVirtual().start(() -> pass(client, server));
        Thread.ofVirtual().start(() -> pass(server, client));
      } catch (IOException e) {
        // closed, or a client that has gone already
      }
    }
  }

  private Socket kept(Socket socket) {
    sockets.add(socket);
    return socket;
  }

  private void pass(Socket from, Socket to) {
    try (from;
        to) {
      from.getInputStream().transferTo(to.getOutputStream());
    } catch (IOException e) {
      // one of the two has hung up, and so does the other
    } finally {
      sockets.remove(from);
      sockets.remove(to);
    }
  }

  @Override
  public void close() {
    try {
      listener.close();
      for (Socket socket : new ArrayList<>(sockets)) {
        socket.close();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
